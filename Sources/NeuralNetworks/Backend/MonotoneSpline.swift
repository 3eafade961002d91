import CLaneKernels

/// A monotone piecewise function of one variable from [lower, upper] onto itself, continued by straight lines outside.
///
/// The knots come from unconstrained parameters: widths and heights of the bins are (upper − lower)(ε + (1 − Kε) softmax),
/// slopes at the knots are δ + softplus(raw + c) with c such that raw = 0 gives slope 1; all parameters zero give the
/// identity. Order of the parameters of one variable: K widths, K heights, the free slopes, and for linear rational splines
/// K inner knots.
///
/// - `rationalQuadratic`: Durkan, Bekasov, Murray & Papamakarios 2019, arXiv:1906.04032.
/// - `linearRational`: Dolatabadi, Erfani & Leckie 2020, arXiv:2001.05168.
public struct MonotoneSpline: Sendable, Equatable, Codable {
  public enum Kind: String, Sendable, Codable, CaseIterable { case rationalQuadratic, linearRational }

  public enum Ends: String, Sendable, Codable, CaseIterable {
    /// Slope 1, as of the identity that follows.
    case identity
    /// The same slope at both ends: a diffeomorphism of the circle.
    case periodic
    /// Any slopes; the straight lines outside have them too.
    case free
  }

  public var kind: Kind
  public var ends: Ends
  public var bins: Int
  public var lower: Double
  public var upper: Double
  /// ε, the smallest share of a bin.
  public var smallestShare: Double
  /// δ
  public var smallestSlope: Double

  public init(
    kind: Kind = .rationalQuadratic, ends: Ends, bins: Int, lower: Double, upper: Double, smallestShare: Double = 1e-3,
    smallestSlope: Double = 1e-3
  ) {
    precondition(bins > 1 && bins <= Int(NETWORK_SPLINE_BINS), "2 … \(NETWORK_SPLINE_BINS) bins")
    precondition(lower < upper && smallestShare > 0 && Double(bins) * smallestShare < 1)
    precondition(smallestSlope > 0 && smallestSlope < 1)
    self.kind = kind
    self.ends = ends
    self.bins = bins
    self.lower = lower
    self.upper = upper
    self.smallestShare = smallestShare
    self.smallestSlope = smallestSlope
  }

  /// Parameters of one variable.
  public var parameterCount: Int {
    let slopes =
      switch ends {
      case .identity: bins - 1
      case .periodic: bins
      case .free: bins + 1
      }
    return 2 * bins + slopes + (kind == .linearRational ? bins : 0)
  }

  var kernelKind: network_spline_kind { kind == .linearRational ? network_linear_rational : network_rational_quadratic }

  var kernelEnds: network_spline_ends {
    switch ends {
    case .identity: network_ends_identity
    case .periodic: network_ends_periodic
    case .free: network_ends_free
    }
  }
}
