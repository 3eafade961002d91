/// A one-dimensional well, U(d) = ½ k max(0, |d| − w)²: harmonic for w = 0, flat-bottomed otherwise.
public struct RestraintWell: Sendable, Equatable {
  /// k, kJ/mol per squared unit of d.
  public var forceConstant: Double
  /// w, half the width of the flat bottom, in units of d.
  public var halfWidth: Double

  public init(forceConstant: Double, halfWidth: Double = 0) {
    precondition(forceConstant >= 0 && halfWidth >= 0)
    self.forceConstant = forceConstant
    self.halfWidth = halfWidth
  }

  /// U and dU/dd at deviation d.
  func evaluate(_ d: Double) -> (energy: Double, slope: Double) {
    if d.isNaN { return (.nan, .nan) }
    let excess = max(0, abs(d) - halfWidth)
    return (0.5 * forceConstant * excess * excess, d < 0 ? -forceConstant * excess : forceConstant * excess)
  }
}
