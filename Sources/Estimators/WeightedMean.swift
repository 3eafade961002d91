import Foundation

/// A self-normalised weighted average ⟨f⟩ = Σ wᵢ fᵢ/Σ wᵢ with its standard error.
public struct WeightedMean: Sendable, Equatable {
  public let value: Double
  /// Of Σ w̃ᵢ (fᵢ − ⟨f⟩), w̃ the normalised weights (delta method; Geweke 1989, doi:10.2307/1913710), by the samples'
  /// dependence. nil for one sample, or one group.
  public let standardError: Double?

  /// - Parameters:
  ///   - values: f, shape `[N]`; not looked at where the weight is zero, so a clash may have any value.
  ///   - weights: ln w, shape `[N]`.
  ///   - dependence: of the samples on each other.
  /// - Throws: `EstimatorError.countMismatch`; `.notANumber` where a value that counts is not finite.
  public init(
    of values: [Double], weights: LogWeights, dependence: SampleDependence = .independent
  ) throws(EstimatorError) {
    guard values.count == weights.count else {
      throw .countMismatch(expected: weights.count, found: values.count)
    }
    var mean = 0.0
    var shares = [Double](repeating: 0, count: values.count)
    for sample in values.indices where weights.values[sample] > -.infinity {
      guard values[sample].isFinite else { throw .notANumber(sample: sample) }
      shares[sample] = exp(weights.values[sample] - weights.logSum)
      mean += shares[sample] * values[sample]
    }
    value = mean
    standardError = dependence.standardError(
      ofSum: zip(shares, values).map { $0 > 0 ? $0 * ($1 - mean) : 0 })
  }
}
