import Foundation

/// How many independent samples weighted samples that depend on each other are worth, from the errors of averages:
/// 1/mean over observables f of [Var(f̄)/σ_f²], with σ_f² the variance of f under the weights and Var(f̄) by the samples'
/// dependence; never more than their number.
///
/// For Markov chains in groups this is the sample size N/g with g the statistical inefficiency, averaged over observables, found
/// without autocorrelation functions (batch means: Flegal & Jones 2010, doi:10.1214/09-AOS735). Kish's formula sees weights only and calls
/// copies of one sample independent.
public enum ObservableEffectiveSampleSize {
  /// - Parameter observables: f of each sample, `[f][N]`; those that do not vary are left out.
  /// - Returns: nil where nothing varies, or where there is one group.
  /// - Throws: what `WeightedMean` throws.
  public static func of(
    _ observables: [[Double]], weights: LogWeights, dependence: SampleDependence
  ) throws(EstimatorError) -> Double? {
    var ratios: [Double] = []
    for values in observables {
      let mean = try WeightedMean(of: values, weights: weights, dependence: dependence)
      guard let error = mean.standardError else { return nil }
      var variance = 0.0
      for (value, logWeight) in zip(values, weights.values) where logWeight > -.infinity {
        variance += exp(logWeight - weights.logSum) * (value - mean.value) * (value - mean.value)
      }
      if variance > 0 { ratios.append(error * error / variance) }
    }
    guard !ratios.isEmpty else { return nil }
    return min(Double(weights.count), Double(ratios.count) / ratios.reduce(0, +))
  }
}
