import Randomness

/// Independent normal coordinates, each restricted to an interval of its own.
public struct TruncatedNormalProposal: CoordinatewiseProposal {
  public let marginals: [TruncatedNormal]

  public init(_ marginals: [TruncatedNormal]) {
    precondition(!marginals.isEmpty)
    self.marginals = marginals
  }

  public var dimension: Int { marginals.count }

  public func draw(coordinate i: Int, using random: inout RandomStream) -> Double { marginals[i].draw(using: &random) }

  public func logDensity(coordinate i: Int, at x: Double) -> (value: Double, slope: Double) {
    (marginals[i].logDensity(x), marginals[i].slope(x))
  }
}
