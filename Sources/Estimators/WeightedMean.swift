import Foundation

/// A self-normalised weighted average ⟨f⟩ = Σ wᵢ fᵢ/Σ wᵢ with its standard error.
public struct WeightedMean: Sendable, Equatable {
  public let value: Double
  /// √(Σ w̃ᵢ² (fᵢ − ⟨f⟩)²), w̃ the normalised weights (delta method; Geweke 1989, doi:10.2307/1913710). nil for one sample.
  public let standardError: Double?

  /// - Parameters:
  ///   - values: f, shape `[N]`; not looked at where the weight is zero, so a clash may have any value.
  ///   - weights: ln w, shape `[N]`.
  /// - Throws: `EstimatorError.countMismatch`; `.notANumber` where a value that counts is not finite.
  public init(of values: [Double], weights: LogWeights) throws(EstimatorError) {
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
    guard values.count > 1 else {
      standardError = nil
      return
    }
    var variance = 0.0
    for sample in values.indices where shares[sample] > 0 {
      let term = shares[sample] * (values[sample] - mean)
      variance += term * term
    }
    standardError = variance.squareRoot()
  }
}
