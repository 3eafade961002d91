extension Variable {
  /// Some consecutive rows, without a copy.
  public func rows(_ range: Range<Int>) -> Variable {
    tape.view(of: self, offset: range.lowerBound * columns, rows: range.count, columns: columns)
  }

  /// The same numbers, row by row, in another shape.
  public func reshaped(rows: Int, columns: Int) -> Variable {
    precondition(rows * columns == count, "as many numbers")
    return tape.view(of: self, offset: 0, rows: rows, columns: columns)
  }

  /// The rows of the given numbers, in that order; a row may occur several times.
  public func gatheringRows(_ rows: [Int]) -> Variable {
    precondition(rows.allSatisfy { (0..<self.rows).contains($0) }, "rows of the variable")
    return tape.record(RowGather(x: index, source: rows, columns: columns), rows: rows.count, columns: columns)
  }

  /// The rows of other variables below this one's.
  public func stacked(with others: Variable...) -> Variable { tape.stacking([self] + others) }

  public func stacked(with others: some Collection<Variable>) -> Variable { tape.stacking([self] + others) }

  /// Each row `times` times, one after another.
  public func repeatingRows(_ times: Int) -> Variable {
    times == 1 ? self : gatheringRows((0..<rows * times).map { $0 / times })
  }
}

extension Tape {
  /// The rows of several variables, one below another.
  public func stacking(_ parts: [Variable]) -> Variable {
    precondition(Set(parts.map(\.columns)).count == 1, "parts with the same number of columns")
    if parts.count == 1 { return parts[0] }
    return record(
      RowStack(parts: parts.map(\.index), rows: parts.map(\.rows), columns: parts[0].columns),
      rows: parts.reduce(0) { $0 + $1.rows }, columns: parts[0].columns)
  }
}

struct RowGather: Operation {
  let x: Int
  let source: [Int]
  let columns: Int

  var inputs: [Int] { [x] }

  func evaluate(on tape: Tape, output: Int) { move(tape, from: tape.value(x), to: tape.value(output), back: false) }

  func pullBack(on tape: Tape, output: Int) {
    guard let dx = tape.adjoint(x), let dy = tape.adjoint(output) else { return }
    move(tape, from: dy, to: dx, back: true)
  }

  private func move(_ tape: Tape, from: NetworkBuffer, to: NetworkBuffer, back: Bool) {
    let size = columns * tape.backend.scalarSize
    for (row, origin) in source.enumerated() {
      tape.backend.copy(
        rows: 1, columns: columns, from: from + (back ? row : origin) * size, stride: 0,
        to: to + (back ? origin : row) * size, stride: 0, adding: back)
    }
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    changes[0].map { $0.gatheringRows(source) }
  }
}

struct RowStack: Operation {
  let parts: [Int]
  let rows: [Int]
  let columns: Int

  var inputs: [Int] { parts }

  func evaluate(on tape: Tape, output: Int) {
    var target = tape.value(output)
    for (part, rows) in zip(parts, rows) {
      tape.backend.copy(
        rows: 1, columns: rows * columns, from: tape.value(part), stride: 0, to: target, stride: 0, adding: false)
      target += rows * columns * tape.backend.scalarSize
    }
  }

  func pullBack(on tape: Tape, output: Int) {
    guard var dy = tape.adjoint(output) else { return }
    for (part, rows) in zip(parts, rows) {
      if let d = tape.adjoint(part) {
        tape.backend.copy(rows: 1, columns: rows * columns, from: dy, stride: 0, to: d, stride: 0, adding: true)
      }
      dy += rows * columns * tape.backend.scalarSize
    }
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    tape.stacking(zip(changes, rows).map { $0 ?? tape.constant(0, rows: $1, columns: columns) })
  }
}
