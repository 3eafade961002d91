extension Variable {
  /// The matrix product with `x`, plus a bias for each row: W x + b.
  ///
  /// Shapes: self `[m][k]`, x `[k][n]`, bias `[m][1]`.
  public func times(_ x: Variable, plus bias: Variable? = nil) -> Variable {
    precondition(columns == x.rows, "[\(rows)][\(columns)] times [\(x.rows)][\(x.columns)]")
    precondition(bias == nil || (bias!.rows == rows && bias!.columns == 1), "a bias has one number for each row")
    return tape.record(
      MatrixProduct(w: index, x: x.index, bias: bias?.index, m: rows, n: x.columns, k: columns), rows: rows,
      columns: x.columns)
  }
}

/// y = W x + b
struct MatrixProduct: Operation {
  let w: Int
  let x: Int
  let bias: Int?
  let m: Int
  let n: Int
  let k: Int

  var inputs: [Int] { bias.map { [w, x, $0] } ?? [w, x] }

  func evaluate(on tape: Tape, output: Int) {
    let y = tape.value(output)
    if let bias {
      // The product is then added to the bias, which saves a pass over y.
      let bias = BroadcastOperand(values: tape.value(bias), rowStride: 1, columns: 1)
      tape.backend.combine(rows: m, columns: n, alpha: 1, bias, beta: 0, bias, y: y)
    }
    tape.backend.multiply(
      m, n, k, a: tape.value(w), transposeA: false, b: tape.value(x), transposeB: false, beta: bias == nil ? 0 : 1, c: y
    )
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dy = tape.adjoint(output) else { return }
    if let dw = tape.adjoint(w) {
      tape.backend.multiply(m, k, n, a: dy, transposeA: false, b: tape.value(x), transposeB: true, beta: 1, c: dw)
    }
    if let dx = tape.adjoint(x) {
      tape.backend.multiply(k, n, m, a: tape.value(w), transposeA: true, b: dy, transposeB: false, beta: 1, c: dx)
    }
    if let bias, let db = tape.adjoint(bias) {
      tape.backend.combineAdjoint(
        rows: m, columns: n, alpha: 1, dy: dy, da: BroadcastOperand(values: db, rowStride: 1, columns: 1))
    }
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    let product = sum(
      changes[0].map { $0.times(tape.variable(at: x)) }, changes[1].map { tape.variable(at: w).times($0) })
    guard bias != nil, let db = changes[2] else { return product }
    return product.map { $0 + db } ?? tape.expand(db, rows: m, columns: n)
  }
}
