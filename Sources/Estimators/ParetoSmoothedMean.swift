/// A weighted average with Pareto-smoothed weights, and k̂, which tells whether to trust it.
///
/// Smoothing caps the largest weights at what the fitted tail expects of them: a small bias for much less variance. Where
/// there is no tail to fit, the weights are taken as they are.
///
/// Source: Vehtari, Simpson, Gelman, Yao, Gabry 2024, JMLR 25(72), arXiv:1507.02646.
public struct ParetoSmoothedMean: Sendable, Equatable {
  public let value: Double
  /// Of the delta method with the smoothed weights (see `WeightedMean`); nil for one sample.
  public let standardError: Double?
  /// k̂; nil where the weights have no tail to fit.
  public let shape: Double?
  /// Whether k̂ is below what N samples allow, min(1 − 1/log₁₀ N, 0.7); true without a tail.
  public let isReliable: Bool

  /// - Parameters:
  ///   - values: f, shape `[N]`.
  ///   - weights: ln w as they are, shape `[N]`.
  /// - Throws: what `WeightedMean` throws.
  public init(of values: [Double], weights: LogWeights) throws(EstimatorError) {
    let tail = ParetoTail(weights)
    let smoothed = if let tail { try LogWeights(tail.smoothedLogWeights) } else { weights }
    let mean = try WeightedMean(of: values, weights: smoothed)
    value = mean.value
    standardError = mean.standardError
    shape = tail?.shape
    isReliable = tail.map { $0.shape < ParetoTail.reliableShape(sampleCount: weights.count) } ?? true
  }
}
