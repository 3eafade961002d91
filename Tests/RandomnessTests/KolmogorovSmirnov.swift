import Foundation

/// The one-sample Kolmogorov–Smirnov test at a stated failure probability.
enum KolmogorovSmirnov {
  /// Whether the largest distance between the empirical and the given distribution function is one that true samples
  /// exceed with a probability of at most `failure`: 2 exp(−2 n D²) (Massart 1990, doi:10.1214/aop/1176990746).
  static func accepts(
    _ values: [Double], failure: Double = 1e-6, cumulative: (Double) -> Double
  ) -> Bool {
    let n = Double(values.count)
    var distance = 0.0
    for (rank, value) in values.sorted().enumerated() {
      let probability = cumulative(value)
      distance = max(distance, probability - Double(rank) / n, Double(rank + 1) / n - probability)
    }
    return distance <= (log(2 / failure) / (2 * n)).squareRoot()
  }
}
