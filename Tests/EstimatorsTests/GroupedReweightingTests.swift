import Foundation
import Randomness
import Testing

@testable import Estimators

@Suite struct GroupedReweightingTests {
  /// Three harmonic states u_k = ½ κ_k (x − c_k)², of `groups` independent groups with `count` samples of each state.
  struct Harmonics {
    static let stiffness = [1.0, 2.5, 0.8]
    static let center = [0.0, 1.2, 2.5]
    var x: [Double] = []
    var groups: [Int] = []
    /// `[3][N]`
    let values: [Double]
    let counts: [Int]

    init(groups: Int, count: Int, random: inout RandomStream) {
      for k in 0..<3 {
        for group in 0..<groups {
          // What the samples of a group have in common makes them correlated: 0.4 of the variance.
          let shared = 0.4.squareRoot() * random.normal()
          for _ in 0..<count {
            let noise = 0.6.squareRoot() * random.normal() + shared
            x.append(Self.center[k] + noise / Self.stiffness[k].squareRoot())
            self.groups.append(group)
          }
        }
      }
      let all = x
      values = (0..<3).flatMap { k in all.map { Self.u($0, k) } }
      counts = [Int](repeating: groups * count, count: 3)
    }

    static func u(_ x: Double, _ k: Int) -> Double { 0.5 * stiffness[k] * (x - center[k]) * (x - center[k]) }
  }

  /// u of a target that no state samples: ½ 1.5 (x − 0.7)², so that P(x > 1) is known.
  static func target(_ x: Double) -> Double { 0.75 * (x - 0.7) * (x - 0.7) }

  @Test("Jackknife errors of ΔF cover the exact value in 95 % of repetitions")
  func coverage() throws {
    let p = 0.5 * erfc(0.3 * 1.5.squareRoot() / 2.0.squareRoot())
    let exact = -log(p / (1 - p))
    // 300 repetitions: the share within two errors is 95 ± 1.3 %; outside [0.91, 0.985] by chance in 10⁻³.
    var within = 0
    var scores: [Double] = []
    for repetition in 0..<300 {
      var random = RandomStream(seed: 41).child(repetition)
      let states = Harmonics(groups: 20, count: 12, random: &random)
      let reweighting = try GroupedReweighting(
        values: states.values, counts: states.counts, target: states.x.map(Self.target), groups: states.groups)
      #expect(reweighting.leaveOneOut.count == 20)
      let found = reweighting.estimate { weights in
        (try? RegionFreeEnergy(inside: states.x.map { $0 > 1 }, logWeights: weights))?.value
      }
      let z = (try #require(found.value) - exact) / (try #require(found.standardError))
      scores.append(z)
      if abs(z) < 2 { within += 1 }
    }
    #expect(within > 273 && within < 296, "\(within) of 300")
    let mean = scores.reduce(0, +) / 300
    #expect(abs(mean) < 4 / 300.0.squareRoot(), "mean z \(mean)")
  }

  @Test("Samples left out have no weight, and the rest are MBAR's of the rest")
  func leaveOneOut() throws {
    var random = RandomStream(seed: 42)
    let states = Harmonics(groups: 4, count: 30, random: &random)
    let target = states.x.map(Self.target)
    let all = try GroupedReweighting(
      values: states.values, counts: states.counts, target: target, groups: states.groups)
    #expect(abs(LogSumExp.of(all.logWeights)) < 1e-10)
    for (left, weights) in all.leaveOneOut.enumerated() {
      for (n, group) in states.groups.enumerated() { #expect((weights[n] == -.infinity) == (group == left)) }
      #expect(abs(LogSumExp.of(weights)) < 1e-10)
    }
    let direct = try MBAR(ReducedPotentials(values: states.values, counts: states.counts)).logWeights(
      reducedPotential: target)
    #expect(zip(direct, all.logWeights).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test("One state needs no MBAR; its weights are ratios of densities")
  func oneState() throws {
    let x = [0.1, 0.9, -0.4, 2.0]
    let u = x.map { 0.5 * $0 * $0 }
    let found = try GroupedReweighting(
      values: u, counts: [4], target: x.map(Self.target), groups: [0, 0, 1, 1])
    #expect(found.mbar == nil && found.leaveOneOut.count == 2)
    let difference = found.logWeights[1] - found.logWeights[0]
    #expect(abs(difference - ((u[1] - Self.target(0.9)) - (u[0] - Self.target(0.1)))) < 1e-12)
    let single = try GroupedReweighting(values: u, counts: [4], target: u, groups: [7, 7, 7, 7])
    #expect(single.leaveOneOut.isEmpty)
    #expect(single.estimate { _ in 1 }.standardError == nil)
    #expect(throws: EstimatorError.countMismatch(expected: 4, found: 3)) {
      try GroupedReweighting(values: u, counts: [4], target: [0, 0, 0], groups: [0, 0, 1, 1])
    }
  }
}
