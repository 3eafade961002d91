import NeuralNetworks

/// A layer of a `GraphField` linearised about one sample: a column for each ordered pair, or for each atom.
struct GraphLinearisation {
  let weights: GraphField.Layer
  let messages: GraphTangent
  private let pairs: AtomPairs
  /// xᵢ − xⱼ
  private let differences: Variable
  /// 1/(1 + d) · r tanh′, and the score's part of ∂(score/(1 + d))/∂d².
  private let step: Variable
  private let reach: Variable
  private let pull: Variable
  private let own: Variable

  init(_ layer: GraphField.Layer, _ values: GraphField.Step, pairs: AtomPairs, range: Double) {
    let tape = values.sums.tape
    weights = layer
    self.pairs = pairs
    func column(_ layer: Linear) -> Variable {
      let row = tape.variable(layer.weight)
      return row.reshaped(rows: row.columns, columns: 1)
    }
    let edge = tape.variable(layer.edge.weight)
    let slopes = tape.slope(of: .silu, at: values.sums)
    let edgeSlopes = tape.slope(of: .silu, at: values.edgeInput)
    let attended = values.attentionInput.applying(.sigmoid)
    let attention = values.edge * tape.slope(of: .sigmoid, at: values.attentionInput)
    // Backwards from the score: to messages, through attention, to z.
    let ofMessages = (column(layer.step) * tape.slope(of: .silu, at: values.coordinateInput))
      .pulledBack(by: tape.variable(layer.coordinate.weight))
    let ofEdges = attended * ofMessages + column(layer.attention) * (attention * ofMessages).sumOfRows()
    messages = GraphTangent(
      distance: tape.variable(layer.distance), edge: edge, attentionWeight: tape.variable(layer.attention.weight),
      slopes: slopes, edgeSlopes: edgeSlopes, attended: attended, attention: attention,
      gradients: slopes * (edgeSlopes * ofEdges).pulledBack(by: edge))
    differences = values.differences
    step = range * (1 - values.stepInput.tanh().squared()) * values.reach
    // d = 1/reach − 1; ∂reach/∂d² = −reach²/(2 d).
    let distance = values.reach.reciprocal() - 1
    reach = -0.5 * (values.scores * values.reach.squared() * distance.reciprocal())
    pull = values.scores * values.reach
    own = tape.slope(of: .silu, at: values.ownInput)
  }

  /// Changes of d² and of xᵢ − xⱼ with those of places.
  func distances(_ dx: Variable, _ directions: GraphDirections) -> (squares: Variable, differences: Variable) {
    let changes =
      dx.gatheringTokens(pairs.orderedPairs.map(\.first), samples: directions.count)
      - dx.gatheringTokens(pairs.orderedPairs.map(\.second), samples: directions.count)
    return (2 * (differences * changes).sumOfRows(), changes)
  }

  /// Changes of the steps of places along pairs.
  func pulls(_ changes: Variable, squares: Variable, scores: Variable) -> Variable {
    changes * pull + differences * (step * scores + reach * squares)
  }

  /// Changes of new features with what atoms receive and with their own before, `[rows][atoms × directions]`.
  func features(received: Variable, own before: Variable?) -> Variable {
    let tape = received.tape
    func multiply(_ layer: Linear, _ v: Variable) -> Variable { tape.variable(layer.weight).times(v) }
    var sum = multiply(weights.received, received)
    if let before { sum = multiply(weights.own, before) + sum }
    let changed = multiply(weights.output, own * sum)
    return before.map { $0 + changed } ?? changed
  }

  /// Changes of what atoms receive where features do not change and every atom moves along its own directions.
  func receivedByDistance(_ directions: GraphDirections) -> Variable {
    let tape = differences.tape
    let (atoms, edges) = (pairs.atoms, pairs.orderedPairs.count)
    // ∂m/∂d², a column for each pair.
    let y = messages.edgeSlopes * messages.edge.times(messages.slopes * messages.distance)
    let slopes = messages.attended * y + messages.attention * messages.attentionWeight.times(y)
    let between = differences.values
    let gradients = (0..<3 * edges).map { 2 * between[$0 % 3 * edges + $0 / 3] }
    // By the places of the first atoms; by those of the second it is the opposite.
    let byFirst = slopes * tape.variable(gradients, rows: 1, columns: 3 * edges)
    let whole = byFirst.addingTokens(directions.toFirst, of: atoms, samples: 3)
    let parts = tape.joining([-byFirst, whole, tape.constant(0, rows: slopes.rows, columns: directions.count)])
    return parts.gatheringColumns(
      (0..<atoms).flatMap { i -> [Range<Int>] in
        let (start, end, own) = (3 * i * (atoms - 1), 3 * (i + 1) * (atoms - 1), 3 * (edges + i))
        let zeros = 3 * (edges + atoms)
        return [
          start..<start + 3 * i, own..<own + 3, start + 3 * i..<end, zeros..<zeros + directions.count - 3 * atoms,
        ]
      })
  }

  /// Changes of the steps of the places of first atoms along their own directions, on the diagonal: `[1][ordered pairs × 3]`.
  func ownPulls(_ dx: Variable, _ dh: Variable, _ directions: GraphDirections) -> Variable {
    let tape = dx.tape
    func ofFirst(_ v: Variable) -> Variable {
      v.gatheringColumns(pairs.orderedPairs.map { directions.place($0.first, of: $0.first) })
    }
    func ofSecond(_ v: Variable) -> Variable {
      v.gatheringColumns(pairs.orderedPairs.map { directions.place($0.second, of: $0.first) })
    }
    let changes = ofFirst(dx) - ofSecond(dx)
    let squares = 2 * (differences * changes).sumOfRows()
    let sums =
      ofFirst(tape.variable(weights.first.weight).times(dh)) + ofSecond(tape.variable(weights.second.weight).times(dh))
      + messages.distance * squares
    let scores = (messages.gradients * sums).sumOfRows()
    let axes = (0..<9).map { $0 % 4 == 0 ? 1.0 : 0 }
    let diagonal = tape.variable(axes, rows: 3, columns: 3).tilingColumns(pairs.orderedPairs.count)
    return (diagonal * pulls(changes, squares: squares, scores: scores)).sumOfRows()
  }
}
