import NeuralNetworks

/// y = x + b (NICE: Dinh, Krueger & Bengio 2015, arXiv:1410.8516).
public struct Shift: ElementwiseTransform {
  public init() {}

  public var parameterCount: Int { 1 }

  public func forward(_ x: Variable, parameters: Variable) -> (value: Variable, logSlope: Variable) {
    (x + parameters, 0 * x)
  }

  public func inverse(_ y: Variable, parameters: Variable) -> (value: Variable, logSlope: Variable) {
    (y - parameters, 0 * y)
  }
}
