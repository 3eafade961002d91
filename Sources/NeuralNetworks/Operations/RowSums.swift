extension Variable {
  /// The sum over the rows of each of `groups` equal groups, `[groups][columns]`.
  public func sumOfRows(groups: Int = 1) -> Variable {
    precondition(groups > 0 && rows % groups == 0, "groups of equal size")
    return tape.record(
      RowSum(x: index, groups: groups, rows: rows / groups, columns: columns), rows: groups, columns: columns)
  }

  /// e^x / Σ e^x over the rows of each of `groups` equal groups.
  public func softmax(groups: Int = 1) -> Variable {
    precondition(groups > 0 && rows % groups == 0, "groups of equal size")
    return tape.record(
      Softmax(x: index, groups: groups, rows: rows / groups, columns: columns), rows: rows, columns: columns)
  }

  /// The sum over the samples of each token: columns fall into `parts` equal runs, `[rows][parts]`.
  public func sumOfColumns(parts: Int = 1) -> Variable {
    precondition(parts > 0 && columns % parts == 0, "runs of equal length")
    // The adjoint of repeating a matrix over columns is the sum over them.
    return tape.record(ColumnSum(x: index, parts: parts, rows: rows, columns: columns), rows: rows, columns: parts)
  }
}

struct RowSum: Operation {
  let x: Int
  let groups: Int
  let rows: Int
  let columns: Int

  var inputs: [Int] { [x] }

  func evaluate(on tape: Tape, output: Int) {
    tape.backend.sumRows(groups: groups, rows: rows, columns: columns, x: tape.value(x), y: tape.value(output))
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dx = tape.adjoint(x), let dy = tape.adjoint(output) else { return }
    tape.backend.sumRowsAdjoint(groups: groups, rows: rows, columns: columns, dy: dy, dx: dx)
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    changes[0].map { $0.sumOfRows(groups: groups) }
  }
}

struct ColumnSum: Operation {
  let x: Int
  let parts: Int
  let rows: Int
  let columns: Int

  var inputs: [Int] { [x] }

  func evaluate(on tape: Tape, output: Int) {
    let y = tape.value(output)
    tape.backend.fill(y, count: rows * parts, with: 0)
    tape.backend.combineAdjoint(
      rows: rows, columns: columns, alpha: 1, dy: tape.value(x),
      da: BroadcastOperand(values: y, rowStride: parts, columns: parts))
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dx = tape.adjoint(x), let dy = tape.adjoint(output) else { return }
    let before = BroadcastOperand(values: dx, rowStride: columns, columns: columns)
    tape.backend.combine(
      rows: rows, columns: columns, alpha: 1, before, beta: 1,
      BroadcastOperand(values: dy, rowStride: parts, columns: parts), y: dx)
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    changes[0].map { $0.sumOfColumns(parts: parts) }
  }
}

struct Softmax: Operation {
  let x: Int
  let groups: Int
  let rows: Int
  let columns: Int

  var inputs: [Int] { [x] }

  func evaluate(on tape: Tape, output: Int) {
    tape.backend.softmax(groups: groups, rows: rows, columns: columns, x: tape.value(x), y: tape.value(output))
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dx = tape.adjoint(x), let dy = tape.adjoint(output) else { return }
    tape.backend.softmaxAdjoint(
      groups: groups, rows: rows, columns: columns, y: tape.value(output), dy: dy, dx: dx)
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    // dy = y (dx − Σ y dx), group by group
    changes[0].map { change in
      let weighted = output * change
      return weighted - output * weighted.sumOfRows(groups: groups).repeatingRows(rows)
    }
  }
}
