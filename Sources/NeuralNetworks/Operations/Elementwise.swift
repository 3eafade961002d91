extension Tape {
  /// f⁽ᵒ⁾(x), element by element; order 0 is f itself, at most 2 where derivatives are wanted.
  func apply(_ function: ElementaryFunction, order: Int, to x: Variable) -> Variable {
    record(Elementwise(function: function, order: order, x: x.index, count: x.count), rows: x.rows, columns: x.columns)
  }
}

/// y = f⁽ᵒ⁾(x)
struct Elementwise: Operation {
  let function: ElementaryFunction
  let order: Int
  let x: Int
  let count: Int

  var inputs: [Int] { [x] }

  func evaluate(on tape: Tape, output: Int) {
    tape.backend.value(of: function, order: order, count: count, x: tape.value(x), y: tape.value(output))
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dx = tape.adjoint(x), let dy = tape.adjoint(output) else { return }
    precondition(order < 3, "derivatives of functions go to the third order")
    tape.backend.adjoint(of: function, order: order + 1, count: count, x: tape.value(x), dy: dy, dx: dx)
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    changes[0].map { tape.apply(function, order: order + 1, to: tape.variable(at: x)) * $0 }
  }
}
