extension Tape {
  /// A matrix that was computed elsewhere, whose derivatives are computed there too: for computations too long to be noted down, which
  /// do their parts again when they are asked for.
  ///
  /// It has no forward mode.
  ///
  /// - Parameters:
  ///   - values: row by row.
  ///   - pullBack: from the adjoint of the matrix those of `inputs`, row by row. Derivatives by parameters it adds itself, on a tape
  ///     made by `sibling`.
  public func external(
    inputs: [Variable], rows: Int, columns: Int, values: [Double], pullBack: @escaping ([Double]) -> [[Double]]
  ) -> Variable {
    let computation = ExternalComputation(inputs: inputs.map(\.index), values: values, body: pullBack)
    return record(computation, rows: rows, columns: columns, readsParameters: true)
  }
}

struct ExternalComputation: Operation {
  let inputs: [Int]
  let values: [Double]
  let body: ([Double]) -> [[Double]]

  func evaluate(on tape: Tape, output: Int) {
    values.withUnsafeBufferPointer { tape.backend.set(tape.value(output), to: $0) }
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dy = tape.adjoint(output) else { return }
    for (input, change) in zip(inputs, body(tape.values(at: dy, count: values.count))) {
      guard let target = tape.adjoint(input) else { continue }
      let buffer = tape.allocate(change.count)
      change.withUnsafeBufferPointer { tape.backend.set(buffer, to: $0) }
      tape.backend.copy(rows: 1, columns: change.count, from: buffer, stride: 0, to: target, stride: 0, adding: true)
    }
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    preconditionFailure("a computation done elsewhere has no forward mode")
  }
}
