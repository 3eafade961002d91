/// The weights of a layer of an equivariant graph network between pairs of atoms; see `Variable.graphMessages`.
public struct GraphMessageWeights {
  /// `[rows][1]`
  public var distance: Variable
  /// `[rows][rows]` and `[rows][1]`
  public var edge: (weight: Variable, bias: Variable)
  /// `[1][rows]` and `[1][1]`
  public var attention: (weight: Variable, bias: Variable)
  /// `[rows][rows]` and `[rows][1]`
  public var coordinate: (weight: Variable, bias: Variable)
  /// `[1][rows]`
  public var step: Variable

  public init(
    distance: Variable, edge: (weight: Variable, bias: Variable), attention: (weight: Variable, bias: Variable),
    coordinate: (weight: Variable, bias: Variable), step: Variable
  ) {
    (self.distance, self.edge, self.attention, self.coordinate, self.step) = (
      distance, edge, attention, coordinate, step
    )
  }

  var variables: [Variable] {
    [distance, edge.weight, edge.bias, attention.weight, attention.bias, coordinate.weight, coordinate.bias, step]
  }
}

extension Variable {
  /// What atoms receive along all pairs, Σⱼ mᵢⱼ `[rows][atoms × samples]`, and a score of each ordered pair,
  /// `[1][ordered pairs × samples]`; this variable is `first`.
  ///
  /// z = firstᵢ + secondⱼ + w d²ᵢⱼ, y = silu(W₁ silu(z) + b₁), m = σ(a·y + c) y, score = s·silu(W₂ m + b₂): the layers of Satorras,
  /// Hoogeboom & Welling 2021, arXiv:2102.09844. The features of pairs are not stored; derivatives compute them again.
  ///
  /// - Parameters:
  ///   - second: `[rows][atoms × samples]`.
  ///   - squares: d²ᵢⱼ of pairs i < j, `[1][pairs × samples]`.
  public func graphMessages(
    _ second: Variable, squares: Variable, weights: GraphMessageWeights, _ pairs: AtomPairs, samples: Int
  ) -> (received: Variable, scores: Variable) {
    precondition(columns == pairs.atoms * samples && second.columns == columns && second.rows == rows)
    precondition(squares.count == pairs.pairs.count * samples)
    let operation = GraphMessages(
      inputs: ([self, second, squares] + weights.variables).map(\.index), pairs: pairs, rows: rows, samples: samples)
    let both = tape.record(operation, rows: operation.count, columns: 1)
    return (
      tape.view(of: both, offset: 0, rows: rows, columns: columns),
      tape.view(of: both, offset: rows * columns, rows: 1, columns: pairs.orderedPairs.count * samples)
    )
  }
}

/// What atoms receive, and below it the scores, in one column.
struct GraphMessages: Operation {
  /// Those of the kernel, in its order.
  let inputs: [Int]
  let pairs: AtomPairs
  let rows: Int
  let samples: Int

  private var received: Int { rows * pairs.atoms * samples }
  var count: Int { received + pairs.orderedPairs.count * samples }

  private func operands(_ tape: Tape) -> GraphOperands {
    GraphOperands(atoms: pairs.atoms, samples: samples, rows: rows, operands: inputs.map { tape.value($0) })
  }

  private func scratch(_ tape: Tape) -> NetworkBuffer {
    tape.allocate(GraphOperands.scratch(atoms: pairs.atoms, samples: samples, rows: rows))
  }

  func evaluate(on tape: Tape, output: Int) {
    let y = tape.value(output)
    tape.borrowing {
      tape.backend.graphMessages(
        operands(tape), scratch: scratch(tape), received: y, scores: y + received * tape.backend.scalarSize)
    }
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dy = tape.adjoint(output) else { return }
    let wanted = inputs.map { tape.adjoint($0) }
    tape.borrowing {
      let adjoints = zip(inputs, wanted).map { $1 ?? tape.allocate(tape.variable(at: $0).count) }
      tape.backend.graphMessagesAdjoint(
        operands(tape), scratch: scratch(tape), dreceived: dy, dscores: dy + received * tape.backend.scalarSize,
        doperands: adjoints)
    }
  }

  /// That of the same written out by operations that can be differentiated again.
  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    let v = inputs.map(tape.variable(at:))
    return tape.change(with: zip(v, changes).compactMap { variable, change in change.map { (variable, $0) } }) {
      let z = v[0].pairSums(v[1], v[3].times(v[2]), pairs, samples: samples)
      let y = v[4].times(z.applying(.silu), plus: v[5]).applying(.silu)
      let messages = y * v[6].times(y, plus: v[7]).applying(.sigmoid)
      let scores = v[10].times(v[8].times(messages, plus: v[9]).applying(.silu))
      let toFirst = pairs.orderedPairs.enumerated().map { TokenMove(from: $0.offset, to: $0.element.first) }
      let sums = messages.addingTokens(toFirst, of: pairs.atoms, samples: samples)
      return sums.reshaped(rows: sums.count, columns: 1).stacked(with: scores.reshaped(rows: scores.count, columns: 1))
    }
  }
}

/// A layer of a graph network linearised about one sample, for divergences; see `network_graph_tangent`.
public struct GraphTangent {
  /// `[rows][1]`, `[rows][rows]`, `[1][rows]`
  public var distance: Variable
  public var edge: Variable
  public var attentionWeight: Variable
  /// silu′(z) and silu′ of what y is silu of, `[rows][ordered pairs]`.
  public var slopes: Variable
  public var edgeSlopes: Variable
  /// σ `[1][ordered pairs]`, and y σ′ `[rows][ordered pairs]`.
  public var attended: Variable
  public var attention: Variable
  /// ∂score/∂z, `[rows][ordered pairs]`.
  public var gradients: Variable

  public init(
    distance: Variable, edge: Variable, attentionWeight: Variable, slopes: Variable, edgeSlopes: Variable,
    attended: Variable, attention: Variable, gradients: Variable
  ) {
    (self.distance, self.edge, self.attentionWeight) = (distance, edge, attentionWeight)
    (self.slopes, self.edgeSlopes, self.attended) = (slopes, edgeSlopes, attended)
    (self.attention, self.gradients) = (attention, gradients)
  }

  /// Numbers of directions are multiples of this.
  public static let directionsAtOnce = 16

  /// Changes of what atoms receive, `[rows][atoms × directions]`, and of the scores, `[1][ordered pairs × directions]`, with those of
  /// first and second `[rows][atoms × directions]` and of d² `[1][ordered pairs × directions]`; not recorded.
  public func changes(
    first: Variable, second: Variable, squares: Variable, _ pairs: AtomPairs, directions: Int
  ) -> (received: Variable, scores: Variable) {
    let tape = first.tape
    precondition(!tape.isRecording && directions % Self.directionsAtOnce == 0)
    precondition(squares.count == pairs.orderedPairs.count * directions)
    let received = tape.newNode(rows: first.rows, columns: first.columns, needsAdjoint: false)
    let scores = tape.newNode(rows: 1, columns: squares.count, needsAdjoint: false)
    let operands = [
      first, second, squares, distance, edge, attentionWeight, slopes, edgeSlopes, attended, attention, gradients,
    ].map { tape.value($0.index) }
    tape.borrowing {
      tape.backend.graphTangents(
        GraphTangentOperands(atoms: pairs.atoms, directions: directions, rows: first.rows, operands: operands),
        scratch: tape.allocate(GraphTangentOperands.scratch(directions: directions, rows: first.rows)),
        received: tape.value(received.index), scores: tape.value(scores.index))
    }
    return (received, scores)
  }
}
