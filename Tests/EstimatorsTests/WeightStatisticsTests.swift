import Estimators
import Foundation
import Testing

@Suite struct WeightStatisticsTests {
  /// The same deterministic log weights as Golden/make_weights.py: skewed, every 17th zero.
  static func logWeights(_ count: Int, spread: Double) -> [Double] {
    let golden = (5.0.squareRoot() - 1) / 2
    return (1...count).map { i in
      let place = Double(i) * golden
      let t = 2 * (place - place.rounded(.down)) - 1
      return i % 17 == 0 ? -.infinity : spread * (t + t * t * t)
    }
  }

  /// 1e-11 relative: rounding of sums over at most 5,000 terms; ten times that for the fit, which amplifies it.
  @Test(arguments: WeightGoldenValues.all)
  func statisticsEqualGoldenValues(_ golden: WeightGoldenValues) throws {
    let logWeights = Self.logWeights(golden.count, spread: golden.spread)
    let found = try WeightStatistics(logWeights: logWeights)
    func agree(_ a: Double?, _ b: Double, _ tolerance: Double = 1e-11) -> Bool {
      abs((a ?? .nan) - b) <= tolerance * max(1, abs(b))
    }
    #expect(found.zeroWeightCount == golden.count / 17)
    #expect(agree(found.effectiveSampleSize, golden.effectiveSampleSize))
    #expect(agree(found.effectiveFraction, golden.effectiveSampleSize / Double(golden.count)))
    #expect(agree(found.trimmedEffectiveFraction, golden.dropped))
    #expect(agree(found.largestShare, golden.largestShare))
    #expect(agree(found.logPartitionFunction, golden.logPartitionFunction))
    #expect(agree(found.logPartitionFunctionError, golden.error))
    #expect(agree(found.paretoShape, golden.paretoShape, 1e-10))
    let clipped = try WeightStatistics(logWeights: logWeights, trimming: .clipLargest(fraction: 0.01))
    #expect(agree(clipped.trimmedEffectiveFraction, golden.clipped))
    #expect(clipped.effectiveSampleSize == found.effectiveSampleSize)
  }

  /// NumPy's linear quantiles of 0, …, 10 are 1.58655 and 8.41345; impossible samples and a clash change little.
  @Test func spreadOfLogWeights() throws {
    let ladder = (0...10).map(Double.init)
    #expect(abs(try #require(WeightStatistics(logWeights: ladder.reversed()).logWeightSpread) - 3.4134) < 1e-4)
    let clashes = try #require(WeightStatistics(logWeights: ladder + [-.infinity, -1e9]).logWeightSpread)
    #expect(clashes > 3.4 && clashes < 4.5)
    #expect(try WeightStatistics(logWeights: [3, -.infinity]).logWeightSpread == nil)
  }

  @Test func equalWeights() throws {
    let found = try WeightStatistics(logWeights: [Double](repeating: -700, count: 1000))
    #expect(abs(found.effectiveSampleSize - 1000) < 1e-9)
    #expect(abs(found.trimmedEffectiveFraction! - 1) < 1e-12)
    #expect(abs(found.largestShare - 0.001) < 1e-15)
    #expect(abs(found.logPartitionFunction + 700) < 1e-12)
    // √(1e-13/1000) is what rounding leaves.
    #expect(found.logPartitionFunctionError! < 1e-7)
    #expect(found.paretoShape == nil)
    #expect(abs(found.splitHalfEffectiveFractions!.lowerBound - 1) < 1e-12)
  }

  @Test func oneWeightRulesAll() throws {
    var logWeights = [Double](repeating: -1000, count: 100)
    logWeights[30] = 5
    let found = try WeightStatistics(logWeights: logWeights)
    #expect(found.effectiveSampleSize == 1 && found.largestShare == 1)
    // Without that one all are equal: the reason to show both.
    #expect(abs(found.trimmedEffectiveFraction! - 1) < 1e-12)
    #expect(abs(found.logPartitionFunctionError! - 1) < 1e-12)
    #expect(abs(found.splitHalfEffectiveFractions!.lowerBound - 0.02) < 1e-12)
    #expect(abs(found.splitHalfEffectiveFractions!.upperBound - 1) < 1e-12)
  }

  @Test func anAddedConstantMovesOnlyThePartitionFunction() throws {
    let logWeights = Self.logWeights(2000, spread: 2)
    let a = try WeightStatistics(logWeights: logWeights)
    let b = try WeightStatistics(logWeights: logWeights.map { $0 + 1e4 })
    #expect(abs(b.logPartitionFunction - a.logPartitionFunction - 1e4) < 1e-9)
    // Adding 1e4 rounds each log weight by 1e-12.
    #expect(abs(b.effectiveFraction - a.effectiveFraction) < 1e-10)
    #expect(abs(b.paretoShape! - a.paretoShape!) < 1e-8)
  }

  @Test func clashesWeighNothingButCount() throws {
    let logWeights: [Double] = [0, -.infinity, 0, -.infinity]
    let found = try WeightStatistics(logWeights: logWeights)
    #expect(found.count == 4 && found.zeroWeightCount == 2)
    #expect(found.effectiveSampleSize == 2 && found.effectiveFraction == 0.5)
    #expect(abs(found.logPartitionFunction + log(2)) < 1e-15)
    #expect(try LogWeights(logWeights).normalized[1] == -.infinity)

    let half = try WeightStatistics(logWeights: [-.infinity, -.infinity, 1, 1])
    #expect(half.splitHalfEffectiveFractions == 0...1)
    let single = try WeightStatistics(logWeights: [3])
    #expect(single.effectiveSampleSize == 1 && single.logPartitionFunction == 3)
    #expect(single.logPartitionFunctionError == nil && single.splitHalfEffectiveFractions == nil)
    // All that remains after trimming may be zero.
    #expect(try WeightStatistics(logWeights: [-.infinity, -.infinity, 1]).trimmedEffectiveFraction == nil)
  }

  @Test func impossibleWeightsAreErrorsWithAReason() {
    #expect(throws: EstimatorError.tooFewSamples(found: 0, needed: 1)) { try WeightStatistics(logWeights: []) }
    #expect(throws: EstimatorError.notANumber(sample: 1)) { try WeightStatistics(logWeights: [0, .nan, .infinity]) }
    #expect(throws: EstimatorError.infiniteWeight(sample: 2)) { try WeightStatistics(logWeights: [0, 1, .infinity]) }
    #expect(throws: EstimatorError.allWeightsZero(samples: 2)) {
      try WeightStatistics(logWeights: [-.infinity, -.infinity])
    }
  }

  @Test func normalizedWeightsSumToOne() throws {
    let normalized = try LogWeights(Self.logWeights(3000, spread: 3)).normalized
    #expect(abs(normalized.reduce(0) { $0 + exp($1) } - 1) < 1e-12)
  }

  @Test func trimmingKeepsWhatItSays() throws {
    let weights = try LogWeights((0..<10_000).map { Double($0 * 7919 % 10_000) * 1e-3 })
    #expect(WeightTrimming.dropLargest(fraction: 0.002).trimmed(weights).count == 9980)
    #expect(abs(WeightTrimming.dropLargest(fraction: 0.002).trimmed(weights).max()! - 9.979) < 1e-12)
    #expect(WeightTrimming.dropLargest(fraction: 0).trimmed(weights) == weights.values)
    #expect(WeightTrimming.none.trimmed(weights) == weights.values)
    let clipped = WeightTrimming.clipLargest(fraction: 0.002).trimmed(weights)
    // The place is 0.998 · 9999 = 9979.002.
    let bound = clipped.max()!
    #expect(clipped.count == 10_000 && abs(bound - 9.979_002) < 1e-9)
    #expect(zip(clipped, weights.values).allSatisfy { $0 == min($1, bound) })
    #expect(WeightTrimming.dropLargest(fraction: 0.9).trimmed(try LogWeights([1, 2])).count == 1)
    #expect(
      WeightTrimming.clipLargest(fraction: 0.5).trimmed(try LogWeights([-.infinity, -.infinity, 1, 2])) == [
        -.infinity, -.infinity, 1, 1,
      ])
  }
}
