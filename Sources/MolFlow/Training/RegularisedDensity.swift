import Energies
import Foundation
import Sampling

/// A density whose high energies are flattened, for training only: u where u ≤ c, c + ln(1 + u − c) above, so that the force
/// of a clash falls as 1/(u − c) and an infinite energy counts as a very large one without a force.
///
/// Never a target of weights. Source: Midgley et al. 2023, arXiv:2208.01893 (logarithmic regularisation); Noé et al. 2019,
/// doi:10.1126/science.aaw1147.
public struct RegularisedDensity<Target: TargetDensity>: TargetDensity {
  public let target: Target
  /// c, kT.
  public let cut: Double

  public init(_ target: Target, above cut: Double) { (self.target, self.cut) = (target, cut) }

  public var dimension: Int { target.dimension }

  private static var largest: Double { 1e20 }

  private func regularised(_ u: Double) -> Double {
    u <= cut ? u : cut + log(1 + min(u - cut, Self.largest))
  }

  public func reducedPotentials(of x: borrowing Configurations) throws -> [Double] {
    try target.reducedPotentials(of: x).map(regularised)
  }

  public func reducedPotentials(of x: borrowing Configurations, gradient: inout Configurations) throws -> [Double] {
    let potentials = try target.reducedPotentials(of: x, gradient: &gradient)
    for (sample, u) in potentials.enumerated() where u > cut {
      let slope = u - cut < Self.largest ? 1 / (1 + u - cut) : 0
      for i in 0..<x.dimension { gradient[sample, i] = slope == 0 ? 0 : gradient[sample, i] * slope }
    }
    return potentials.map(regularised)
  }
}
