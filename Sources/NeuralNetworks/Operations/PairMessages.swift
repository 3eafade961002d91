/// Pairs of atoms whose features stand in columns `[atom][sample]`.
///
/// Pairs i < j stand in the order (0, 1), (0, 2), …, ordered pairs (i, j), i ≠ j, likewise with i first.
public struct AtomPairs: Sendable, Equatable {
  public let atoms: Int
  /// i < j
  public let pairs: [(first: Int, second: Int)]
  /// i ≠ j
  public let orderedPairs: [(first: Int, second: Int)]

  public init(atoms: Int) {
    precondition(atoms > 1)
    self.atoms = atoms
    pairs = (0..<atoms).flatMap { i in (i + 1..<max(i + 1, atoms)).map { (i, $0) } }
    orderedPairs = (0..<atoms).flatMap { i in (0..<atoms).filter { $0 != i }.map { (i, $0) } }
  }

  public static func == (a: AtomPairs, b: AtomPairs) -> Bool { a.atoms == b.atoms }

  public func place(_ i: Int, _ j: Int) -> Int {
    let (first, second) = (min(i, j), max(i, j))
    return first * atoms - first * (first + 1) / 2 + second - first - 1
  }

  public func orderedPlace(_ i: Int, _ j: Int) -> Int { i * (atoms - 1) + (j < i ? j : j - 1) }
}

extension Variable {
  /// z(i,j) = first(i) + second(j) + radial(i,j) for ordered pairs, `[rows][ordered pairs × samples]`; this variable is `first`.
  public func pairSums(_ second: Variable, _ radial: Variable, _ pairs: AtomPairs, samples: Int) -> Variable {
    let own = gatheringTokens(pairs.orderedPairs.map(\.first), samples: samples)
    let other = second.gatheringTokens(pairs.orderedPairs.map(\.second), samples: samples)
    return own + other
      + radial.gatheringTokens(pairs.orderedPairs.map { pairs.place($0.first, $0.second) }, samples: samples)
  }

  /// Σ_{j ≠ i} silu(z(i,j)), `[rows][atoms × samples]`, with z as of `pairSums`, which is not stored.
  public func pairMessages(_ second: Variable, _ radial: Variable, _ pairs: AtomPairs, samples: Int) -> Variable {
    tape.record(
      PairMessages(
        first: index, second: second.index, radial: radial.index, pairs: pairs, rows: rows, samples: samples),
      rows: rows, columns: pairs.atoms * samples)
  }

  /// Σ over rows of weight · silu(z(i,j)), `[1][ordered pairs × samples]`; `weights` is `[rows][1]`.
  public func pairScores(
    _ second: Variable, _ radial: Variable, weights: Variable, _ pairs: AtomPairs, samples: Int
  ) -> Variable {
    precondition(weights.count == rows)
    return tape.record(
      PairScores(
        first: index, second: second.index, radial: radial.index, weights: weights.index, pairs: pairs, rows: rows,
        samples: samples), rows: 1, columns: pairs.orderedPairs.count * samples)
  }
}

struct PairMessages: Operation {
  let first: Int
  let second: Int
  let radial: Int
  let pairs: AtomPairs
  let rows: Int
  let samples: Int

  var inputs: [Int] { [first, second, radial] }

  static func operands(
    _ first: Int, _ second: Int, _ radial: Int, atoms: Int, rows: Int, samples: Int, on tape: Tape
  ) -> PairOperands {
    PairOperands(
      atoms: atoms, samples: samples, rows: rows, first: tape.value(first), second: tape.value(second),
      radial: tape.value(radial))
  }

  func evaluate(on tape: Tape, output: Int) {
    tape.backend.pairMessages(
      Self.operands(first, second, radial, atoms: pairs.atoms, rows: rows, samples: samples, on: tape),
      y: tape.value(output))
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dy = tape.adjoint(output) else { return }
    let scratch = AdjointsOrScratch(tape)
    tape.backend.pairMessagesAdjoint(
      Self.operands(first, second, radial, atoms: pairs.atoms, rows: rows, samples: samples, on: tape), dy: dy,
      dfirst: scratch[first], dsecond: scratch[second], dradial: scratch[radial])
  }

  /// Σⱼ silu′(z) ż, by operations that can be differentiated again.
  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    let weighted = PairChange(first: first, second: second, radial: radial, pairs: pairs, samples: samples)
      .weighted(changes, on: tape)
    let moves = pairs.orderedPairs.enumerated().map { TokenMove(from: $0.offset, to: $0.element.first) }
    return weighted?.addingTokens(moves, of: pairs.atoms, samples: samples)
  }
}

struct PairScores: Operation {
  let first: Int
  let second: Int
  let radial: Int
  let weights: Int
  let pairs: AtomPairs
  let rows: Int
  let samples: Int

  var inputs: [Int] { [first, second, radial, weights] }

  private func operands(_ tape: Tape) -> PairOperands {
    PairMessages.operands(first, second, radial, atoms: pairs.atoms, rows: rows, samples: samples, on: tape)
  }

  func evaluate(on tape: Tape, output: Int) {
    tape.backend.pairScores(operands(tape), weights: tape.value(weights), y: tape.value(output))
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dy = tape.adjoint(output) else { return }
    let scratch = AdjointsOrScratch(tape)
    tape.backend.pairScoresAdjoint(
      operands(tape), weights: tape.value(weights), dy: dy, dfirst: scratch[first], dsecond: scratch[second],
      dradial: scratch[radial], dweights: scratch[weights])
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    let change = PairChange(first: first, second: second, radial: radial, pairs: pairs, samples: samples)
    let ofSums = change.weighted(Array(changes.prefix(3)), on: tape).map { $0 * tape.variable(at: weights) }
    let ofWeights = changes[3].map { change.sums(on: tape).applying(.silu) * $0 }
    return sum(ofSums, ofWeights)?.sumOfRows()
  }
}

/// Changes of z(i,j), written out pair by pair.
private struct PairChange {
  let first: Int
  let second: Int
  let radial: Int
  let pairs: AtomPairs
  let samples: Int

  func sums(on tape: Tape) -> Variable {
    tape.variable(at: first).pairSums(tape.variable(at: second), tape.variable(at: radial), pairs, samples: samples)
  }

  /// silu′(z) ż
  func weighted(_ changes: [Variable?], on tape: Tape) -> Variable? {
    let expanded = sum(
      changes[0].map { $0.gatheringTokens(pairs.orderedPairs.map(\.first), samples: samples) },
      changes[1].map { $0.gatheringTokens(pairs.orderedPairs.map(\.second), samples: samples) },
      changes[2].map {
        $0.gatheringTokens(pairs.orderedPairs.map { pairs.place($0.first, $0.second) }, samples: samples)
      })
    return expanded.map { tape.apply(.silu, order: 1, to: sums(on: tape)) * $0 }
  }
}

/// Adjoints of inputs, or memory that nobody reads for inputs whose adjoints nobody wants.
private struct AdjointsOrScratch {
  let tape: Tape

  init(_ tape: Tape) { self.tape = tape }

  subscript(index: Int) -> NetworkBuffer {
    tape.adjoint(index) ?? tape.allocate(tape.nodes[index].rows * tape.nodes[index].columns)
  }
}

// MARK: Without a record, for divergences

extension Variable {
  /// silu′(z(i,j)), `[rows][ordered pairs × samples]`, of computations that are not recorded.
  public func pairSlopes(_ second: Variable, _ radial: Variable, _ pairs: AtomPairs, samples: Int) -> Variable {
    precondition(!tape.isRecording, "slopes of pairs have no derivatives")
    let output = tape.newNode(rows: rows, columns: pairs.orderedPairs.count * samples, needsAdjoint: false)
    tape.backend.pairSlopes(
      PairMessages.operands(
        index, second.index, radial.index, atoms: pairs.atoms, rows: rows, samples: samples, on: tape),
      y: tape.value(output.index))
    return output
  }

  /// Wᵀ times this, of computations that are not recorded; W is `weight`.
  public func pulledBack(by weight: Variable) -> Variable {
    precondition(!tape.isRecording && weight.rows == rows)
    let output = tape.newNode(rows: weight.columns, columns: columns, needsAdjoint: false)
    tape.backend.multiply(
      weight.columns, columns, rows, a: tape.value(weight.index), transposeA: true, b: tape.value(index),
      transposeB: false, beta: 0, c: tape.value(output.index))
    return output
  }
}

extension Tape {
  /// f′(x) of computations that are not recorded.
  public func slope(of function: ElementaryFunction, at x: Variable) -> Variable {
    precondition(!isRecording)
    return apply(function, order: 1, to: x)
  }
}

/// What `network_pair_trace` adds up; see there.
public struct PairTrace {
  public var slopes: Variable
  public var radialSlopes: Variable
  public var directions: Variable
  public var first: Variable
  public var second: Variable
  public var firstOwn: Variable
  public var secondOwn: Variable
  public var pushes: Variable
  public var adjoint: Variable
  public var adjointOwn: Variable

  public init(
    slopes: Variable, radialSlopes: Variable, directions: Variable, first: Variable, second: Variable,
    firstOwn: Variable, secondOwn: Variable, pushes: Variable, adjoint: Variable, adjointOwn: Variable
  ) {
    (self.slopes, self.radialSlopes, self.directions) = (slopes, radialSlopes, directions)
    (self.first, self.second, self.firstOwn, self.secondOwn) = (first, second, firstOwn, secondOwn)
    (self.pushes, self.adjoint, self.adjointOwn) = (pushes, adjoint, adjointOwn)
  }

  /// Of each sample.
  public func sum(_ pairs: AtomPairs, samples: Int) -> [Double] {
    let tape = slopes.tape
    let trace = tape.allocate(samples)
    tape.backend.pairTrace(
      PairTraceOperands(
        atoms: pairs.atoms, samples: samples, rows: slopes.rows, slopes: tape.value(slopes.index),
        radialSlopes: tape.value(radialSlopes.index), directions: tape.value(directions.index),
        first: tape.value(first.index), second: tape.value(second.index), firstOwn: tape.value(firstOwn.index),
        secondOwn: tape.value(secondOwn.index), pushes: tape.value(pushes.index),
        adjoint: tape.value(adjoint.index), adjointOwn: tape.value(adjointOwn.index)), trace: trace)
    return tape.values(at: trace, count: samples)
  }
}
