extension Variable {
  /// Some consecutive columns.
  public func columns(_ range: Range<Int>) -> Variable {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns && !range.isEmpty, "columns of the variable")
    if range.count == columns { return self }
    return tape.record(
      ColumnMove(
        parts: [.init(input: index, inputColumns: columns, from: range.lowerBound, to: 0, count: range.count)],
        rows: rows,
        columns: range.count), rows: rows, columns: range.count)
  }

  /// All columns `times` times, one copy after another.
  public func tilingColumns(_ times: Int) -> Variable {
    times == 1 ? self : tape.joining([Variable](repeating: self, count: times))
  }
}

extension Variable {
  /// The columns of some tokens, where each token has `samples` columns side by side.
  public func gatheringTokens(_ tokens: [Int], samples: Int) -> Variable {
    precondition(!tokens.isEmpty && tokens.allSatisfy { $0 >= 0 && ($0 + 1) * samples <= columns })
    if samples == 1 {
      return tape.record(
        ColumnGather(x: index, source: tokens, rows: rows, xColumns: columns), rows: rows, columns: tokens.count)
    }
    let moves = tokens.enumerated().map { place, token in
      ColumnMove.Part(
        input: index, inputColumns: columns, from: token * samples, to: place * samples, count: samples)
    }
    let count = tokens.count * samples
    return tape.record(ColumnMove(parts: moves, rows: rows, columns: count), rows: rows, columns: count)
  }

  /// Some runs of columns, one after another; empty ones are left out.
  public func gatheringColumns(_ runs: [Range<Int>]) -> Variable {
    precondition(runs.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= columns })
    var parts: [ColumnMove.Part] = []
    var end = 0
    for run in runs where !run.isEmpty {
      parts.append(
        .init(input: index, inputColumns: columns, from: run.lowerBound, to: end, count: run.count))
      end += run.count
    }
    return tape.record(ColumnMove(parts: parts, rows: rows, columns: end), rows: rows, columns: end)
  }

  /// The columns go to the given ones of `count` tokens; the others are 0.
  public func scatteringTokens(to tokens: [Int], of count: Int, samples: Int) -> Variable {
    precondition(tokens.count * samples == columns && Set(tokens).count == tokens.count)
    let zero = tape.constant(0, rows: rows, columns: samples)
    let moves = (0..<count).map { token in
      if let place = tokens.firstIndex(of: token) {
        return ColumnMove.Part(
          input: index, inputColumns: columns, from: place * samples, to: token * samples, count: samples)
      }
      return ColumnMove.Part(input: zero.index, inputColumns: samples, from: 0, to: token * samples, count: samples)
    }
    return tape.record(
      ColumnMove(parts: moves, rows: rows, columns: count * samples), rows: rows, columns: count * samples)
  }
}

extension Tape {
  /// The columns of several variables, one after another.
  public func joining(_ parts: [Variable]) -> Variable {
    precondition(Set(parts.map(\.rows)).count == 1, "parts with the same number of rows")
    if parts.count == 1 { return parts[0] }
    var moves: [ColumnMove.Part] = []
    var end = 0
    for part in parts {
      moves.append(.init(input: part.index, inputColumns: part.columns, from: 0, to: end, count: part.columns))
      end += part.columns
    }
    return record(ColumnMove(parts: moves, rows: parts[0].rows, columns: end), rows: parts[0].rows, columns: end)
  }
}

/// Copies runs of columns of its inputs to places of its output, which they cover.
struct ColumnMove: Operation {
  struct Part {
    var input: Int
    var inputColumns: Int
    var from: Int
    var to: Int
    var count: Int
  }

  let parts: [Part]
  let rows: Int
  let columns: Int

  /// One for each part; an input may occur several times.
  var inputs: [Int] { parts.map(\.input) }

  func evaluate(on tape: Tape, output: Int) {
    let size = tape.backend.scalarSize
    for part in parts {
      tape.backend.copy(
        rows: rows, columns: part.count, from: tape.value(part.input) + part.from * size, stride: part.inputColumns,
        to: tape.value(output) + part.to * size, stride: columns, adding: false)
    }
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dy = tape.adjoint(output) else { return }
    let size = tape.backend.scalarSize
    for part in parts {
      guard let d = tape.adjoint(part.input) else { continue }
      tape.backend.copy(
        rows: rows, columns: part.count, from: dy + part.to * size, stride: columns, to: d + part.from * size,
        stride: part.inputColumns, adding: true)
    }
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    let pieces = zip(parts, changes).map { part, change in
      change?.columns(part.from..<part.from + part.count) ?? tape.constant(0, rows: rows, columns: part.count)
    }
    return tape.joining(pieces)
  }
}

/// Single columns, of which one may occur several times.
struct ColumnGather: Operation {
  let x: Int
  let source: [Int]
  let rows: Int
  let xColumns: Int

  var inputs: [Int] { [x] }

  func evaluate(on tape: Tape, output: Int) {
    tape.backend.gatherColumns(source, rows: rows, xColumns: xColumns, x: tape.value(x), y: tape.value(output))
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dx = tape.adjoint(x), let dy = tape.adjoint(output) else { return }
    tape.backend.gatherColumnsAdjoint(source, rows: rows, xColumns: xColumns, dy: dy, dx: dx)
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    changes[0].map { $0.gatheringTokens(source, samples: 1) }
  }
}
