import CLaneKernels
import NeuralNetworks
import Randomness
import Testing

@Suite struct OperationTests {
  /// Reverse mode against central differences along random directions, in double precision.
  @Test(arguments: OperationCase.registry) func pullBackIsTheDerivative(_ operation: OperationCase) {
    let inputs = operation.inputs()
    let weights = Self.weights(count: operation.run(inputs, backend: DoublePrecisionBackend()) { $2.values.count })
    let adjoints = operation.run(inputs, backend: DoublePrecisionBackend()) { tape, variables, output in
      tape.pullBack([(output, weights)])
      return variables.map(\.adjoint)
    }
    for trial in 0..<4 {
      let direction = Self.direction(inputs, trial)
      let expected = Self.centralDifference { step in
        let moved = Self.moved(inputs, direction, step)
        return operation.run(moved, backend: DoublePrecisionBackend()) { Self.dot($2.values, weights) }
      }
      let found = zip(adjoints, direction).reduce(0) { $0 + Self.dot($1.0, $1.1) }
      #expect(abs(found - expected) < 1e-7 * (1 + abs(expected)), "direction \(trial): \(found), expected \(expected)")
    }
  }

  /// ⟨weights, J direction⟩ by forward mode and by reverse mode.
  @Test(arguments: OperationCase.registry) func forwardModeAgreesWithReverseMode(_ operation: OperationCase) {
    let inputs = operation.inputs()
    for trial in 0..<2 {
      let direction = Self.direction(inputs, trial)
      let (forward, reverse) = operation.run(inputs, backend: DoublePrecisionBackend()) { tape, variables, output in
        let changes = zip(variables, direction).map { variable, change in
          (variable: variable, change: tape.variable(change, rows: variable.rows, columns: variable.columns))
        }
        let tangent = tape.pushForward(changes, to: [output])[0]!
        let weights = Self.weights(count: output.values.count)
        let forward = Self.dot(tangent.values, weights)
        tape.pullBack([(output, weights)])
        return (forward, zip(variables, direction).reduce(0) { $0 + Self.dot($1.0.adjoint, $1.1) })
      }
      #expect(abs(forward - reverse) < 1e-11 * (1 + abs(reverse)), "\(forward) and \(reverse)")
    }
  }

  /// Where only some inputs change, the others' part is left out.
  @Test(arguments: OperationCase.registry.filter { $0.shapes.count > 1 })
  func forwardModeOfOneInput(_ operation: OperationCase) {
    let inputs = operation.inputs()
    for moving in inputs.indices {
      let direction = Self.direction(inputs, 0)
      let (forward, reverse) = operation.run(inputs, backend: DoublePrecisionBackend()) { tape, variables, output in
        let variable = variables[moving]
        let change = tape.variable(direction[moving], rows: variable.rows, columns: variable.columns)
        let tangent = tape.pushForward([(variable, change)], to: [output])[0]
        let weights = Self.weights(count: output.values.count)
        let forward = tangent.map { Self.dot($0.values, weights) } ?? 0
        tape.pullBack([(output, weights)])
        return (forward, Self.dot(variable.adjoint, direction[moving]))
      }
      #expect(abs(forward - reverse) < 1e-11 * (1 + abs(reverse)), "input \(moving): \(forward) and \(reverse)")
    }
  }

  /// Reverse over forward: the derivative of a directional derivative, against its central difference.
  @Test(arguments: OperationCase.registry.filter(\.hasSecondDerivatives))
  func directionalDerivativesCanBeDifferentiated(_ operation: OperationCase) {
    let inputs = operation.inputs()
    let along = Self.direction(inputs, 0)
    @Sendable func directional(_ inputs: [[Double]]) -> (value: Double, adjoints: [[Double]]) {
      operation.run(inputs, backend: DoublePrecisionBackend()) { tape, variables, output in
        let changes = zip(variables, along).map { variable, change in
          (variable: variable, change: tape.variable(change, rows: variable.rows, columns: variable.columns))
        }
        let tangent = tape.pushForward(changes, to: [output])[0]!
        let weights = Self.weights(count: output.values.count)
        tape.pullBack([(tangent, weights)])
        return (Self.dot(tangent.values, weights), variables.map(\.adjoint))
      }
    }
    let adjoints = directional(inputs).adjoints
    for trial in 1..<4 {
      let direction = Self.direction(inputs, trial)
      let expected = Self.centralDifference { directional(Self.moved(inputs, direction, $0)).value }
      let found = zip(adjoints, direction).reduce(0) { $0 + Self.dot($1.0, $1.1) }
      #expect(abs(found - expected) < 1e-6 * (1 + abs(expected)), "direction \(trial): \(found), expected \(expected)")
    }
  }

  /// Single precision gives the double's values and adjoints to rounding.
  @Test(arguments: OperationCase.registry) func singlePrecisionAgrees(_ operation: OperationCase) {
    // Numbers that single precision holds exactly, so that both see the same inputs.
    let inputs = operation.inputs().map { $0.map { Double(Float($0)) } }
    func results(_ backend: any NetworkBackend) -> [[Double]] {
      operation.run(inputs, backend: backend) { tape, variables, output in
        tape.pullBack([(output, Self.weights(count: output.values.count))])
        return [output.values] + variables.map(\.adjoint)
      }
    }
    for (single, double) in zip(results(SinglePrecisionBackend()), results(DoublePrecisionBackend())) {
      let scale = 1 + double.map(abs).max()!
      for (a, b) in zip(single, double) { #expect(abs(a - b) < 3e-5 * scale, "\(a) and \(b)") }
    }
  }

  /// The portable kernels give what the processor's best do.
  @Test(arguments: OperationCase.registry) func instructionSetsAgree(_ operation: OperationCase) {
    func results(_ set: lane_instruction_set) -> [[Double]] {
      lane_use_instruction_set_here(set)
      defer { lane_forget_instruction_set_here() }
      return operation.run(operation.inputs(), backend: DoublePrecisionBackend()) { tape, variables, output in
        tape.pullBack([(output, Self.weights(count: output.values.count))])
        return [output.values] + variables.map(\.adjoint)
      }
    }
    for (a, b) in zip(results(lane_portable), results(lane_best_instruction_set())) {
      for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-12 * (1 + abs(y))) }
    }
  }

  // MARK: Numbers

  static func weights(count: Int) -> [Double] {
    var random = RandomStream(seed: 11)
    return (0..<count).map { _ in random.normal() }
  }

  static func direction(_ inputs: [[Double]], _ trial: Int) -> [[Double]] {
    var random = RandomStream(seed: 23, stream: UInt64(trial))
    return inputs.map { $0.map { _ in random.normal() } }
  }

  static func moved(_ inputs: [[Double]], _ direction: [[Double]], _ step: Double) -> [[Double]] {
    zip(inputs, direction).map { zip($0, $1).map { $0 + step * $1 } }
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  /// Five points: the error is of the fourth order in the step.
  static func centralDifference(_ f: (Double) -> Double) -> Double {
    let h = 1e-4
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)
  }
}
