import CLaneKernels

/// A monotone piecewise function of one variable from [lower, upper] onto itself, continued by straight lines outside.
///
/// The knots come from unconstrained parameters: widths (along the input) and heights (along the output) of the bins are
/// (upper − lower)(ε + (1 − Kε) softmax), each with its own ε; slopes at the knots are e^(B tanh(raw/B)), so that densities
/// of very different size are as easily reached as equal ones. All parameters zero give the identity. Order of the parameters of one variable: K widths, K heights, the free slopes, and for linear rational splines
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
  /// ε of widths. Where the input is a latent, no bin has less probability than about this.
  public var smallestWidth: Double
  /// ε of heights. Where the output is a coordinate, this bounds how fine the density can be.
  public var smallestHeight: Double
  /// e^B
  public var largestSlope: Double

  /// Bins that a spline may have.
  public static let largestBins = Int(NETWORK_SPLINE_BINS)

  public init(
    kind: Kind = .rationalQuadratic, ends: Ends, bins: Int, lower: Double, upper: Double, smallestWidth: Double = 1e-3,
    smallestHeight: Double = 1e-3, largestSlope: Double = 1e3
  ) {
    precondition(bins > 1 && bins <= Self.largestBins, "2 … \(Self.largestBins) bins")
    precondition(lower < upper && min(smallestWidth, smallestHeight) > 0 && largestSlope > 1)
    precondition(Double(bins) * max(smallestWidth, smallestHeight) < 1, "bins that fit the interval")
    self.kind = kind
    self.ends = ends
    self.bins = bins
    self.lower = lower
    self.upper = upper
    self.smallestWidth = smallestWidth
    self.smallestHeight = smallestHeight
    self.largestSlope = largestSlope
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
