/// y = x − 2π ⌊(x + π)/2π⌋
struct AngleWrapping: Operation {
  let x: Int
  let count: Int

  var inputs: [Int] { [x] }

  func evaluate(on tape: Tape, output: Int) {
    tape.backend.wrapAngles(count: count, x: tape.value(x), y: tape.value(output))
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dx = tape.adjoint(x), let dy = tape.adjoint(output) else { return }
    tape.backend.copy(rows: 1, columns: count, from: dy, stride: 0, to: dx, stride: 0, adding: true)
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? { changes[0] }
}
