extension Variable {
  /// The solution X of A X = B for this triangular matrix A `[n][n]`; elements beyond the triangle, and the diagonal where
  /// it is said to be 1, are not read.
  public func solving(_ b: Variable, lower: Bool, unitDiagonal: Bool) -> Variable {
    precondition(rows == columns && rows == b.rows, "a square matrix of as many rows")
    return tape.record(
      TriangularSolution(a: index, b: b.index, n: rows, columns: b.columns, lower: lower, unitDiagonal: unitDiagonal),
      rows: rows, columns: b.columns)
  }
}

/// X = A⁻¹ B
struct TriangularSolution: Operation {
  let a: Int
  let b: Int
  let n: Int
  let columns: Int
  let lower: Bool
  let unitDiagonal: Bool

  var inputs: [Int] { [a, b] }

  func evaluate(on tape: Tape, output: Int) {
    let x = tape.value(output)
    tape.backend.copy(
      rows: 1, columns: n * columns, from: tape.value(b), stride: 0, to: x, stride: 0, adding: false)
    tape.backend.solveTriangular(
      n, columns: columns, a: tape.value(a), lower: lower, unitDiagonal: unitDiagonal, transpose: false, b: x)
  }

  func pullBack(on tape: Tape, output: Int) {
    // dB = A⁻ᵀ dX, dA = −dB Xᵀ within the triangle (Giles 2008, doi:10.1007/978-3-540-68942-3_4).
    guard let dx = tape.adjoint(output) else { return }
    let solution = tape.allocate(n * columns)
    tape.backend.copy(rows: 1, columns: n * columns, from: dx, stride: 0, to: solution, stride: 0, adding: false)
    tape.backend.solveTriangular(
      n, columns: columns, a: tape.value(a), lower: lower, unitDiagonal: unitDiagonal, transpose: true, b: solution)
    if let db = tape.adjoint(b) {
      tape.backend.copy(rows: 1, columns: n * columns, from: solution, stride: 0, to: db, stride: 0, adding: true)
    }
    guard let da = tape.adjoint(a) else { return }
    let full = tape.allocate(n * n)
    tape.backend.multiply(
      n, n, columns, a: solution, transposeA: false, b: tape.value(output), transposeB: true, beta: 0, c: full)
    let size = tape.backend.scalarSize
    for row in 0..<n {
      let first = lower ? 0 : row + (unitDiagonal ? 1 : 0)
      let end = lower ? row + (unitDiagonal ? 0 : 1) : n
      guard end > first else { continue }
      let place = (row * n + first) * size
      let part = BroadcastOperand(values: full + place, rowStride: 0, columns: end - first)
      let target = BroadcastOperand(values: da + place, rowStride: 0, columns: end - first)
      tape.backend.combineAdjoint(rows: 1, columns: end - first, alpha: -1, dy: part.values, da: target)
    }
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    // dX = A⁻¹ (dB − dA X); what stands beyond the triangle of dA must not enter.
    let matrix = tape.variable(at: a)
    let right = sum(changes[1], changes[0].map { -(triangle(of: $0, on: tape).times(output)) })
    return right.map { matrix.solving($0, lower: lower, unitDiagonal: unitDiagonal) }
  }

  private func triangle(of change: Variable, on tape: Tape) -> Variable {
    var mask = [Double](repeating: 0, count: n * n)
    for row in 0..<n {
      for column in 0..<n where lower ? column < row : column > row { mask[row * n + column] = 1 }
      if !unitDiagonal { mask[row * n + row] = 1 }
    }
    return change * tape.variable(mask, rows: n, columns: n)
  }
}
