import Foundation

/// A cluster of Lennard-Jones particles held together by a spring to their mean:
/// u = (1/τ) Σ_{i<j} ε [(r_m/r)¹² − 2 (r_m/r)⁶] + ½ k Σᵢ |xᵢ − x̄|².
///
/// LJ13 and LJ55 have ε = r_m = τ = k = 1 in three dimensions, as in Köhler, Klein, Noé 2020 (arXiv:2006.02425) and Klein,
/// Krämer, Noé 2023 (arXiv:2306.15030), whose ½ Σ over ordered pairs is this sum over pairs. A second convention is
/// about: iDEM (Akhound-Sadegh et al. 2024, arXiv:2402.06121) and the work that compares with it (adjoint samplers among
/// it) leave out the ½, so that each pair counts twice. That is ε = 2 here, `lj13CountedTwice` and `lj55CountedTwice`;
/// numbers of the two do not compare.
public struct LennardJonesCluster: ParticleCluster {
  public static let name = "lennard_jones_cluster"
  public let particleCount: Int
  public let spatialDimension: Int
  /// ε, the depth of one pair.
  public let depth: Double
  /// r_m, the distance of the minimum.
  public let minimumDistance: Double
  /// k
  public let spring: Double
  /// τ
  public let temperature: Double

  public static let lj13 = LennardJonesCluster(particleCount: 13)
  public static let lj55 = LennardJonesCluster(particleCount: 55)
  public static let lj13CountedTwice = LennardJonesCluster(particleCount: 13, depth: 2)
  public static let lj55CountedTwice = LennardJonesCluster(particleCount: 55, depth: 2)

  public init(
    particleCount: Int, spatialDimension: Int = 3, depth: Double = 1, minimumDistance: Double = 1, spring: Double = 1,
    temperature: Double = 1
  ) {
    precondition(particleCount > 1 && spatialDimension > 0 && minimumDistance > 0 && spring >= 0 && temperature > 0)
    self.particleCount = particleCount
    self.spatialDimension = spatialDimension
    self.depth = depth
    self.minimumDistance = minimumDistance
    self.spring = spring
    self.temperature = temperature
  }

  public func reducedPotential(
    at x: UnsafeBufferPointer<Double>, force: UnsafeMutableBufferPointer<Double>?
  ) -> Double {
    force?.update(repeating: 0)
    let squaredMinimum = minimumDistance * minimumDistance
    let epsilon = depth / temperature
    let pairs = pairSum(at: x, addingTo: force) { squared in
      let ratio = squaredMinimum / squared
      let sixth = ratio * ratio * ratio
      // As a product: the twelfth power may be infinite where the sixth is.
      return (epsilon * sixth * (sixth - 2), -6 * epsilon * sixth * (sixth - 1) / squared)
    }
    return pairs == .infinity ? .infinity : pairs + springEnergy(at: x, addingTo: force)
  }

  private func springEnergy(
    at x: UnsafeBufferPointer<Double>, addingTo force: UnsafeMutableBufferPointer<Double>?
  ) -> Double {
    var sum = 0.0
    for axis in 0..<spatialDimension {
      var mean = 0.0
      for i in stride(from: axis, to: dimension, by: spatialDimension) { mean += x[i] }
      mean /= Double(particleCount)
      for i in stride(from: axis, to: dimension, by: spatialDimension) {
        let displacement = x[i] - mean
        sum += 0.5 * spring * displacement * displacement
        force?[i] -= spring * displacement
      }
    }
    return sum
  }

  /// Two particles: ln[2^(−d/2) S_d ∫ r^(d−1) exp(−v(r) − ¼ k r²) dr] by quadrature. nil for more, and without a spring,
  /// where no integral exists.
  public var logPartitionFunction: Double? {
    guard particleCount == 2, spring > 0 else { return nil }
    let d = Double(spatialDimension)
    let far = minimumDistance + (4 * (60 + depth / temperature) / spring).squareRoot()
    let radial = BoltzmannIntegral(over: 0.3 * minimumDistance...far, intervals: 40_000).evaluate { r in
      let sixth = pow(minimumDistance / r, 6)
      return depth / temperature * sixth * (sixth - 2) + 0.25 * spring * r * r - (d - 1) * log(r)
    }
    let logSphere = log(2) + 0.5 * d * log(Double.pi) - lgamma(0.5 * d)
    return radial.log + logSphere - 0.5 * d * log(2)
  }
}
