import Foundation
import NeuralNetworks
import Randomness
import Testing

/// A layer or network as the generic checks see it.
struct LayerCase: Sendable, CustomStringConvertible {
  var name: String
  var inputs: Int
  var columns = 12
  var hasSecondDerivatives = true
  /// Builds the layer and returns what applies it.
  var make: @Sendable (inout ParameterBuilder) -> (@Sendable (Variable) -> Variable)

  var description: String { name }

  static let registry: [LayerCase] = [
    LayerCase(name: "linear", inputs: 3) { builder in
      let layer = Linear("l", inputs: 3, outputs: 4, in: &builder)
      return { layer($0) }
    },
    LayerCase(name: "layer norm", inputs: 4) { builder in
      let layer = LayerNorm("n", features: 4, in: &builder)
      return { layer($0) }
    },
    LayerCase(name: "multilayer perceptron", inputs: 3) { builder in
      let network = MultilayerPerceptron("m", widths: [3, 8, 8, 2], activation: .tanh, in: &builder)
      return { network($0) }
    },
    LayerCase(name: "residual network", inputs: 3) { builder in
      let network = ResidualNetwork("r", inputs: 3, hidden: 8, blocks: 2, outputs: 4, in: &builder)
      return { network($0) }
    },
    LayerCase(name: "masked network", inputs: 3) { builder in
      let network = MaskedNetwork(
        "m", variables: 3, outputs: 2, hidden: [9, 9], outputStart: .normal(gain: 1), in: &builder)
      return { network($0) }
    },
    LayerCase(name: "periodic embedding", inputs: 2) { _ in { $0.periodicEmbedding(harmonics: 3) } },
    LayerCase(name: "time embedding", inputs: 1) { _ in { $0.timeEmbedding(features: 6) } },
    LayerCase(name: "causal transformer", inputs: 8, hasSecondDerivatives: false) { builder in
      let transformer = CausalTransformer("t", width: 8, heads: 2, layers: 2, in: &builder)
      return { transformer($0, tokens: 4) }
    },
  ]
}

@Suite struct LayerTests {
  /// Derivatives with respect to input and parameters against central differences, and forward against reverse mode.
  @Test(arguments: LayerCase.registry) func derivatives(_ layer: LayerCase) {
    let network = SmallNetwork(layer)
    var random = RandomStream(seed: 2)
    let x = (0..<layer.inputs * layer.columns).map { _ in random.normal() }
    let parameters = network.parameters
    let weights = (0..<network.run(x, parameters) { _, _, y in y.values.count }.result).map { _ in random.normal() }
    let (inputGradient, gradient) = network.run(x, parameters) { tape, x, y in
      tape.pullBack([(y, weights)])
      return x.adjoint
    }
    for _ in 0..<3 {
      let dx = x.map { _ in random.normal() }
      let dp = parameters.map { _ in random.normal() }
      func value(_ step: Double, _ moving: Bool) -> Double {
        network.run(
          moving ? OperationTests.moved([x], [dx], step)[0] : x,
          moving ? parameters : OperationTests.moved([parameters], [dp], step)[0]
        ) { OperationTests.dot($2.values, weights) }.result
      }
      let alongInput = OperationTests.centralDifference { value($0, true) }
      let alongParameters = OperationTests.centralDifference { value($0, false) }
      #expect(abs(OperationTests.dot(inputGradient, dx) - alongInput) < 1e-7 * (1 + abs(alongInput)))
      #expect(abs(OperationTests.dot(gradient, dp) - alongParameters) < 1e-7 * (1 + abs(alongParameters)))
      let forward = network.run(x, parameters) { tape, x, y in
        let change = tape.variable(dx, rows: layer.inputs, columns: layer.columns)
        return OperationTests.dot(tape.pushForward([(x, change)], to: [y])[0]!.values, weights)
      }.result
      #expect(abs(forward - OperationTests.dot(inputGradient, dx)) < 1e-10 * (1 + abs(forward)))
    }
  }

  /// Tokens one after another give what all tokens at once give.
  @Test func transformerStepByStep() {
    var builder = ParameterBuilder(seed: 3)
    let transformer = CausalTransformer("t", width: 8, heads: 2, layers: 2, in: &builder)
    let store = builder.store
    var random = RandomStream(seed: 4)
    let (tokens, samples) = (5, 3)
    let x = (0..<8 * tokens * samples).map { _ in random.normal() }
    let (all, steps) = SmallNetwork.withTape(store.values.map(Double.init)) { tape -> ([Double], [Double]) in
      let input = tape.variable(x, rows: 8, columns: tokens * samples)
      let all = transformer(input, tokens: tokens)
      var past = transformer.start()
      let steps = (0..<tokens).map { transformer(input.columns($0 * samples..<($0 + 1) * samples), after: &past) }
      return (all.values, tape.joining(steps).values)
    }.result
    for (a, b) in zip(all, steps) { #expect(abs(a - b) < 1e-12) }
  }

  /// Changing a later token leaves the results of earlier ones as they are.
  @Test func transformerIsCausal() {
    var builder = ParameterBuilder(seed: 3)
    let transformer = CausalTransformer("t", width: 8, heads: 2, layers: 2, in: &builder)
    let store = builder.store
    var random = RandomStream(seed: 5)
    let x = (0..<8 * 4).map { _ in random.normal() }
    func result(_ x: [Double]) -> [Double] {
      SmallNetwork.withTape(store.values.map(Double.init)) {
        transformer($0.variable(x, rows: 8, columns: 4), tokens: 4).values
      }.result
    }
    let before = result(x)
    var changed = x
    // Not the same for all rows, which layer norms would not see.
    for row in 0..<8 { changed[row * 4 + 2] += 0.1 * Double(row) }
    let after = result(changed)
    for row in 0..<8 {
      for token in 0..<4 {
        let moved = abs(after[row * 4 + token] - before[row * 4 + token]) > 1e-9
        #expect(moved == (token >= 2), "row \(row), token \(token)")
      }
    }
  }

  /// Outputs of variable i do not change with variables i and after.
  @Test func maskedNetworkIsAutoregressive() {
    var builder = ParameterBuilder(seed: 6)
    let network = MaskedNetwork(
      "m", variables: 4, outputs: 2, hidden: [16, 16], outputStart: .normal(gain: 1), in: &builder)
    let store = builder.store
    func result(_ x: [Double]) -> [Double] {
      SmallNetwork.withTape(store.values.map(Double.init)) { network($0.variable(x, rows: 4, columns: 1)).values }
        .result
    }
    let x = [0.3, -0.7, 1.1, 0.2]
    let before = result(x)
    for variable in 0..<4 {
      var changed = x
      changed[variable] += 0.5
      for (output, value) in result(changed).enumerated() {
        #expect(
          (abs(value - before[output]) > 1e-12) == (output / 2 > variable), "output \(output), variable \(variable)")
      }
    }
  }
}

/// A layer with its parameters on a tape of double precision.
struct SmallNetwork {
  let layer: LayerCase
  let apply: @Sendable (Variable) -> Variable
  let parameters: [Double]

  init(_ layer: LayerCase) {
    self.layer = layer
    var builder = ParameterBuilder(seed: 1)
    apply = layer.make(&builder)
    var random = RandomStream(seed: 8)
    parameters = builder.store.values.map { Double($0) + 0.3 * random.normal() }
  }

  func run<Result>(
    _ x: [Double], _ parameters: [Double], _ use: (Tape, Variable, Variable) -> Result
  ) -> (result: Result, gradient: [Double]) {
    Self.withTape(parameters) { tape in
      let input = tape.variable(x, rows: layer.inputs, columns: layer.columns, needsAdjoint: true)
      return use(tape, input, apply(input))
    }
  }

  static func withTape<Result>(
    _ parameters: [Double], _ body: (Tape) -> Result
  ) -> (result: Result, gradient: [Double]) {
    let backend = DoublePrecisionBackend()
    var values = parameters + [0]
    var gradient = [Double](repeating: 0, count: values.count)
    let result = values.withUnsafeMutableBytes { values in
      gradient.withUnsafeMutableBytes { gradient in
        body(Tape(backend: backend, parameters: values.baseAddress!, gradient: gradient.baseAddress!))
      }
    }
    return (result, Array(gradient.dropLast()))
  }
}
