import Energies
import Estimators
import Foundation
import Sampling

/// A density with one side of an arc of a dihedral made t times as likely: u − log t there.
///
/// Samples of it are worth 1/((1 − p + t p)(1 − p + p/t)) of as many of the density itself, where p is the share of that side, and
/// tell far more of that side. The derivative is the density's own and knows nothing of the step at the ends of the arc, so kernels need a
/// Metropolis test.
public struct TiltedDensity<Target: TargetDensity>: TargetDensity {
  public let target: Target
  /// log t.
  public let logTilt: Double
  private let atoms: SIMD4<Int>
  private let region: CircularRange
  private let tiltsInside: Bool

  /// The side of `region` that is rarer among configurations `x`, as much more likely as a loss of `price` of the effective samples
  /// allows; at most 100 times, and not at all where it is not rare (25 %) or not met.
  public init(
    _ target: Target, _ atoms: SIMD4<Int>, rareSideOf region: CircularRange, among x: Configurations,
    price: Double = 0.08
  ) {
    (self.target, self.atoms, self.region) = (target, atoms, region)
    let inside = Double(x.dihedrals(atoms).count { region.contains($0) }) / Double(max(1, x.count))
    tiltsInside = inside < 0.5
    let p = min(inside, 1 - inside)
    guard p > 0, p < 0.25 else {
      logTilt = 0
      return
    }
    // (1 − p + t p)(1 − p + p/t) = (1 − p)² + p² + p (1 − p)(t + 1/t) = 1/(1 − price).
    let sum = (1 / (1 - price) - (1 - p) * (1 - p) - p * p) / (p * (1 - p))
    logTilt = log(min(100, (sum + (sum * sum - 4).squareRoot()) / 2))
  }

  public var dimension: Int { target.dimension }

  public func reducedPotentials(of x: borrowing Configurations) throws -> [Double] {
    tilted(try target.reducedPotentials(of: x), of: x)
  }

  public func reducedPotentials(of x: borrowing Configurations, gradient: inout Configurations) throws -> [Double] {
    tilted(try target.reducedPotentials(of: x, gradient: &gradient), of: x)
  }

  private func tilted(_ potentials: [Double], of x: borrowing Configurations) -> [Double] {
    guard logTilt > 0 else { return potentials }
    return zip(potentials, x.dihedrals(atoms)).map { region.contains($1) == tiltsInside ? $0 - logTilt : $0 }
  }
}
