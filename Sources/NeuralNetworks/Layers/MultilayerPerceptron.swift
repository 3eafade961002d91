/// Linear layers with an activation between them.
public struct MultilayerPerceptron: Sendable {
  public let layers: [Linear]
  public let activation: ElementaryFunction

  /// - Parameters:
  ///   - widths: features of the input, of each hidden layer, and of the output.
  ///   - outputStart: of the last layer.
  public init(
    _ name: String, widths: [Int], activation: ElementaryFunction = .silu, outputStart: Linear.Start = .normal(gain: 1),
    in builder: inout ParameterBuilder
  ) {
    precondition(widths.count > 1, "an input and an output")
    self.activation = activation
    layers = builder.scope(name) { builder in
      (1..<widths.count).map { layer in
        Linear(
          "\(layer - 1)", inputs: widths[layer - 1], outputs: widths[layer],
          start: layer == widths.count - 1 ? outputStart : .normal(gain: 1), in: &builder)
      }
    }
  }

  public func callAsFunction(_ x: Variable) -> Variable {
    var x = layers[0](x)
    for layer in layers.dropFirst() { x = layer(x.applying(activation)) }
    return x
  }
}
