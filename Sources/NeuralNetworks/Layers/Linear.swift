/// y = W x + b. Shapes: x `[inputs][columns]`, W `[outputs][inputs]`, b `[outputs][1]`, y `[outputs][columns]`.
public struct Linear: Sendable {
  public let weight: Parameter
  public let bias: Parameter?

  /// How the weights begin; the bias begins at zero.
  public enum Start: Sendable {
    /// Normals of variance gain²/inputs.
    case normal(gain: Double)
    /// Zero: the layer's output does not depend on its input until it is trained.
    case zero
  }

  public init(
    _ name: String, inputs: Int, outputs: Int, hasBias: Bool = true, start: Start = .normal(gain: 1),
    in builder: inout ParameterBuilder
  ) {
    (weight, bias) = builder.scope(name) { builder in
      let deviation: Double =
        switch start {
        case .normal(let gain): gain / Double(inputs).squareRoot()
        case .zero: 0
        }
      return (
        builder.normal("weight", rows: outputs, columns: inputs, standardDeviation: deviation),
        hasBias ? builder.constant("bias", rows: outputs) : nil
      )
    }
  }

  public func callAsFunction(_ x: Variable) -> Variable {
    let tape = x.tape
    return tape.variable(weight).times(x, plus: bias.map(tape.variable))
  }
}
