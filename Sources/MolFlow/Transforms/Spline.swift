import NeuralNetworks

/// A rational-quadratic or linear rational spline on an interval, straight lines outside; see `MonotoneSpline`.
public struct Spline: ElementwiseTransform {
  public let shape: MonotoneSpline

  public init(_ shape: MonotoneSpline) { self.shape = shape }

  public var parameterCount: Int { shape.parameterCount }

  public func forward(_ x: Variable, parameters: Variable) -> (value: Variable, logSlope: Variable) {
    x.transformed(by: shape, parameters: parameters, inverse: false)
  }

  public func inverse(_ y: Variable, parameters: Variable) -> (value: Variable, logSlope: Variable) {
    y.transformed(by: shape, parameters: parameters, inverse: true)
  }
}
