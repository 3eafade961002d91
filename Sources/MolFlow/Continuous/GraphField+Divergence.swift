import NeuralNetworks

/// The exact divergence of a `GraphField` by directional derivatives of one sample at a time, three for each atom, where what is
/// zero, or not asked for, is left out.
///
/// The first layer changes along the edges of the atom that moves only, of the last one only the edges that pull at that atom
/// are needed: 2(N − 1) and N − 1 of N(N − 1), so that L layers cost about L − 2. Slopes of the nonlinear functions are those of
/// the value, computed once, and repeated over the directions.
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
    for sample in 0..<samples {
      tape.rewinding {
        let own = stride(from: sample, to: coordinates.count, by: samples).map { coordinates[$0] }
        let one = tape.variable(own, rows: 3, columns: atoms)
        let steps = steps(one, times: tape.constant(timesOfSamples[sample], rows: 1, columns: 1))
        let v = (steps.last!.place - one).removingMean(atoms: atoms).values
        for (c, value) in v.enumerated() { velocity[c * samples + sample] = value }
        // Σᵢ ∂(x_L − x₀)ᵢ/∂xᵢ; taking the mean velocity away changes nothing, since all atoms moving together change nothing.
        let slopes = zip(layers, steps).map { Slopes($0, $1, range: range) }
        var sum = -3.0 * Double(atoms)
        for first in Swift.stride(from: 0, to: atoms, by: Self.chunk) {
          tape.rewinding {
            sum += trace(Array(first..<min(first + Self.chunk, atoms)), steps: steps, slopes: slopes, on: tape)
          }
        }
        divergence.append(sum)
      }
    }
    return (tape.variable(velocity, rows: 3, columns: x.columns), divergence)
  }

  /// Atoms whose directions go together.
  private static let chunk = 8

  /// The derivatives of a layer's functions, one column for each ordered pair or atom.
  struct Slopes {
    let sums: Variable
    /// silu′ of the edge times σ, and the edge times σ′.
    let edge: Variable
    let attended: Variable
    let attention: Variable
    let coordinate: Variable
    /// 1/(1 + d) · r tanh′, and the score's part of ∂(score/(1 + d))/∂d².
    let step: Variable
    let reach: Variable
    let pull: Variable
    let own: Variable

    init(_ layer: Layer, _ values: Step, range: Double) {
      let tape = values.sums.tape
      sums = tape.slope(of: .silu, at: values.sums)
      edge = tape.slope(of: .silu, at: values.edgeInput)
      attended = values.attentionInput.applying(.sigmoid)
      attention = values.edge * tape.slope(of: .sigmoid, at: values.attentionInput)
      coordinate = tape.slope(of: .silu, at: values.coordinateInput)
      step = range * (1 - values.stepInput.tanh().squared()) * values.reach
      // d = 1/reach − 1; ∂reach/∂d² = −reach²/(2 d).
      let distance = values.reach.reciprocal() - 1
      reach = -0.5 * (values.scores * values.reach.squared() * distance.reciprocal())
      pull = values.scores * values.reach
      own = tape.slope(of: .silu, at: values.ownInput)
    }
  }

  /// Edges along which derivatives are taken: where their values stand, and the tokens they come from.
  private struct Edges {
    var places: [Int]?
    var firsts: [Int]
    var seconds: [Int]
    var tokens: Int
    var directions: Int

    func values(_ v: Variable) -> Variable { places.map { v.gatheringTokens($0, samples: 1) } ?? v }
    var toFirst: [TokenMove] { firsts.enumerated().map { TokenMove(from: $0.offset, to: $0.element) } }
  }

  /// Σ ∂(x_L)ᵢ/∂xᵢ over the given atoms i.
  private func trace(_ moved: [Int], steps: [Step], slopes: [Slopes], on tape: Tape) -> Double {
    let count = moved.count
    let columns = 3 * atoms * count
    var directions = [Double](repeating: 0, count: 3 * columns)
    for (place, atom) in moved.enumerated() {
      for axis in 0..<3 { directions[axis * columns + (atom * count + place) * 3 + axis] = 1 }
    }
    var dx = tape.variable(directions, rows: 3, columns: columns)
    var dh: Variable?
    // Where atoms are told apart by direction, atom k moved by the place-th stands at token k · count + place.
    func edges(_ include: (_ atom: Int, _ edge: (first: Int, second: Int)) -> Bool) -> Edges {
      var edges = Edges(places: [], firsts: [], seconds: [], tokens: atoms * count, directions: 3)
      for (edge, ends) in pairs.orderedPairs.enumerated() {
        for (place, atom) in moved.enumerated() where include(atom, ends) {
          edges.places!.append(edge)
          edges.firsts.append(ends.first * count + place)
          edges.seconds.append(ends.second * count + place)
        }
      }
      return edges
    }
    let all = Edges(
      places: nil, firsts: pairs.orderedPairs.map(\.first), seconds: pairs.orderedPairs.map(\.second), tokens: atoms,
      directions: 3 * count)
    let last = layers.count - 1
    for (number, layer) in layers.enumerated() {
      let own =
        number == 0
        ? edges { $1.first == $0 || $1.second == $0 } : number == last ? edges { $1.first == $0 } : all
      let change = changes(
        layer, steps[number], slopes[number], dh: dh, dx: dx, edges: own, wantsFeatures: number < last)
      dx = dx + change.dx
      dh = change.dh
    }
    let end = dx.values
    var sum = 0.0
    for (place, atom) in moved.enumerated() {
      for axis in 0..<3 { sum += end[axis * columns + (atom * count + place) * 3 + axis] }
    }
    return sum
  }

  private func changes(
    _ layer: Layer, _ step: Step, _ slopes: Slopes, dh: Variable?, dx: Variable, edges: Edges, wantsFeatures: Bool
  ) -> (dh: Variable?, dx: Variable) {
    let tape = dx.tape
    let directions = edges.directions
    func multiply(_ layer: Linear, _ v: Variable) -> Variable { tape.variable(layer.weight).times(v) }
    func ofFirst(_ v: Variable) -> Variable { v.gatheringTokens(edges.firsts, samples: directions) }
    func ofSecond(_ v: Variable) -> Variable { v.gatheringTokens(edges.seconds, samples: directions) }

    let differences = edges.values(step.differences)
    let changeOfDifferences = ofFirst(dx) - ofSecond(dx)
    let changeOfSquares = 2 * (differences * changeOfDifferences).sumOfRows()
    var sums = tape.variable(layer.distance) * changeOfSquares
    if let dh { sums = ofFirst(multiply(layer.first, dh)) + ofSecond(multiply(layer.second, dh)) + sums }
    let edge = edges.values(slopes.edge) * multiply(layer.edge, edges.values(slopes.sums) * sums)
    let messages =
      edges.values(slopes.attended) * edge + edges.values(slopes.attention) * multiply(layer.attention, edge)
    let score = multiply(layer.step, edges.values(slopes.coordinate) * multiply(layer.coordinate, messages))
    let pulls =
      changeOfDifferences * edges.values(slopes.pull)
      + differences * (edges.values(slopes.step) * score + edges.values(slopes.reach) * changeOfSquares)
    let moved = pulls.addingTokens(edges.toFirst, of: edges.tokens, samples: directions)
    guard wantsFeatures else { return (nil, moved) }
    var own = multiply(layer.received, messages.addingTokens(edges.toFirst, of: edges.tokens, samples: directions))
    if let dh { own = own + multiply(layer.own, dh) }
    let changed = multiply(layer.output, slopes.own * own)
    return (dh.map { $0 + changed } ?? changed, moved)
  }
}
