import COpenBLAS
import Foundation
import MolFlow
import NeuralNetworks
import Randomness
import Testing

@Suite struct BijectorTests {
  /// A bijector with random parameters and points to try it at, in double precision.
  struct Trial {
    let bijector: any Bijector
    let store: ParameterStore
    let latents: [Double]
    let context: [Double]
    let count: Int

    init(_ bijectorCase: BijectorCase, count: Int = 19, moved: Bool = true) {
      var builder = ParameterBuilder(seed: 5)
      bijector = bijectorCase.make(&builder)
      var store = builder.store
      var random = RandomStream(seed: 17)
      // Away from the start, where many maps are the identity.
      if moved { for i in store.values.indices { store.values[i] += Float(bijectorCase.spread * random.normal()) } }
      self.store = store
      self.count = count
      let width = bijectorCase.latents.upperBound - bijectorCase.latents.lowerBound
      latents = (0..<bijector.dimension * count).map { _ in bijectorCase.latents.lowerBound + width * random.uniform() }
      context = (0..<bijector.contextFeatures * count).map { _ in random.normal() }
    }

    /// Calls `body` with a tape over the parameters (or over `values`), and gives the gradient that it leaves.
    func onTape<Result>(
      _ backend: any NetworkBackend = DoublePrecisionBackend(), values: [Double]? = nil, _ body: (Tape) -> Result
    ) -> (result: Result, gradient: [Double]) {
      let values = values ?? store.values.map(Double.init)
      let parameters = NetworkBuffer.allocate(byteCount: (values.count + 1) * 8, alignment: 64)
      let gradient = NetworkBuffer.allocate(byteCount: (values.count + 1) * 8, alignment: 64)
      defer {
        parameters.deallocate()
        gradient.deallocate()
      }
      values.withUnsafeBufferPointer { backend.set(parameters, to: $0) }
      backend.fill(gradient, count: values.count, with: 0)
      let result = body(Tape(backend: backend, parameters: parameters, gradient: gradient))
      let sums = [Double](unsafeUninitializedCapacity: values.count) { buffer, initialized in
        backend.get(gradient, into: UnsafeMutableBufferPointer(rebasing: buffer[0..<values.count]))
        initialized = values.count
      }
      return (result, sums)
    }

    func context(on tape: Tape, _ columns: Range<Int>? = nil) -> Variable? {
      guard bijector.contextFeatures > 0 else { return nil }
      let all = tape.variable(context, rows: bijector.contextFeatures, columns: count)
      return columns.map(all.columns) ?? all
    }

    func variable(_ values: [Double], on tape: Tape, needsAdjoint: Bool = false) -> Variable {
      tape.variable(
        values, rows: bijector.dimension, columns: values.count / bijector.dimension, needsAdjoint: needsAdjoint)
    }

    func forward(
      _ backend: any NetworkBackend = DoublePrecisionBackend(), values: [Double]? = nil, latents: [Double]? = nil
    ) -> (x: [Double], logDet: [Double]) {
      onTape(backend, values: values) { tape in
        let result = bijector.forward(variable(latents ?? self.latents, on: tape), given: context(on: tape))
        return (result.value.values, result.logDet.values(samples: count))
      }.result
    }

    func inverse(
      _ x: [Double], _ backend: any NetworkBackend = DoublePrecisionBackend(), values: [Double]? = nil
    ) -> (z: [Double], logDet: [Double]) {
      onTape(backend, values: values) { tape in
        let result = bijector.inverse(variable(x, on: tape), given: context(on: tape))
        return (result.value.values, result.logDet.values(samples: count))
      }.result
    }
  }

  @Test(arguments: BijectorCase.registry) func inverseRecoversTheLatents(_ bijectorCase: BijectorCase) {
    let trial = Trial(bijectorCase)
    let (x, logDet) = trial.forward()
    let (z, inverseLogDet) = trial.inverse(x)
    for (a, b) in zip(z, trial.latents) { #expect(abs(a - b) < 1e-9, "\(a) and \(b)") }
    for (a, b) in zip(logDet, inverseLogDet) { #expect(abs(a + b) < 1e-9, "\(a) and \(b)") }
    #expect(zip(x, trial.latents).contains { abs($0 - $1) > 1e-3 }, "the map is not the identity")
  }

  @Test(arguments: BijectorCase.registry) func inverseInSinglePrecision(_ bijectorCase: BijectorCase) {
    let trial = Trial(bijectorCase)
    let (x, logDet) = trial.forward(SinglePrecisionBackend())
    let (z, inverseLogDet) = trial.inverse(x, SinglePrecisionBackend())
    for (a, b) in zip(z, trial.latents) { #expect(abs(a - b) < bijectorCase.roundTrip, "\(a) and \(b)") }
    for (a, b) in zip(logDet, inverseLogDet) { #expect(abs(a + b) < 10 * bijectorCase.roundTrip, "\(a) and \(b)") }
  }

  /// log |det| against the LU factorisation of the numerical Jacobian, for both directions.
  @Test(arguments: BijectorCase.registry) func logDeterminant(_ bijectorCase: BijectorCase) {
    let trial = Trial(bijectorCase)
    let x = trial.forward()
    let expected = Self.numericalLogDet(trial, at: trial.latents) { trial.forward(latents: $0).x }
    for (a, b) in zip(x.logDet, expected) { #expect(abs(a - b) < 1e-7, "\(a) and \(b)") }
    let expectedInverse = Self.numericalLogDet(trial, at: x.x) { trial.inverse($0).z }
    for (a, b) in zip(trial.inverse(x.x).logDet, expectedInverse) { #expect(abs(a - b) < 1e-7, "\(a) and \(b)") }
  }

  static func numericalLogDet(_ trial: Trial, at x: [Double], _ map: ([Double]) -> [Double]) -> [Double] {
    let (dimension, count) = (trial.bijector.dimension, trial.count)
    let h = 1e-4
    var columns: [[Double]] = []
    for variable in 0..<dimension {
      func moved(_ step: Double) -> [Double] {
        var y = x
        for sample in 0..<count { y[variable * count + sample] += step }
        return map(y)
      }
      let (a, b, c, d) = (moved(2 * h), moved(h), moved(-h), moved(-2 * h))
      columns.append(a.indices.map { (8 * (b[$0] - c[$0]) - (a[$0] - d[$0])) / (12 * h) })
    }
    return (0..<count).map { sample in
      var matrix = [Double](repeating: 0, count: dimension * dimension)
      for column in 0..<dimension {
        for row in 0..<dimension { matrix[column * dimension + row] = columns[column][row * count + sample] }
      }
      var n = Int32(dimension), info: Int32 = 0
      var pivots = [Int32](repeating: 0, count: dimension)
      dgetrf_(&n, &n, &matrix, &n, &pivots, &info)
      return (0..<dimension).reduce(0) { $0 + log(abs(matrix[$1 * dimension + $1])) }
    }
  }

  /// Derivatives of Σ a·x + Σ b log|det| with respect to inputs and parameters, against central differences, both ways.
  @Test(arguments: BijectorCase.registry, [false, true])
  func gradients(_ bijectorCase: BijectorCase, inverse: Bool) {
    let trial = Trial(bijectorCase)
    let input = inverse ? trial.forward().x : trial.latents
    var random = RandomStream(seed: 3)
    let a = input.map { _ in random.normal() }
    let b = (0..<trial.count).map { _ in random.normal() }
    func apply(_ x: Variable, _ context: Variable?) -> Transformed {
      inverse ? trial.bijector.inverse(x, given: context) : trial.bijector.forward(x, given: context)
    }
    func value(_ x: [Double], _ parameters: [Double]) -> Double {
      trial.onTape(values: parameters) { tape in
        let result = apply(trial.variable(x, on: tape), trial.context(on: tape))
        return zip(result.value.values, a).reduce(0) { $0 + $1.0 * $1.1 }
          + zip(result.logDet.values(samples: trial.count), b).reduce(0) { $0 + $1.0 * $1.1 }
      }.result
    }
    let parameters = trial.store.values.map(Double.init)
    let (inputGradient, gradient) = trial.onTape { tape in
      let x = trial.variable(input, on: tape, needsAdjoint: true)
      let result = apply(x, trial.context(on: tape))
      tape.pullBack([(result.value, a)] + result.logDet.seeds(b))
      return x.adjoint
    }
    for _ in 0..<3 {
      let dx = input.map { _ in random.normal() }
      let dp = parameters.map { _ in random.normal() }
      func difference(_ f: (Double) -> Double) -> Double {
        let h = 1e-5
        return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)
      }
      let alongInput = difference { step in value(zip(input, dx).map { $0 + step * $1 }, parameters) }
      let found = zip(inputGradient, dx).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(found - alongInput) < 2e-6 * (1 + abs(alongInput)), "\(found), expected \(alongInput)")
      guard !parameters.isEmpty else { continue }
      let alongParameters = difference { step in value(input, zip(parameters, dp).map { $0 + step * $1 }) }
      let foundToo = zip(gradient, dp).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(foundToo - alongParameters) < 2e-6 * (1 + abs(alongParameters)), "\(foundToo), \(alongParameters)")
    }
  }

  /// A sample's result does not depend on what else is in the batch.
  @Test(arguments: BijectorCase.registry) func batchesAreIndependent(_ bijectorCase: BijectorCase) {
    let trial = Trial(bijectorCase)
    let all = trial.forward()
    for sample in [0, 7, trial.count - 1] {
      let one = (0..<trial.bijector.dimension).map { trial.latents[$0 * trial.count + sample] }
      let (x, logDet) = trial.onTape { tape in
        let result = trial.bijector.forward(
          trial.variable(one, on: tape), given: trial.context(on: tape, sample..<sample + 1))
        return (result.value.values, result.logDet.values(samples: 1)[0])
      }.result
      for (variable, value) in x.enumerated() { #expect(abs(value - all.x[variable * trial.count + sample]) < 1e-12) }
      #expect(abs(logDet - all.logDet[sample]) < 1e-12)
    }
  }

  @Test(arguments: BijectorCase.registry.filter(\.isIdentityAtStart)) func identityAtStart(_ bijectorCase: BijectorCase)
  {
    let trial = Trial(bijectorCase, moved: false)
    let (x, logDet) = trial.forward()
    for (a, b) in zip(x, trial.latents) { #expect(abs(a - b) < 1e-9) }
    for value in logDet { #expect(abs(value) < 1e-9) }
  }

  /// Saved and loaded, a bijector gives the same bits.
  @Test(arguments: BijectorCase.registry) func savedAndLoaded(_ bijectorCase: BijectorCase) throws {
    let trial = Trial(bijectorCase)
    let bytes = try Safetensors(arrays: trial.store.arrays(), metadata: ["kind": bijectorCase.name]).encoded()
    var builder = ParameterBuilder(seed: 999)
    _ = bijectorCase.make(&builder)
    var loaded = builder.store
    try loaded.load(Safetensors(bytes, file: "memory"), named: "memory")
    #expect(loaded.values == trial.store.values)
    let again = trial.forward(SinglePrecisionBackend(), values: loaded.values.map(Double.init))
    let before = trial.forward(SinglePrecisionBackend())
    #expect(again.x == before.x && again.logDet == before.logDet)
  }
}
