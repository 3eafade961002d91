/// What a tape notes down about one computation: enough to do it, and to differentiate it in both modes.
protocol Operation {
  /// Nodes that it reads.
  var inputs: [Int] { get }

  /// Computes the value of node `output`.
  func evaluate(on tape: Tape, output: Int)

  /// Adds to the adjoints of the inputs what follows from the adjoint of `output`.
  func pullBack(on tape: Tape, output: Int)

  /// The change of `output` with the changes of the inputs (nil: none), noted down on the tape.
  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable?
}

/// Sums changes of which any may be absent.
func sum(_ changes: Variable?...) -> Variable? {
  changes.compactMap { $0 }.reduce(nil) { total, change in total.map { $0 + change } ?? change }
}

/// Part of a variable's memory, or all of it in another shape. Its adjoint is part of its parent's.
struct View: Operation {
  let input: Int
  let offset: Int

  var inputs: [Int] { [input] }

  func evaluate(on tape: Tape, output: Int) {}

  func pullBack(on tape: Tape, output: Int) {}

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    changes[0].map { tape.view(of: $0, offset: offset, rows: output.rows, columns: output.columns) }
  }
}
