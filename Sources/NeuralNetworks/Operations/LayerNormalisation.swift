extension Variable {
  /// gain (x − mean)/√(variance + ε) + bias over the rows of each column (Ba, Kiros & Hinton 2016, arXiv:1607.06450).
  ///
  /// Shapes: gain and bias `[rows][1]`.
  public func layerNormalised(gain: Variable, bias: Variable, epsilon: Double = 1e-5) -> Variable {
    precondition(gain.rows == rows && bias.rows == rows && gain.columns == 1 && bias.columns == 1)
    return tape.record(
      LayerNormalisation(
        x: index, gain: gain.index, bias: bias.index, rows: rows, columns: columns, epsilon: epsilon), rows: rows,
      columns: columns)
  }
}

struct LayerNormalisation: Operation {
  let x: Int
  let gain: Int
  let bias: Int
  let rows: Int
  let columns: Int
  let epsilon: Double

  var inputs: [Int] { [x, gain, bias] }

  func evaluate(on tape: Tape, output: Int) {
    tape.backend.layerNorm(
      rows: rows, columns: columns, epsilon: epsilon, x: tape.value(x), gain: tape.value(gain), bias: tape.value(bias),
      y: tape.value(output))
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dy = tape.adjoint(output) else { return }
    // The kernel gives all three; what nobody wants goes to memory that is forgotten.
    func target(_ index: Int, _ count: Int) -> NetworkBuffer {
      if let adjoint = tape.adjoint(index) { return adjoint }
      let unwanted = tape.allocate(count)
      tape.backend.fill(unwanted, count: count, with: 0)
      return unwanted
    }
    tape.backend.layerNormAdjoint(
      rows: rows, columns: columns, epsilon: epsilon, x: tape.value(x), gain: tape.value(gain), dy: dy,
      dx: target(x, rows * columns), dgain: target(gain, rows), dbias: target(bias, rows))
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    let x = tape.variable(at: x)
    let centred = x - (1 / Double(rows)) * x.sumOfRows()
    let inverse = ((1 / Double(rows)) * centred.squared().sumOfRows() + epsilon).squareRoot().reciprocal()
    let normal = centred * inverse
    let fromX = changes[0].map { change in
      let centredChange = change - (1 / Double(rows)) * change.sumOfRows()
      let along = (1 / Double(rows)) * (normal * centredChange).sumOfRows()
      return tape.variable(at: gain) * (inverse * (centredChange - normal * along))
    }
    let fromBias = changes[2].map { tape.expand($0, rows: rows, columns: columns) }
    return sum(fromX, changes[1].map { normal * $0 }, fromBias)
  }
}
