import Foundation
import Randomness

/// Independent harmonic oscillators, u = ½ Σᵢ kᵢ (xᵢ − μᵢ)²: the model on which everything is known.
///
/// Z = Πᵢ √(2π/kᵢ), ⟨xᵢ⟩ = μᵢ, variance 1/kᵢ, and the free energy between two sets of stiffnesses is ½ Σ ln(k′ᵢ/kᵢ).
public struct HarmonicOscillator: ExactlySampledModel {
  public static let name = "harmonic_oscillator"
  /// kᵢ > 0, kT per square length.
  public let stiffness: [Double]
  /// μᵢ
  public let mean: [Double]

  public init(stiffness: [Double], mean: [Double]) {
    precondition(stiffness.count == mean.count && !mean.isEmpty, "one stiffness and one mean for each coordinate")
    precondition(stiffness.allSatisfy { $0 > 0 && $0.isFinite }, "stiffnesses must be positive and finite")
    self.stiffness = stiffness
    self.mean = mean
  }

  /// The standard normal density in `dimension` dimensions, or one of another width or place.
  public init(dimension: Int, stiffness: Double = 1, mean: Double = 0) {
    self.init(
      stiffness: [Double](repeating: stiffness, count: dimension), mean: [Double](repeating: mean, count: dimension))
  }

  public var dimension: Int { mean.count }

  public func reducedPotential(
    at x: UnsafeBufferPointer<Double>, force: UnsafeMutableBufferPointer<Double>?
  ) -> Double {
    var sum = 0.0
    for i in mean.indices {
      let displacement = x[i] - mean[i]
      sum += 0.5 * stiffness[i] * displacement * displacement
      force?[i] = -stiffness[i] * displacement
    }
    return sum
  }

  public var logPartitionFunction: Double? { stiffness.reduce(0) { $0 + 0.5 * log(2 * Double.pi / $1) } }

  public var coordinateMoments: CoordinateMoments? {
    CoordinateMoments(means: mean, variances: stiffness.map { 1 / $0 })
  }

  public func exactSamples(_ count: Int, using random: inout RandomStream) -> Configurations {
    let widths = stiffness.map { 1 / $0.squareRoot() }
    var x = Configurations(count: count, dimension: dimension, coordinates: random.normals(count * dimension))
    for sample in 0..<count {
      for i in mean.indices { x[sample, i] = mean[i] + widths[i] * x[sample, i] }
    }
    return x
  }
}
