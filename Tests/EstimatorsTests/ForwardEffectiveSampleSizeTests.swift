import Estimators
import Foundation
import Randomness
import Testing

@Suite struct ForwardEffectiveSampleSizeTests {
  /// Target exp(−x), proposal 2 exp(−2x)… w = exp(x)/2 over the target has no mean; the other way, proposal ½ exp(−x/2):
  /// w = 2 exp(−x/2), ⟨w⟩ = 4/3, ⟨1/w⟩ = 1, so the fraction is ¾. Relative variances: of w 9/8 − 1, of 1/w with a heavier
  /// tail infinite only at half the rate; for N = 100,000 the error is below 0.01.
  @Test("An exponential target seen by a wider proposal: ¾")
  func wideProposal() throws {
    var random = RandomStream(seed: 110)
    let x = (0..<100_000).map { _ in random.exponential() }
    let found = try ForwardEffectiveSampleSize(logWeights: x.map { 17 + log(2) - $0 / 2 })
    #expect(abs(found.fraction - 0.75) < 0.02)
    #expect(found.doubt == nil && found.largestShare < 0.001 && found.largestInverseShare < 0.1)
    // The same from a weighted reference: uniform points on (0, 30) with weights exp(−x).
    let y = (0..<100_000).map { _ in 30 * random.uniform() }
    let weighted = try ForwardEffectiveSampleSize(
      logWeights: y.map { log(2) - $0 / 2 }, referenceLogWeights: y.map { -$0 })
    #expect(abs(weighted.fraction - 0.75) < 0.02)
  }

  @Test("A missing mode is seen forward and not in reverse")
  func missingMode() throws {
    // Two modes of equal mass; the proposal gives the second 1e-4 of its own.
    let forward = try ForwardEffectiveSampleSize(
      logWeights: (0..<1000).map { $0 % 2 == 0 ? log(0.5) : log(0.5 / 1e-4) })
    #expect(abs(forward.fraction - 1 / (0.5 * (0.5 + 0.5e4) * (1 + 1e-4))) < 1e-12)
    let reverse = try WeightStatistics(logWeights: [Double](repeating: log(0.5), count: 1000))
    #expect(reverse.effectiveFraction > 0.999)
    let impossible = try ForwardEffectiveSampleSize(logWeights: [0, .infinity, 0])
    #expect(impossible.fraction == 0 && impossible.largestShare == 1)
    #expect(impossible.doubt == .infiniteWeight(sample: 1))
  }

  @Test("One sample that decides is a doubt; what is no weight is an error")
  func doubtsAndErrors() throws {
    let few = try ForwardEffectiveSampleSize(logWeights: [Double](repeating: 0, count: 99) + [-log(101)])
    #expect(abs(few.largestInverseShare - 101.0 / 200) < 1e-14)
    guard case .dominatedByFew(let share) = few.doubt else {
      Issue.record("a share of one half is no doubt")
      return
    }
    #expect(share == few.largestInverseShare)
    #expect(try ForwardEffectiveSampleSize(logWeights: [Double](repeating: 3, count: 100)).fraction > 1 - 1e-12)
    #expect(throws: EstimatorError.zeroWeight(sample: 1)) {
      try ForwardEffectiveSampleSize(logWeights: [0, -.infinity])
    }
    #expect(throws: EstimatorError.notANumber(sample: 0)) { try ForwardEffectiveSampleSize(logWeights: [.nan]) }
    #expect(throws: EstimatorError.tooFewSamples(found: 0, needed: 1)) {
      try ForwardEffectiveSampleSize(logWeights: [])
    }
    #expect(throws: EstimatorError.countMismatch(expected: 1, found: 2)) {
      try ForwardEffectiveSampleSize(logWeights: [0, 0], referenceLogWeights: [0])
    }
  }
}
