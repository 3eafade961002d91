import Foundation
import Randomness

/// A double well with one deeper side, and harmonic coordinates beside it:
/// u = a/4 x₀⁴ − b/2 x₀² + c x₀ + ½ d Σ_{i ≥ 1} xᵢ².
///
/// Defaults a = c = d = 1, b = 6, two dimensions: a barrier of 11.6 kT seen from the left minimum at −2.53, of 6.7 kT
/// from the right one at 2.36 (Noé, Olsson, Köhler, Wu 2019, doi:10.1126/science.aaw1147).
public struct AsymmetricDoubleWell: ExactlySampledModel {
  public static let name = "double_well"
  public let dimension: Int
  /// The potential along x₀.
  public let well: QuarticWell
  /// d
  public let stiffness: Double

  public init(dimension: Int = 2, a: Double = 1, b: Double = 6, c: Double = 1, d: Double = 1) {
    precondition(dimension > 0 && d > 0)
    self.dimension = dimension
    well = QuarticWell(quartic: a / 4, quadratic: -b / 2, linear: c)
    stiffness = d
  }

  public func reducedPotential(
    at x: UnsafeBufferPointer<Double>, force: UnsafeMutableBufferPointer<Double>?
  ) -> Double {
    var sum = well.value(x[0])
    force?[0] = -well.derivative(x[0])
    for i in 1..<max(1, dimension) {
      sum += 0.5 * stiffness * x[i] * x[i]
      force?[i] = -stiffness * x[i]
    }
    return sum
  }

  public var logPartitionFunction: Double? {
    well.statistics.logPartitionFunction + 0.5 * Double(dimension - 1) * log(2 * Double.pi / stiffness)
  }

  public var coordinateMoments: CoordinateMoments? {
    let (_, mean, variance) = well.statistics
    return CoordinateMoments(
      means: [mean] + [Double](repeating: 0, count: dimension - 1),
      variances: [variance] + [Double](repeating: 1 / stiffness, count: dimension - 1))
  }

  /// −ln(P(x₀ > divide)/P(x₀ < divide)), kT.
  public func freeEnergyDifference(divide: Double = 0) -> Double { well.freeEnergyDifference(divide: divide) }

  public func exactSamples(_ count: Int, using random: inout RandomStream) -> Configurations {
    let sampler = QuarticWellSampler(well)
    let width = 1 / stiffness.squareRoot()
    var x = Configurations(count: count, dimension: dimension)
    for sample in 0..<count {
      x[sample, 0] = sampler.draw(using: &random)
      for i in 1..<max(1, dimension) { x[sample, i] = width * random.normal() }
    }
    return x
  }
}
