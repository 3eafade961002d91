/// The normalised autocovariance of a stationary time series,
/// C(t) = Σₙ δ(n) δ(n + t)/((N − t) σ²) with δ = a − ⟨a⟩ and σ² = Σ δ²/N, so that C(0) = 1.
///
/// Several independent series of one observable are pooled: one mean and one variance for all, products within a series
/// only, and the number of such products in place of N − t. Far lags rest on few products: they are mostly noise.
///
/// Computed by fast Fourier transforms of the series padded with as many zeros (Wiener–Khinchin).
/// - Complexity: O(N log N).
public struct Autocorrelation: Sendable, Equatable {
  /// C(t) for t = 0 … N − 1, N the length of the longest series.
  public let values: [Double]
  /// ⟨a⟩ over all series.
  public let mean: Double
  /// σ² = ⟨δ²⟩ over all series, divided by the number of values.
  public let variance: Double
  /// Lengths of the series.
  public let counts: [Int]

  /// - Throws: `EstimatorError.tooFewSamples` below 2 values, `.notANumber`, `.constantSeries`.
  public init(of series: [Double]) throws(EstimatorError) {
    try self.init(ofIndependent: [series])
  }

  /// Pools independent series of one observable, which may differ in length. Empty ones are left out.
  public init(ofIndependent series: [[Double]]) throws(EstimatorError) {
    try self.init(ofIndependent: series.map { $0[...] })
  }

  init(ofIndependent series: [ArraySlice<Double>]) throws(EstimatorError) {
    let series = series.filter { !$0.isEmpty }
    let total = series.reduce(0) { $0 + $1.count }
    guard total >= 2 else { throw .tooFewSamples(found: total, needed: 2) }
    var sum = 0.0
    var place = 0
    for one in series {
      for value in one {
        guard value.isFinite else { throw .notANumber(sample: place) }
        sum += value
        place += 1
      }
    }
    let mean = sum / Double(total)
    var squares = 0.0
    for one in series { for value in one { squares += (value - mean) * (value - mean) } }
    // Rounding of the mean alone leaves differences of this size in a series that never changes.
    let rounding = Double(total).squareRoot() * abs(mean) * .ulpOfOne
    guard squares > Double(total) * rounding * rounding, squares > 0 else { throw .constantSeries(samples: total) }
    let variance = squares / Double(total)
    let longest = series.map(\.count).max()!

    let transform = RealFourierTransform(length: RealFourierTransform.fastLength(atLeast: 2 * longest))
    var power = [Double](repeating: 0, count: transform.spectrum.count)
    for one in series {
      transform.values.update(repeating: 0)
      for (n, value) in one.enumerated() { transform.values[n] = value - mean }
      transform.forward()
      for k in power.indices {
        let z = transform.spectrum[k]
        power[k] += z.0 * z.0 + z.1 * z.1
      }
    }
    for k in power.indices { transform.spectrum[k] = (power[k], 0) }
    transform.backward()

    let scale = 1 / (Double(transform.length) * variance)
    let lengths = series.map(\.count)
    values = (0..<longest).map { t in
      let pairs = lengths.reduce(0) { $0 + max(0, $1 - t) }
      return t == 0 ? 1 : transform.values[t] * scale / Double(pairs)
    }
    self.mean = mean
    self.variance = variance
    counts = lengths
  }
}
