import Foundation
import Randomness

/// Many independent two-dimensional double wells, ln p = Σᵢ (−x₂ᵢ⁴ + 6 x₂ᵢ² + ½ x₂ᵢ − ½ x₂ᵢ₊₁²): 2^(D/2) modes.
///
/// 32 dimensions have 65,536 modes, in each pair one of 84 % and one of 16 %. ln Z = (D/2)(ln 11784.509265… + ½ ln 2π).
///
/// Source: Midgley, Stimper, Simm, Schölkopf, Hernández-Lobato 2023, "Flow annealed importance sampling bootstrap",
/// arXiv:2208.01893; the wells of Noé et al. 2019 (doi:10.1126/science.aaw1147).
public struct ManyWell: ExactlySampledModel {
  public static let name = "many_well"
  public let dimension: Int
  /// The potential along the even coordinates.
  public let well = QuarticWell(quartic: 1, quadratic: -6, linear: -0.5)

  /// - Parameter dimension: even.
  public init(dimension: Int = 32) {
    precondition(dimension > 0 && dimension % 2 == 0, "a many-well has two coordinates for each well")
    self.dimension = dimension
  }

  public func reducedPotential(
    at x: UnsafeBufferPointer<Double>, force: UnsafeMutableBufferPointer<Double>?
  ) -> Double {
    var sum = 0.0
    for i in stride(from: 0, to: dimension, by: 2) {
      sum += well.value(x[i]) + 0.5 * x[i + 1] * x[i + 1]
      force?[i] = -well.derivative(x[i])
      force?[i + 1] = -x[i + 1]
    }
    return sum
  }

  public var logPartitionFunction: Double? {
    0.5 * Double(dimension) * (well.statistics.logPartitionFunction + 0.5 * log(2 * Double.pi))
  }

  public var coordinateMoments: CoordinateMoments? {
    let (_, mean, variance) = well.statistics
    return CoordinateMoments(
      means: (0..<dimension).map { $0 % 2 == 0 ? mean : 0 },
      variances: (0..<dimension).map { $0 % 2 == 0 ? variance : 1 })
  }

  public func exactSamples(_ count: Int, using random: inout RandomStream) -> Configurations {
    let sampler = QuarticWellSampler(well)
    var x = Configurations(count: count, dimension: dimension)
    for sample in 0..<count {
      for i in stride(from: 0, to: dimension, by: 2) {
        x[sample, i] = sampler.draw(using: &random)
        x[sample, i + 1] = random.normal()
      }
    }
    return x
  }
}
