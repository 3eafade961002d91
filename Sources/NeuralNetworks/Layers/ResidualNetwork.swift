/// A linear layer, blocks x + W₂ f(W₁ f(x)), and a linear layer (He et al. 2016, doi:10.1109/CVPR.2016.90, without
/// normalisation).
public struct ResidualNetwork: Sendable {
  public let input: Linear
  public let blocks: [(first: Linear, second: Linear)]
  public let output: Linear
  public let activation: ElementaryFunction

  public init(
    _ name: String, inputs: Int, hidden: Int, blocks: Int, outputs: Int, activation: ElementaryFunction = .silu,
    outputStart: Linear.Start = .normal(gain: 1), in builder: inout ParameterBuilder
  ) {
    self.activation = activation
    (input, self.blocks, output) = builder.scope(name) { builder in
      let input = Linear("input", inputs: inputs, outputs: hidden, in: &builder)
      let blocks = (0..<blocks).map { block in
        builder.scope("blocks.\(block)") { builder in
          (
            first: Linear("first", inputs: hidden, outputs: hidden, in: &builder),
            // Zero: every block begins as the identity.
            second: Linear("second", inputs: hidden, outputs: hidden, start: .zero, in: &builder)
          )
        }
      }
      return (input, blocks, Linear("output", inputs: hidden, outputs: outputs, start: outputStart, in: &builder))
    }
  }

  public func callAsFunction(_ x: Variable) -> Variable {
    var x = input(x)
    for block in blocks { x = x + block.second(block.first(x.applying(activation)).applying(activation)) }
    return output(x.applying(activation))
  }
}
