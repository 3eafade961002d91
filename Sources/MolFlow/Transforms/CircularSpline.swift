import NeuralNetworks

/// A diffeomorphism of the circle: a spline on [−π, π) with equal slopes at the ends, then a rotation (Rezende et al. 2020,
/// arXiv:2002.02428, circular splines).
///
/// Parameters of a variable: those of the spline, then the angle of the rotation. Angles go in and come out in [−π, π).
public struct CircularSpline: ElementwiseTransform {
  public let shape: MonotoneSpline

  public init(kind: MonotoneSpline.Kind = .rationalQuadratic, bins: Int) {
    // Forbidden parts of the circle must be allowed to have next to no probability, but no feature of a torsion's density is
    // finer than a few hundredths of a radian.
    shape = MonotoneSpline(
      kind: kind, ends: .periodic, bins: bins, lower: -Double.pi, upper: Double.pi, smallestWidth: 1e-5,
      smallestHeight: 0.2 / Double(bins), largestSlope: 1e4)
  }

  public var parameterCount: Int { shape.parameterCount + 1 }
  public var isPeriodic: Bool { true }

  private func parts(_ parameters: Variable, variables: Int) -> (spline: Variable, angle: Variable) {
    let count = parameterCount
    if variables == 1 { return (parameters.rows(0..<count - 1), parameters.rows(count - 1..<count)) }
    let spline = (0..<variables * count).filter { $0 % count < count - 1 }
    return (parameters.gatheringRows(spline), parameters.parameter(count - 1, of: count))
  }

  public func forward(_ x: Variable, parameters: Variable) -> (value: Variable, logSlope: Variable) {
    let (spline, angle) = parts(parameters, variables: x.rows)
    let (value, logSlope) = x.transformed(by: shape, parameters: spline, inverse: false)
    return ((value + angle).wrappedAngle(), logSlope)
  }

  public func inverse(_ y: Variable, parameters: Variable) -> (value: Variable, logSlope: Variable) {
    let (spline, angle) = parts(parameters, variables: y.rows)
    return (y - angle).wrappedAngle().transformed(by: shape, parameters: spline, inverse: true)
  }
}
