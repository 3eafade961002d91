import Foundation

/// Log weights ln wᵢ of N samples, checked: no NaN, no +∞, and at least one weight is not zero.
///
/// ln wᵢ = −u(xᵢ) − ln q(xᵢ) with any constant left in, so that the mean weight is Z. −∞ is a sample that the target does
/// not allow (a clash): it counts in N and weighs nothing.
public struct LogWeights: Sendable {
  public let values: [Double]
  /// ln Σ wᵢ, finite.
  public let logSum: Double

  /// - Throws: `EstimatorError` where no weighted average exists.
  public init(_ values: [Double]) throws(EstimatorError) {
    guard !values.isEmpty else { throw .tooFewSamples(found: 0, needed: 1) }
    for (sample, value) in values.enumerated() {
      if value.isNaN { throw .notANumber(sample: sample) }
      if value == .infinity { throw .infiniteWeight(sample: sample) }
    }
    let logSum = LogSumExp.of(values)
    guard logSum > -.infinity else { throw .allWeightsZero(samples: values.count) }
    self.values = values
    self.logSum = logSum
  }

  public var count: Int { values.count }

  /// ln of the weights that sum to 1: ln wᵢ − ln Σ w. Shape `[N]`.
  public var normalized: [Double] { values.map { $0 - logSum } }

  /// Kish's effective sample size (Σ w)²/Σ w² = exp(2 LSE(ln w) − LSE(2 ln w)), between 1 and N.
  ///
  /// Source: Kish 1965, "Survey Sampling"; Kong 1992.
  public var effectiveSampleSize: Double {
    // Rounding may leave the range by some units of 1e-16 N.
    min(Double(count), max(1, exp(-LogSumExp.of(values.lazy.map { 2 * ($0 - logSum) }))))
  }

  /// Share of the largest weight in the sum of all.
  public var largestShare: Double { exp(values.max()! - logSum) }
}
