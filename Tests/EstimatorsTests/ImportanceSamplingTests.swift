import Estimators
import Foundation
import Randomness
import Testing

/// Importance sampling of an asymmetric target with everything known: a gamma density.
///
/// Target exp(−u) = x² exp(−2x) on x > 0, Z = Γ(3)/2³ = ¼, mean 3/2, variance ¾, ⟨ln x⟩ = ψ(3) − ln 2. Proposal exp(−x), so
/// w = x² exp(−x), bounded: ⟨w⟩ = ¼, ⟨w²⟩ = 4!/3⁵, ESS/N → (¼)²/(24/243) = 0.6328125. Statistics below are of normal shape
/// for these sizes; |z| < 5 fails with probability 6e-7 each, seeds are fixed.
@Suite struct ImportanceSamplingTests {
  static func draw(_ count: Int, _ random: inout RandomStream) -> (x: [Double], logWeights: [Double]) {
    let x = (0..<count).map { _ in random.exponential() }
    return (x, x.map { 2 * log($0) - $0 })
  }

  @Test func partitionFunctionMeanAndEffectiveSampleSize() throws {
    var random = RandomStream(seed: 40)
    let (x, logWeights) = Self.draw(100_000, &random)
    let found = try WeightStatistics(logWeights: logWeights)
    #expect(abs(found.logPartitionFunction - log(0.25)) / found.logPartitionFunctionError! < 5)
    // The error itself: relative variance of w is 1/0.6328125 − 1, and 2 % is five of its own errors and more.
    #expect(abs(found.logPartitionFunctionError! / ((1 / 0.632_812_5 - 1) / 1e5).squareRoot() - 1) < 0.02)
    #expect(abs(found.effectiveFraction - 0.632_812_5) < 0.01)
    let halves = found.splitHalfEffectiveFractions!
    #expect(halves.contains(found.effectiveFraction) || abs(halves.lowerBound - found.effectiveFraction) < 0.01)
    #expect(halves.upperBound - halves.lowerBound < 0.02)
    // Bounded weights: k̂ below ½.
    #expect(found.paretoShape! < 0.5)

    let weights = try LogWeights(logWeights)
    let euler = 0.577_215_664_901_532_9
    for (f, expected) in [(x, 1.5), (x.map { ($0 - 1.5) * ($0 - 1.5) }, 0.75), (x.map(log), 1.5 - euler - log(2))] {
      let mean = try WeightedMean(of: f, weights: weights)
      #expect(abs(mean.value - expected) / mean.standardError! < 5)
      #expect(mean.standardError! < 0.01)
    }
  }

  /// Errors are right, not only small: over R = 400 runs z has variance 1 within 5 √(2/R) = 0.35, and mean 0 within 5/√R.
  @Test func errorsCoverTheScatterOfIndependentRuns() throws {
    let root = RandomStream(seed: 41)
    var partition: [Double] = []
    var mean: [Double] = []
    for run in 0..<400 {
      var random = root.child(run)
      let (x, logWeights) = Self.draw(1000, &random)
      let statistics = try WeightStatistics(logWeights: logWeights)
      partition.append((statistics.logPartitionFunction - log(0.25)) / statistics.logPartitionFunctionError!)
      let average = try WeightedMean(of: x, weights: try LogWeights(logWeights))
      mean.append((average.value - 1.5) / average.standardError!)
    }
    for z in [partition, mean] {
      #expect(abs(z.reduce(0, +) / 400) < 5 / 20)
      #expect(abs(z.reduce(0) { $0 + $1 * $1 } / 400 - 1) < 0.35)
    }
  }

  /// From the other side, draws of exp(−4x) for the same target: w = x² exp(2x)/4 has no variance (k = ½ exactly: the
  /// tail of w falls as w^(−2)), and k̂ says so.
  @Test func aProposalThatIsTooNarrowIsNoticed() throws {
    var random = RandomStream(seed: 42)
    let x = (0..<100_000).map { _ in random.exponential() / 4 }
    let found = try WeightStatistics(logWeights: x.map { 2 * log($0) - 2 * $0 + 4 * $0 - log(4) })
    #expect(found.paretoShape! > 0.5)
    #expect(
      found.paretoShape! > (try WeightStatistics(logWeights: Self.draw(100_000, &random).logWeights).paretoShape!) + 0.3
    )
  }

  @Test func weightedMeansOfClashesAndOfMismatchedArrays() throws {
    let weights = try LogWeights([0, -.infinity, log(3)])
    let mean = try WeightedMean(of: [1, .nan, 5], weights: weights)
    #expect(abs(mean.value - 4) < 1e-14)
    #expect(abs(mean.standardError! - (0.25 * 0.25 * 9 + 0.75 * 0.75).squareRoot()) < 1e-14)
    #expect(throws: EstimatorError.notANumber(sample: 2)) { try WeightedMean(of: [1, 1, .nan], weights: weights) }
    #expect(throws: EstimatorError.countMismatch(expected: 3, found: 2)) {
      try WeightedMean(of: [1, 1], weights: weights)
    }
    #expect(try WeightedMean(of: [7], weights: LogWeights([2])).standardError == nil)
  }
}
