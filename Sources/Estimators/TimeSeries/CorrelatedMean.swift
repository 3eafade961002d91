/// The mean of a stationary, correlated time series with its standard error.
public struct CorrelatedMean: Sendable, Equatable {
  public let value: Double
  /// √(σ²/(N/g − 1)), σ² the variance about the estimated mean: correlation makes that variance too small by the factor
  /// 1 − g/N. nil where N/g ≤ 1, because the series is no longer than one correlation time.
  public let standardError: Double?
  public let inefficiency: StatisticalInefficiency

  /// N/g.
  public var effectiveCount: Double { inefficiency.effectiveCount }

  /// - Throws: as `Autocorrelation`.
  public init(of series: [Double]) throws(EstimatorError) {
    self.init(try Autocorrelation(of: series), minimumLag: 3)
  }

  /// The mean over independent series of one observable.
  public init(ofIndependent series: [[Double]]) throws(EstimatorError) {
    self.init(try Autocorrelation(ofIndependent: series), minimumLag: 10)
  }

  private init(_ autocorrelation: Autocorrelation, minimumLag: Int) {
    inefficiency = StatisticalInefficiency(autocorrelation, minimumLag: minimumLag)
    value = autocorrelation.mean
    let freedom = inefficiency.effectiveCount - 1
    standardError = freedom > 0 ? (autocorrelation.variance / freedom).squareRoot() : nil
  }
}
