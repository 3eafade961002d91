/// Where a time series has forgotten its start: the t₀ that leaves the most independent values,
/// max over t₀ of N_eff(t₀) = (N − t₀)/g(t₀), g of the series from t₀ on.
///
/// Source: Chodera 2016, doi:10.1021/acs.jctc.5b00784.
public struct Equilibration: Sendable, Equatable {
  /// t₀: the number of values to leave out at the start.
  public let start: Int
  /// g from t₀ on.
  public let inefficiency: Double
  /// N_eff(t₀).
  public let effectiveCount: Double

  /// - Parameters:
  ///   - series: at least 3 values.
  ///   - stride: t₀ is looked for among the multiples of it; nil takes N/200, so that 200 starts are tried.
  /// - Throws: `EstimatorError`; `.constantSeries` where the whole series is constant.
  /// - Complexity: O(N²/stride · log N).
  public init(of series: [Double], stride: Int? = nil, minimumLag: Int = 3) throws(EstimatorError) {
    let n = series.count
    guard n >= 3 else { throw .tooFewSamples(found: n, needed: 3) }
    let stride = stride ?? max(1, n / 200)
    precondition(stride > 0, "starts must ascend")
    var best: (start: Int, inefficiency: Double, effectiveCount: Double) = (0, Double(n), 0)
    for start in Swift.stride(from: 0, to: n - 1, by: stride) {
      let length = Double(n - start)
      let g: Double
      do throws(EstimatorError) {
        let autocorrelation = try Autocorrelation(ofIndependent: [series[start...]])
        g = StatisticalInefficiency(autocorrelation, minimumLag: minimumLag).value
      } catch .constantSeries where start > 0 {
        // A constant rest says no more than one value does.
        g = length
      }
      if length / g > best.effectiveCount { best = (start, g, length / g) }
    }
    (start, inefficiency, effectiveCount) = best
  }
}
