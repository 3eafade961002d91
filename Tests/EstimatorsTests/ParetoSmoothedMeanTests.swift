import Estimators
import Foundation
import Randomness
import Testing

@Suite struct ParetoSmoothedMeanTests {
  /// Target exp(−x), draws from 1.6 exp(−1.6 x): w = exp(0.6 x)/1.6 has tail index k = 0.6/1.6 = 0.375; ⟨x⟩ = 1.
  @Test("The average of a target with a wider tail than the proposal")
  func average() throws {
    let root = RandomStream(seed: 120)
    var (raw, smoothed) = (0.0, 0.0)
    for run in 0..<100 {
      var random = root.child(run)
      let x = (0..<2000).map { _ in random.exponential() / 1.6 }
      let weights = try LogWeights(x.map { 0.6 * $0 })
      let found = try ParetoSmoothedMean(of: x, weights: weights)
      #expect(found.shape! < 0.7 && found.isReliable)
      smoothed += pow(found.value - 1, 2) / 100
      raw += pow(try WeightedMean(of: x, weights: weights).value - 1, 2) / 100
    }
    // Both are near; the smoothed one is not the worse.
    #expect(smoothed.squareRoot() < 0.1 && smoothed < 1.2 * raw)
  }

  @Test("It is the weighted mean of the smoothed weights, and k̂ says when to doubt it")
  func parts() throws {
    var random = RandomStream(seed: 121)
    let x = (0..<5000).map { _ in random.exponential() }
    let weights = try LogWeights(x.map { 0.9 * $0 })
    let found = try ParetoSmoothedMean(of: x, weights: weights)
    let tail = try #require(ParetoTail(weights))
    let mean = try WeightedMean(of: x, weights: LogWeights(tail.smoothedLogWeights))
    #expect(found.value == mean.value && found.standardError == mean.standardError && found.shape == tail.shape)
    #expect(!found.isReliable)
  }

  @Test("Without a tail the weights stay; errors pass through")
  func withoutTail() throws {
    let found = try ParetoSmoothedMean(of: [1, 2, 3], weights: LogWeights([0, 0, 0]))
    #expect(abs(found.value - 2) < 1e-15 && found.shape == nil && found.isReliable)
    #expect(throws: EstimatorError.countMismatch(expected: 1, found: 2)) {
      try ParetoSmoothedMean(of: [1, 2], weights: LogWeights([0]))
    }
  }
}
