extension Variable {
  /// Columns of tokens added to columns of tokens: token `to` of the result is the sum of the tokens `from` of its moves, 0 where
  /// there are none. Each token has `samples` columns side by side.
  public func addingTokens(_ moves: [TokenMove], of count: Int, samples: Int) -> Variable {
    tape.record(
      TokenAddition(x: index, moves: moves, rows: rows, columns: columns, count: count, samples: samples), rows: rows,
      columns: count * samples)
  }
}

/// From a token to a token.
public struct TokenMove: Sendable, Equatable {
  public var from: Int
  public var to: Int

  public init(from: Int, to: Int) { (self.from, self.to) = (from, to) }
}

struct TokenAddition: Operation {
  let x: Int
  let moves: [TokenMove]
  let rows: Int
  let columns: Int
  let count: Int
  let samples: Int

  var inputs: [Int] { [x] }

  func evaluate(on tape: Tape, output: Int) {
    tape.backend.fill(tape.value(output), count: rows * count * samples, with: 0)
    add(tape, from: tape.value(x), stride: columns, to: tape.value(output), stride: count * samples, back: false)
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dx = tape.adjoint(x), let dy = tape.adjoint(output) else { return }
    add(tape, from: dy, stride: count * samples, to: dx, stride: columns, back: true)
  }

  private func add(
    _ tape: Tape, from: NetworkBuffer, stride: Int, to: NetworkBuffer, stride targetStride: Int, back: Bool
  ) {
    let size = samples * tape.backend.scalarSize
    for move in moves {
      tape.backend.copy(
        rows: rows, columns: samples, from: from + (back ? move.to : move.from) * size, stride: stride,
        to: to + (back ? move.from : move.to) * size, stride: targetStride, adding: true)
    }
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    changes[0].map { $0.addingTokens(moves, of: count, samples: samples) }
  }
}
