extension Tape {
  /// αa + βb, where an operand of one row is repeated over the rows, and one of fewer columns over columns: column c of the
  /// result takes column c / (columns of the result / columns of the operand).
  public func combine(_ alpha: Double, _ a: Variable, _ beta: Double, _ b: Variable) -> Variable {
    let (rows, columns) = Broadcast.shape(a, b)
    return record(
      Combination(alpha: alpha, a: a.index, beta: beta, b: b.index, rows: rows, columns: columns), rows: rows,
      columns: columns)
  }

  /// a b, element by element, with the repetitions of `combine`.
  public func product(_ a: Variable, _ b: Variable) -> Variable {
    let (rows, columns) = Broadcast.shape(a, b)
    return record(Product(a: a.index, b: b.index, rows: rows, columns: columns), rows: rows, columns: columns)
  }
}

enum Broadcast {
  static func shape(_ a: Variable, _ b: Variable) -> (rows: Int, columns: Int) {
    let rows = max(a.rows, b.rows)
    let columns = max(a.columns, b.columns)
    func fits(_ v: Variable) -> Bool { (v.rows == rows || v.rows == 1) && columns % v.columns == 0 }
    precondition(
      fits(a) && fits(b),
      "[\(a.rows)][\(a.columns)] and [\(b.rows)][\(b.columns)] cannot be combined element by element")
    precondition(
      a.columns == b.columns || max(a.columns, b.columns) == columns || min(a.columns, b.columns) == 1,
      "operands repeated over different numbers of columns")
    return (rows, columns)
  }

  static func operand(_ index: Int, _ buffer: NetworkBuffer, on tape: Tape) -> BroadcastOperand {
    let node = tape.nodes[index]
    return BroadcastOperand(values: buffer, rowStride: node.rows == 1 ? 0 : node.columns, columns: node.columns)
  }

  /// A node's value as an operand.
  static func value(_ index: Int, on tape: Tape) -> BroadcastOperand { operand(index, tape.value(index), on: tape) }
}

struct Combination: Operation {
  let alpha: Double
  let a: Int
  let beta: Double
  let b: Int
  let rows: Int
  let columns: Int

  var inputs: [Int] { [a, b] }

  func evaluate(on tape: Tape, output: Int) {
    tape.backend.combine(
      rows: rows, columns: columns, alpha: alpha, Broadcast.value(a, on: tape), beta: beta,
      Broadcast.value(b, on: tape), y: tape.value(output))
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dy = tape.adjoint(output) else { return }
    for (input, scale) in [(a, alpha), (b, beta)] {
      guard let d = tape.adjoint(input) else { continue }
      tape.backend.combineAdjoint(
        rows: rows, columns: columns, alpha: scale, dy: dy, da: Broadcast.operand(input, d, on: tape))
    }
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    switch (changes[0], changes[1]) {
    case (let da?, let db?): tape.combine(alpha, da, beta, db)
    case (let da?, nil): tape.expand(alpha * da, rows: rows, columns: columns)
    case (nil, let db?): tape.expand(beta * db, rows: rows, columns: columns)
    case (nil, nil): nil
    }
  }
}

struct Product: Operation {
  let a: Int
  let b: Int
  let rows: Int
  let columns: Int

  var inputs: [Int] { [a, b] }

  func evaluate(on tape: Tape, output: Int) {
    tape.backend.product(
      rows: rows, columns: columns, Broadcast.value(a, on: tape), Broadcast.value(b, on: tape), y: tape.value(output))
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dy = tape.adjoint(output) else { return }
    for (input, other) in [(a, b), (b, a)] {
      guard let d = tape.adjoint(input) else { continue }
      tape.backend.productAdjoint(
        rows: rows, columns: columns, dy: dy, Broadcast.value(other, on: tape),
        da: Broadcast.operand(input, d, on: tape))
    }
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    sum(changes[0].map { $0 * tape.variable(at: b) }, changes[1].map { tape.variable(at: a) * $0 })
  }
}

extension Tape {
  /// The variable repeated to a larger shape.
  func expand(_ x: Variable, rows: Int, columns: Int) -> Variable {
    if x.rows == rows && x.columns == columns { return x }
    return combine(1, x, 0, constant(0, rows: rows, columns: columns))
  }
}
