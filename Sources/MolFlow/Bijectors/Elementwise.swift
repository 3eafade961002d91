import NeuralNetworks

/// Transforms each variable by a function with trained parameters of its own, the same for all samples.
public struct Elementwise: Bijector {
  public let dimension: Int
  private let transform: any ElementwiseTransform
  private let parameters: Parameter

  public init(
    _ name: String, dimension: Int, by transform: any ElementwiseTransform, in builder: inout ParameterBuilder
  ) {
    self.dimension = dimension
    self.transform = transform
    parameters = builder.constant(name, rows: dimension * transform.parameterCount)
  }

  public func forward(_ z: Variable, given context: Variable?) -> Transformed {
    let (value, logSlope) = transform.forward(z, parameters: repeated(z))
    return Transformed(value, logDet: LogDensity(logSlope))
  }

  public func inverse(_ x: Variable, given context: Variable?) -> Transformed {
    let (value, logSlope) = transform.inverse(x, parameters: repeated(x))
    return Transformed(value, logDet: LogDensity(logSlope))
  }

  private func repeated(_ x: Variable) -> Variable {
    x.tape.variable(parameters) + x.tape.constant(0, columns: x.columns)
  }
}
