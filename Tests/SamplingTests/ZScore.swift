import Foundation

/// How many standard errors the mean of independent values lies from what is expected.
///
/// For thousands of values |z| > 5 has probability 6·10⁻⁷; all seeds are fixed.
struct ZScore: CustomStringConvertible {
  let mean: Double
  let error: Double
  let expected: Double

  init(_ values: [Double], expected: Double) {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    self.mean = mean
    error = (variance / n).squareRoot()
    self.expected = expected
  }

  var value: Double { mean == expected ? 0 : (mean - expected) / error }

  var description: String {
    String(format: "%.6g ± %.2g, expected %.6g, z = %.2f", mean, error, expected, value)
  }
}
