import Foundation
import Randomness
import Sampling
import Testing

@Suite struct ResamplingTests {
  static let weights = [0.3, 0, 0.02, 2.2, 0.9, 1e-9, 0.58, 0, 1.0]

  /// |z| < 5 fails with probability 6e-7 for each of 18 numbers of copies; seeds are fixed.
  @Test("particle i has N wᵢ copies on average", arguments: 0..<Schemes.all.count)
  func expectedCopies(_ index: Int) {
    let scheme = Schemes.all[index]
    let total = Self.weights.reduce(0, +)
    let count = Self.weights.count
    let root = RandomStream(seed: 64)
    let rounds = 20_000
    var copies = [[Double]](repeating: [Double](repeating: 0, count: rounds), count: count)
    for round in 0..<rounds {
      let parents = scheme.parents(weights: Self.weights, using: root.child(round))
      for parent in parents { copies[parent][round] += 1 }
      if round < 100 { #expect(parents.count == count && parents == parents.sorted()) }
    }
    for (i, weight) in Self.weights.enumerated() {
      let expected = Double(count) * weight / total
      if weight == 0 {
        #expect(copies[i].allSatisfy { $0 == 0 })
      } else if expected > 1e-3 {
        #expect(abs(zScore(copies[i], expected: expected)) < 5)
      }
      if scheme is SystematicResampling {
        #expect(copies[i].allSatisfy { $0 == expected.rounded(.down) || $0 == expected.rounded(.up) })
      } else if expected > 1e-3 {
        // Binomial variance N w (1 − w); its estimate is good to 5 %.
        let variance = copies[i].reduce(0) { $0 + ($1 - expected) * ($1 - expected) } / Double(rounds)
        #expect(abs(variance / (expected * (1 - weight / total)) - 1) < (expected < 0.1 ? 0.15 : 0.06))
      }
    }
  }

  @Test("one heavy particle takes all, and weights need not sum to one", arguments: 0..<Schemes.all.count)
  func extremes(_ index: Int) {
    let scheme = Schemes.all[index]
    for seed in 0..<50 {
      let random = RandomStream(seed: UInt64(seed))
      #expect(scheme.parents(weights: [0, 5e300, 0], using: random) == [1, 1, 1])
      #expect(scheme.parents(weights: [2000 * .leastNonzeroMagnitude, 0, 0, 0], using: random) == [0, 0, 0, 0])
      #expect(scheme.parents(weights: [7], using: random) == [0])
    }
  }

  @Test("systematic resampling of equal weights copies each particle once")
  func equalWeights() {
    for seed in 0..<50 {
      let parents = SystematicResampling().parents(
        weights: [Double](repeating: 0.125, count: 64), using: RandomStream(seed: UInt64(seed)))
      #expect(parents == Array(0..<64))
    }
  }

  /// 99 weights of 1 and one of 901 have the mean 10, of which √100 times is 100: its share is 100 of 199, not 901 of 1000.
  @Test("truncated resampling counts no weight for more than √N times the mean")
  func truncated() {
    let logWeights = [Double](repeating: 700, count: 98) + [700 + log(901.0), 700]
    for seed in 0..<20 {
      let parents = TruncatedResampling().parents(
        logWeights: logWeights + [-.infinity], count: 199, using: RandomStream(seed: UInt64(seed)))
      // With the impossible one N is 101: 1000/√101 = 99.5 of 198.5.
      let heavy = parents.filter { $0 == 98 }.count
      #expect(heavy == 99 || heavy == 100, "\(heavy)")
      #expect(parents.count == 199 && parents == parents.sorted() && !parents.contains(100))
      #expect(
        TruncatedResampling().parents(logWeights: logWeights, count: 199, using: RandomStream(seed: UInt64(seed)))
          == Array(0..<98) + [Int](repeating: 98, count: 100) + [99])
    }
  }
}
