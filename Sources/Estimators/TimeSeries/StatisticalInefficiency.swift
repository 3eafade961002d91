/// g = 1 + 2τ, the number of successive values of a time series that are worth one independent value.
///
/// g = 1 + 2 Σ_{t ≥ 1} (1 − t/N) C(t), summed until the autocorrelation C first fails to be positive beyond a smallest
/// lag; never below 1. For several independent series N is their mean length and C is pooled.
///
/// A series much shorter than its slowest motion gives a g that is too small: nothing in the data says so, but
/// `BlockAverage` without a plateau and chains that disagree do.
///
/// Source: Chodera, Swope, Pitera, Seok, Dill 2007, doi:10.1021/ct0502864, section 2.4.
public struct StatisticalInefficiency: Sendable, Equatable {
  /// g ≥ 1, in units of the sampling interval.
  public let value: Double
  /// Number of values, of all series.
  public let count: Int
  /// The lag at which the sum ended.
  public let cutoffLag: Int

  /// N/g.
  public var effectiveCount: Double { Double(count) / value }
  /// τ = (g − 1)/2.
  public var correlationTime: Double { (value - 1) / 2 }

  /// - Parameter minimumLag: the sum goes on at least to this lag, whatever the sign of C.
  /// - Throws: as `Autocorrelation`.
  public init(of series: [Double], minimumLag: Int = 3) throws(EstimatorError) {
    self.init(try Autocorrelation(of: series), minimumLag: minimumLag)
  }

  /// Pools independent series of one observable around their common mean.
  public init(ofIndependent series: [[Double]], minimumLag: Int = 10) throws(EstimatorError) {
    self.init(try Autocorrelation(ofIndependent: series), minimumLag: minimumLag)
  }

  public init(_ autocorrelation: Autocorrelation, minimumLag: Int = 3) {
    let total = autocorrelation.counts.reduce(0, +)
    let meanLength = Double(total) / Double(autocorrelation.counts.count)
    let end = autocorrelation.values.count - 1
    var g = 1.0
    var t = 1
    while t < end {
      let c = autocorrelation.values[t]
      if c <= 0 && t > minimumLag { break }
      g += 2 * c * (1 - Double(t) / meanLength)
      t += 1
    }
    value = max(1, g)
    count = total
    cutoffLag = t
  }

  /// Indices 0 ≤ i < `length`, about g apart, of values that may be taken for independent: round(j g), j = 0, 1, …
  public func independentIndices(length: Int) -> [Int] {
    (0..<max(0, length)).lazy.map { Int((Double($0) * value).rounded(.toNearestOrEven)) }.prefix { $0 < length }
      .map { $0 }
  }
}
