import Foundation
import Randomness

/// A mixture of round Gaussians of equal weight and width, normalised:
/// u = −ln[(1/K) Σₖ (2πσ²)^(−D/2) exp(−|x − μₖ|²/(2σ²))], hence ln Z = 0.
public struct GaussianMixture: ExactlySampledModel {
  public static let name = "gaussian_mixture"
  public let dimension: Int
  /// K
  public let componentCount: Int
  /// σ
  public let standardDeviation: Double
  /// μ, row-major `[K][D]`.
  private let means: [Double]

  /// - Parameter means: `[K][D]`, at least one.
  public init(means: [[Double]], standardDeviation: Double) {
    precondition(!means.isEmpty && !means[0].isEmpty && standardDeviation > 0)
    precondition(means.allSatisfy { $0.count == means[0].count }, "all means must have the same dimension")
    dimension = means[0].count
    componentCount = means.count
    self.standardDeviation = standardDeviation
    self.means = means.flatMap { $0 }
  }

  /// μₖ
  public func mean(ofComponent k: Int) -> [Double] { Array(means[k * dimension..<(k + 1) * dimension]) }

  public func reducedPotential(
    at x: UnsafeBufferPointer<Double>, force: UnsafeMutableBufferPointer<Double>?
  ) -> Double {
    let precision = 1 / (standardDeviation * standardDeviation)
    // A running ln Σ exp(aₖ) and, in the same scale, Σ exp(aₖ) (μₖ − x)/σ².
    var largest = -Double.infinity
    var sum = 0.0
    force?.update(repeating: 0)
    for k in 0..<componentCount {
      var squared = 0.0
      for i in 0..<dimension {
        let displacement = x[i] - means[k * dimension + i]
        squared += displacement * displacement
      }
      let exponent = -0.5 * precision * squared
      if exponent == -.infinity { continue }
      if exponent > largest {
        let shrink = exp(largest - exponent)
        sum *= shrink
        if let force { for i in 0..<dimension { force[i] *= shrink } }
        largest = exponent
      }
      let share = exp(exponent - largest)
      sum += share
      if let force {
        for i in 0..<dimension { force[i] += share * precision * (means[k * dimension + i] - x[i]) }
      }
      // A NaN passes the comparison above unseen.
      if exponent.isNaN { return .nan }
    }
    guard sum > 0 else { return .infinity }
    if let force { for i in 0..<dimension { force[i] /= sum } }
    return log(Double(componentCount)) - 0.5 * Double(dimension) * log(precision / (2 * Double.pi)) - largest - log(sum)
  }

  public var logPartitionFunction: Double? { 0 }

  public var coordinateMoments: CoordinateMoments? {
    let k = Double(componentCount)
    var moments = CoordinateMoments(means: [], variances: [])
    for i in 0..<dimension {
      let column = (0..<componentCount).map { means[$0 * dimension + i] }
      let mean = column.reduce(0, +) / k
      moments.means.append(mean)
      moments.variances.append(
        standardDeviation * standardDeviation + column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / k)
    }
    return moments
  }

  public func exactSamples(_ count: Int, using random: inout RandomStream) -> Configurations {
    var x = Configurations(count: count, dimension: dimension)
    for sample in 0..<count {
      let k = random.integer(below: componentCount)
      for i in 0..<dimension { x[sample, i] = means[k * dimension + i] + standardDeviation * random.normal() }
    }
    return x
  }
}
