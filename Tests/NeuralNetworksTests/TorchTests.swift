import Foundation
import NeuralNetworks
import Testing

/// Values, derivatives and steps against PyTorch and nflows; see Golden/make_torch_values.py.
@Suite struct TorchTests {
  static func numbers(_ count: Int, _ scale: Double, _ phase: Double) -> [Double] {
    (0..<count).map { scale * sin(1.7 * Double($0) + phase) }
  }

  private func check(
    _ golden: TorchGoldenValues.Network, rows: Int, columns: Int,
    _ make: (inout ParameterBuilder) -> (Variable) -> Variable
  ) {
    var builder = ParameterBuilder(seed: 1)
    let network = make(&builder)
    let count = builder.store.count
    let (found, gradient) = SmallNetwork.withTape(Self.numbers(count, 0.4, 0.3)) { tape -> ([Double], [Double]) in
      let x = tape.variable(
        Self.numbers(rows * columns, 1, 0.9), rows: rows, columns: columns, needsAdjoint: true)
      let y = network(x)
      tape.pullBack([(y, Self.numbers(y.rows * y.columns, 1, 2.1))])
      return (y.values, x.adjoint)
    }
    #expect(found.0.count == golden.output.count && found.1.count == golden.inputGradient.count)
    for (a, b) in zip(found.0, golden.output) { #expect(abs(a - b) < 1e-12) }
    for (a, b) in zip(found.1, golden.inputGradient) { #expect(abs(a - b) < 1e-11) }
    let product = zip(gradient, Self.numbers(count, 1, 4)).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(product - golden.parameterProduct) < 1e-10 * (1 + abs(golden.parameterProduct)))
  }

  @Test func perceptron() {
    check(TorchGoldenValues.perceptron, rows: 3, columns: 5) { builder in
      let network = MultilayerPerceptron("m", widths: [3, 6, 4], in: &builder)
      return { network($0) }
    }
  }

  @Test func layerNorm() {
    check(TorchGoldenValues.layerNorm, rows: 4, columns: 5) { builder in
      let layer = LayerNorm("n", features: 4, in: &builder)
      return { layer($0) }
    }
  }

  @Test func transformer() {
    check(TorchGoldenValues.transformer, rows: 8, columns: 12) { builder in
      let transformer = CausalTransformer("t", width: 8, heads: 2, layers: 2, in: &builder)
      return { transformer($0, tokens: 4) }
    }
  }

  /// nflows takes slopes as 10⁻³ + softplus(raw), we as e^(B tanh(raw/B)): the same slopes, the same spline.
  @Test(arguments: [false, true]) func spline(inverse: Bool) {
    let shape = MonotoneSpline(ends: .identity, bins: 5, lower: -3.5, upper: 3.5)
    let largest = log(shape.largestSlope)
    let slopes = Self.numbers(4, 1.3, 2).map { raw in
      largest * atanh(log(1e-3 + log(1 + exp(raw))) / largest)
    }
    let parameters = Self.numbers(5, 1.5, 0.2) + Self.numbers(5, 1.2, 1.1) + slopes
    let x = (0..<9).map { -4.2 + 8.8 * Double($0) / 8 }
    let golden = inverse ? TorchGoldenValues.splineInverse : TorchGoldenValues.splineForward
    _ = SmallNetwork.withTape([0]) { tape in
      let variable = tape.variable(x, rows: 1, columns: 9)
      let given = tape.variable(parameters.flatMap { [Double](repeating: $0, count: 9) }, rows: 14, columns: 9)
      let (y, logSlope) = variable.transformed(by: shape, parameters: given, inverse: inverse)
      for (a, b) in zip(y.values, golden.values) { #expect(abs(a - b) < 1e-11) }
      for (a, b) in zip(logSlope.values, golden.logSlopes) { #expect(abs(a - b) < 1e-10) }
    }
  }

  @Test func adamW() {
    var builder = ParameterBuilder(seed: 1)
    _ = builder.normal("theta", rows: 3, columns: 4, standardDeviation: 1)
    var store = builder.store
    store.values = Self.numbers(12, 1, 0.4).map(Float.init)
    var options = AdamW.Options()
    options.weightDecay = 0.1
    var optimizer = AdamW(count: 12, options: options)
    for step in 0..<6 {
      let gradient = Self.numbers(12, 1 + Double(step), 0.5 * Double(step)).map(Float.init)
      optimizer.update(&store, gradient: gradient, rate: 0.02)
    }
    // Single precision against double.
    for (a, b) in zip(store.values, TorchGoldenValues.adamW) { #expect(abs(Double(a) - b) < 2e-6) }
  }
}
