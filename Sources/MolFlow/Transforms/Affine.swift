import NeuralNetworks

/// y = e^s x + b, s = c tanh(raw/c) (RealNVP: Dinh, Sohl-Dickstein & Bengio 2017, arXiv:1605.08803). The bound c on the
/// log-scale keeps one step of training from overflowing.
///
/// Parameters of a variable: raw, b.
public struct Affine: ElementwiseTransform {
  public let largestLogScale: Double

  public init(largestLogScale: Double = 3) { self.largestLogScale = largestLogScale }

  public var parameterCount: Int { 2 }

  private func logScale(_ parameters: Variable) -> Variable {
    largestLogScale * ((1 / largestLogScale) * parameters.parameter(0, of: 2)).tanh()
  }

  public func forward(_ x: Variable, parameters: Variable) -> (value: Variable, logSlope: Variable) {
    let s = logScale(parameters)
    return (s.exp() * x + parameters.parameter(1, of: 2), s)
  }

  public func inverse(_ y: Variable, parameters: Variable) -> (value: Variable, logSlope: Variable) {
    let minus = -logScale(parameters)
    return (minus.exp() * (y - parameters.parameter(1, of: 2)), minus)
  }
}
