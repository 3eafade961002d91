/// Layer normalisation with a trained gain and bias for each row; see `Variable.layerNormalised`.
public struct LayerNorm: Sendable {
  public let gain: Parameter
  public let bias: Parameter

  public init(_ name: String, features: Int, in builder: inout ParameterBuilder) {
    (gain, bias) = builder.scope(name) { builder in
      (builder.constant("gain", rows: features, value: 1), builder.constant("bias", rows: features))
    }
  }

  public func callAsFunction(_ x: Variable) -> Variable {
    x.layerNormalised(gain: x.tape.variable(gain), bias: x.tape.variable(bias))
  }
}
