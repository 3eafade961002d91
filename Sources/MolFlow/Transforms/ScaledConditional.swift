import NeuralNetworks

/// y = μ + e^s f(x) with a rational-quadratic spline f that is the identity beyond ±bound: a normal latent becomes a density
/// of any shape with normal tails.
///
/// Parameters of a variable: those of the spline, then raw s and μ as in `Affine`.
public struct ScaledConditional: ElementwiseTransform {
  private let spline: Spline
  private let affine: Affine

  /// - Parameter largestLogScale: bound on s; in a chain of many these add up.
  public init(bins: Int, bound: Double, largestLogScale: Double = 3) {
    spline = Spline(
      MonotoneSpline(
        ends: .identity, bins: bins, lower: -bound, upper: bound, smallestWidth: 0.1 / Double(bins),
        smallestHeight: 0.1 / Double(bins), largestSlope: 100))
    affine = Affine(largestLogScale: largestLogScale)
  }

  public var parameterCount: Int { spline.parameterCount + affine.parameterCount }

  private func parts(_ parameters: Variable, variables: Int) -> (spline: Variable, affine: Variable) {
    let count = parameterCount
    let split = spline.parameterCount
    if variables == 1 { return (parameters.rows(0..<split), parameters.rows(split..<count)) }
    let rows = 0..<variables * count
    return (
      parameters.gatheringRows(rows.filter { $0 % count < split }),
      parameters.gatheringRows(rows.filter { $0 % count >= split })
    )
  }

  public func forward(_ x: Variable, parameters: Variable) -> (value: Variable, logSlope: Variable) {
    let (first, second) = parts(parameters, variables: x.rows)
    let bent = spline.forward(x, parameters: first)
    let moved = affine.forward(bent.value, parameters: second)
    return (moved.value, bent.logSlope + moved.logSlope)
  }

  public func inverse(_ y: Variable, parameters: Variable) -> (value: Variable, logSlope: Variable) {
    let (first, second) = parts(parameters, variables: y.rows)
    let moved = affine.inverse(y, parameters: second)
    let bent = spline.inverse(moved.value, parameters: first)
    return (bent.value, bent.logSlope + moved.logSlope)
  }
}
