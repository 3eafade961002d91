import Estimators
import Foundation
import Randomness
import Testing

@Suite struct PartitionFunctionRatioTests {
  /// Two Gaussians of unequal width and height, both weighted from a third: ln Z₁/Z₀ is known.
  static func weights(_ count: Int, seed: UInt64) -> (first: [Double], second: [Double], exact: Double) {
    var random = RandomStream(seed: seed)
    let x = random.normals(count).map { 1.4 * $0 + 0.2 }
    let logQ = x.map { -0.5 * pow(($0 - 0.2) / 1.4, 2) - log(1.4) }
    // u₀ = ½ x², u₁ = ½ ((x − 0.5)/0.7)² + 2.
    let first = zip(x, logQ).map { -0.5 * $0 * $0 - $1 }
    let second = zip(x, logQ).map { -0.5 * pow(($0 - 0.5) / 0.7, 2) - 2 - $1 }
    return (first, second, 2 - log(0.7))
  }

  /// z-scores over 400 repetitions: |mean| < 5/20 and a deviation of 1 within 5/√800 (fails with probability 1e-6).
  @Test func errorsAreHonest() throws {
    let scores = try (0..<400).map { repetition -> Double in
      let (first, second, exact) = Self.weights(500, seed: 1000 + UInt64(repetition))
      let ratio = try PartitionFunctionRatio(first: first, second: second)
      return (ratio.deltaF - exact) / ratio.standardError!
    }
    let mean = scores.reduce(0, +) / 400
    let deviation = (scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399).squareRoot()
    #expect(abs(mean) < 0.25 && abs(deviation - 1) < 0.18, "\(mean), \(deviation)")
  }

  @Test func sameStatesAndStrangers() throws {
    let (first, second, _) = Self.weights(1000, seed: 3)
    let same = try PartitionFunctionRatio(first: first, second: first.map { $0 + 1.5 })
    #expect(abs(same.deltaF + 1.5) < 1e-12 && same.standardError! < 1e-12 && abs(same.overlap - 1) < 1e-12)
    let other = try PartitionFunctionRatio(first: first, second: second)
    #expect(other.overlap > 0.3 && other.overlap < 0.99)
    // A path by halves gives the same.
    let back = try PartitionFunctionRatio(first: second, second: first)
    #expect(abs(back.deltaF + other.deltaF) < 1e-12 && back.standardError == other.standardError)
    #expect(throws: EstimatorError.countMismatch(expected: 1000, found: 2)) {
      try PartitionFunctionRatio(first: first, second: [0, 0])
    }
  }
}
