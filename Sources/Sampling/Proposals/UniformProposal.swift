import Foundation
import Randomness

/// Independent coordinates, each uniform on an interval. With [−π, π] the uniform density of angles.
public struct UniformProposal: CoordinatewiseProposal {
  public let bounds: [ClosedRange<Double>]

  public init(_ bounds: [ClosedRange<Double>]) {
    precondition(
      !bounds.isEmpty && bounds.allSatisfy { $0.lowerBound < $0.upperBound && ($0.upperBound - $0.lowerBound).isFinite }
    )
    self.bounds = bounds
  }

  public var dimension: Int { bounds.count }

  public func draw(coordinate i: Int, using random: inout RandomStream) -> Double {
    bounds[i].lowerBound + (bounds[i].upperBound - bounds[i].lowerBound) * random.uniform()
  }

  public func logDensity(coordinate i: Int, at x: Double) -> (value: Double, slope: Double) {
    (bounds[i].contains(x) ? -log(bounds[i].upperBound - bounds[i].lowerBound) : -.infinity, 0)
  }
}
