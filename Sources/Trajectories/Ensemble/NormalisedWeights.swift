import Foundation

/// Why log weights cannot be normalised.
public enum WeightError: Error, Sendable, Equatable, CustomStringConvertible {
  case noSamples
  /// Every weight is zero.
  case allZero
  /// A weight is NaN or infinite.
  case notFinite(sample: Int, logWeight: Double)
  /// The weights were to sum to 1.
  case notNormalised(logSum: Double)

  public var description: String {
    switch self {
    case .noSamples: "there are no samples to weight"
    case .allZero: "every weight is zero: all samples have infinite energy"
    case .notFinite(let sample, let logWeight): "the log weight of sample \(sample) is \(logWeight)"
    case .notNormalised(let logSum): "the weights do not sum to 1: the log of their sum is \(logSum)"
    }
  }
}

/// Log weights whose exponentials sum to 1.
enum NormalisedWeights {
  /// Largest |log Σ w| taken as normalised. Rounding leaves about 10⁻¹² for millions of samples; anything else is a
  /// mistake.
  static let tolerance = 1e-8

  /// log wᵢ − log Σⱼ wⱼ. A weight of zero (−∞) stays; weights that are normalised up to rounding stay bit for bit.
  static func normalise(_ logWeights: [Double]) throws(WeightError) -> [Double] {
    let (largest, logSum) = try scaledLogSum(logWeights)
    if abs(largest + logSum) <= tolerance / 100 { return logWeights }
    // The largest is taken off first: their difference is exact where it matters, for weights near the largest.
    return logWeights.map { $0 - largest - logSum }
  }

  /// Throws unless the weights sum to 1 within the tolerance.
  static func check(_ logWeights: [Double]) throws(WeightError) {
    let (largest, logSum) = try scaledLogSum(logWeights)
    guard abs(largest + logSum) <= tolerance else { throw .notNormalised(logSum: largest + logSum) }
  }

  /// The largest log weight m, and log Σ exp(log wᵢ − m), which cannot overflow; Neumaier's compensated sum.
  private static func scaledLogSum(_ logWeights: [Double]) throws(WeightError) -> (largest: Double, logSum: Double) {
    guard !logWeights.isEmpty else { throw .noSamples }
    var largest = -Double.infinity
    for (sample, logWeight) in logWeights.enumerated() {
      guard logWeight < .infinity else { throw .notFinite(sample: sample, logWeight: logWeight) }
      largest = max(largest, logWeight)
    }
    guard largest > -.infinity else { throw .allZero }
    var sum = 0.0
    var lost = 0.0
    for logWeight in logWeights {
      let term = exp(logWeight - largest)
      let next = sum + term
      lost += abs(sum) >= term ? (sum - next) + term : (term - next) + sum
      sum = next
    }
    return (largest, log(sum + lost))
  }
}
