extension Variable {
  /// Applies to each row its own monotone spline; see `MonotoneSpline` for the order of its parameters.
  ///
  /// - Parameter parameters: `[rows × parameters of one variable][columns]`.
  /// - Returns: the values and log |dy/dx| of each, `[rows][columns]` both.
  public func transformed(
    by spline: MonotoneSpline, parameters: Variable, inverse: Bool
  ) -> (value: Variable, logSlope: Variable) {
    precondition(parameters.rows == rows * spline.parameterCount && parameters.columns == columns)
    let both = tape.record(
      SplineTransformation(
        spline: spline, inverse: inverse, x: index, parameters: parameters.index, rows: rows, columns: columns),
      rows: 2 * rows, columns: columns)
    return (both.rows(0..<rows), both.rows(rows..<2 * rows))
  }
}

/// Values above, log-slopes below, `[2 × rows][columns]`.
struct SplineTransformation: Operation {
  let spline: MonotoneSpline
  let inverse: Bool
  let x: Int
  let parameters: Int
  let rows: Int
  let columns: Int

  var inputs: [Int] { [x, parameters] }

  func evaluate(on tape: Tape, output: Int) {
    let y = tape.value(output)
    tape.backend.spline(
      spline, inverse: inverse, dimensions: rows, columns: columns, parameters: tape.value(parameters),
      x: tape.value(x),
      y: y, logSlope: y + rows * columns * tape.backend.scalarSize)
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dy = tape.adjoint(output) else { return }
    let half = rows * columns * tape.backend.scalarSize
    pullBack(
      on: tape, y: tape.value(output), dy: dy, dlogSlope: dy + half, dx: tape.adjoint(x),
      dparameters: tape.adjoint(parameters))
  }

  private func pullBack(
    on tape: Tape, y: NetworkBuffer, dy: NetworkBuffer, dlogSlope: NetworkBuffer, dx: NetworkBuffer?,
    dparameters: NetworkBuffer?
  ) {
    tape.backend.splineAdjoint(
      spline, inverse: inverse, dimensions: rows, columns: columns, parameters: tape.value(parameters),
      x: tape.value(x),
      y: y, dy: dy, dlogSlope: dlogSlope, dx: dx ?? zeros(tape, rows),
      dparameters: dparameters ?? zeros(tape, rows * spline.parameterCount))
  }

  private func zeros(_ tape: Tape, _ rows: Int, value: Double = 0) -> NetworkBuffer {
    let buffer = tape.allocate(rows * columns)
    tape.backend.fill(buffer, count: rows * columns, with: value)
    return buffer
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    tape.record(
      Tangent(
        transformation: self, output: output.index, changes: changes.map { $0?.index },
        inputs: changes.compactMap { $0?.index }), rows: output.rows, columns: output.columns)
  }

  /// Each number of the result depends on one row of x and its parameters only, so its change is the pull-back of one times
  /// their changes. Not differentiable again.
  private struct Tangent: Operation {
    let transformation: SplineTransformation
    let output: Int
    let changes: [Int?]
    let inputs: [Int]

    func evaluate(on tape: Tape, output: Int) {
      let t = transformation
      let count = t.spline.parameterCount
      let half = t.rows * t.columns * tape.backend.scalarSize
      let (zero, one) = (t.zeros(tape, t.rows), t.zeros(tape, t.rows, value: 1))
      for (part, seeds) in [(one, zero), (zero, one)].enumerated() {
        let target = tape.value(output) + part * half
        tape.backend.fill(target, count: t.rows * t.columns, with: 0)
        let (dx, dp) = (t.zeros(tape, t.rows), t.zeros(tape, t.rows * count))
        t.pullBack(on: tape, y: tape.value(self.output), dy: seeds.0, dlogSlope: seeds.1, dx: dx, dparameters: dp)
        for (derivative, change, rows) in [(dx, changes[0], 1), (dp, changes[1], count)] {
          guard let change else { continue }
          let (a, b) = (operand(derivative), operand(tape.value(change)))
          let products = t.zeros(tape, t.rows * rows)
          tape.backend.product(rows: t.rows * rows, columns: t.columns, a, b, y: products)
          let sums = t.zeros(tape, t.rows)
          tape.backend.sumRows(groups: t.rows, rows: rows, columns: t.columns, x: products, y: sums)
          tape.backend.copy(
            rows: 1, columns: t.rows * t.columns, from: sums, stride: 0, to: target, stride: 0, adding: true)
        }
      }
    }

    private func operand(_ buffer: NetworkBuffer) -> BroadcastOperand {
      BroadcastOperand(values: buffer, rowStride: transformation.columns, columns: transformation.columns)
    }

    func pullBack(on tape: Tape, output: Int) {
      preconditionFailure("splines have first derivatives in both modes, but no second ones")
    }

    func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
      preconditionFailure("splines have first derivatives in both modes, but no second ones")
    }
  }
}
