import NeuralNetworks

/// The exact divergence of a `GraphField` by directional derivatives of one sample at a time, three for each atom.
///
/// A layer linearised about a sample is cheaper than the layer. Its scores follow the sums z of pairs by ∂score/∂z, a row of numbers
/// for each pair, so that of its two matrices only the first meets the directions. The first layer changes with distances alone:
/// ∂m/∂d², again a row for each pair. Of the last one the scores of pairs (i, j) along the directions of atom i are all that is
/// asked for. L layers cost L − 2 products of a matrix with all pairs and directions, and some sums.
extension GraphField {
  public func velocityAndDivergence(_ x: Variable, times: Variable) -> (velocity: Variable, divergence: [Double]) {
    guard layers.count > 1, x.rows == 3 else { return directionalDivergence(x, times: times) }
    let tape = x.tape
    let samples = x.columns / atoms
    let wasRecording = tape.isRecording
    tape.isRecording = false
    defer { tape.isRecording = wasRecording }
    let coordinates = x.values
    let timesOfSamples = times.values
    var velocity = [Double](repeating: 0, count: coordinates.count)
    var divergence: [Double] = []
    let directions = GraphDirections(pairs)
    for sample in 0..<samples {
      tape.rewinding {
        let own = stride(from: sample, to: coordinates.count, by: samples).map { coordinates[$0] }
        let one = tape.variable(own, rows: 3, columns: atoms)
        let steps = steps(one, times: tape.constant(timesOfSamples[sample], rows: 1, columns: 1))
        let v = (steps.last!.place - one).removingMean(atoms: atoms).values
        for (c, value) in v.enumerated() { velocity[c * samples + sample] = value }
        let linear = zip(layers, steps).map { GraphLinearisation($0, $1, pairs: pairs, range: range) }
        // Σᵢ ∂(x_L − x₀)ᵢ/∂xᵢ; taking the mean velocity away changes nothing, since all atoms moving together change nothing.
        divergence.append(trace(linear, directions, on: tape) - 3 * Double(atoms))
      }
    }
    return (tape.variable(velocity, rows: 3, columns: x.columns), divergence)
  }

  /// Σ ∂(x_L)ᵢ/∂xᵢ over all atoms.
  private func trace(_ layers: [GraphLinearisation], _ directions: GraphDirections, on tape: Tape) -> Double {
    var dx = tape.variable(directions.start, rows: 3, columns: atoms * directions.count)
    var dh: Variable?
    for layer in layers.dropLast() {
      let (squares, changes) = layer.distances(dx, directions)
      let received: Variable
      let scores: Variable
      if let dh {
        (received, scores) = layer.messages.changes(
          first: tape.variable(layer.weights.first.weight).times(dh),
          second: tape.variable(layer.weights.second.weight).times(dh), squares: squares, pairs,
          directions: directions.count)
      } else {
        received = layer.receivedByDistance(directions)
        scores = (layer.messages.gradients * layer.messages.distance).sumOfRows() * squares
      }
      dx =
        dx
        + layer.pulls(changes, squares: squares, scores: scores)
        .addingTokens(directions.toFirst, of: atoms, samples: directions.count)
      dh = layer.features(received: received, own: dh)
    }
    let before = zip(dx.values, directions.start).reduce(0) { $0 + $1.0 * $1.1 }
    return before + layers.last!.ownPulls(dx, dh!, directions).values.reduce(0, +)
  }
}

/// The directions of all atoms side by side: those of a token stand in the order (atom 0, x), (atom 0, y), …, zeros at the end.
struct GraphDirections {
  let pairs: AtomPairs
  /// With the zeros.
  let count: Int
  /// What the places of atoms do, `[3][atoms × count]`.
  let start: [Double]
  let toFirst: [TokenMove]

  init(_ pairs: AtomPairs) {
    self.pairs = pairs
    let unit = GraphTangent.directionsAtOnce
    count = (3 * pairs.atoms + unit - 1) / unit * unit
    var start = [Double](repeating: 0, count: 3 * pairs.atoms * count)
    for atom in 0..<pairs.atoms {
      for axis in 0..<3 { start[(axis * pairs.atoms + atom) * count + 3 * atom + axis] = 1 }
    }
    self.start = start
    toFirst = pairs.orderedPairs.enumerated().map { TokenMove(from: $0.offset, to: $0.element.first) }
  }

  /// Where an atom's directions stand in a token.
  func place(_ token: Int, of atom: Int) -> Range<Int> {
    token * count + 3 * atom..<token * count + 3 * atom + 3
  }
}
