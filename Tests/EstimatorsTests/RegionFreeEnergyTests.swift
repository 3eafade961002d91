import Estimators
import Foundation
import Randomness
import Testing

@Suite struct RegionFreeEnergyTests {
  @Test("Value and error by hand")
  func byHand() throws {
    let found = try RegionFreeEnergy(inside: [true, false, false, true], logWeights: [0, log(2), log(4), -.infinity])
    #expect(abs(found.value - log(6)) < 1e-15)
    #expect(abs(found.probability - 1.0 / 7) < 1e-15)
    // Inside 1/1; outside (4 + 16)/36.
    #expect(abs(found.standardError! - (1 + 20.0 / 36).squareRoot()) < 1e-14)
    #expect(found.reasonForNoError == nil)
    // Equal weights: the binomial error 1/√(N p (1 − p)).
    let plain = try RegionFreeEnergy(inside: (0..<1000).map { $0 < 50 })
    #expect(abs(plain.value - log(19)) < 1e-12)
    #expect(abs(plain.standardError! - 1 / (1000 * 0.05 * 0.95).squareRoot()) < 1e-12)
  }

  @Test("What has no value or no error says why")
  func errors() throws {
    #expect(throws: EstimatorError.oneSided(inside: true)) { try RegionFreeEnergy(inside: [true, true]) }
    #expect(throws: EstimatorError.oneSided(inside: false)) {
      try RegionFreeEnergy(inside: [true, false], logWeights: [-.infinity, 0])
    }
    #expect(throws: EstimatorError.countMismatch(expected: 1, found: 2)) {
      try RegionFreeEnergy(inside: [true, false], logWeights: [0])
    }
    #expect(throws: EstimatorError.countMismatch(expected: 2, found: 1)) {
      try RegionFreeEnergy(inside: [true, false], dependence: .groups([0]))
    }
    #expect(throws: EstimatorError.tooFewSamples(found: 0, needed: 1)) { try RegionFreeEnergy(inside: []) }
    #expect(throws: EstimatorError.notANumber(sample: 1)) {
      try RegionFreeEnergy(angles: [0, .nan], region: CircularRange(from: 0, to: 2))
    }
    let oneGroup = try RegionFreeEnergy(inside: [true, false], dependence: .groups([4, 4]))
    #expect(oneGroup.value == 0 && oneGroup.standardError == nil)
    #expect(oneGroup.reasonForNoError == .tooFewGroups(found: 1, needed: 2))
    let alone = try RegionFreeEnergy(inside: [true, false, false, false], dependence: .groups([7, 7, 8, 9]))
    #expect(alone.standardError == nil && alone.reasonForNoError == .oneGroupHoldsAll(group: 7))
  }

  @Test("The jackknife is that of the definition")
  func jackknife() throws {
    var random = RandomStream(seed: 80)
    let inside = (0..<500).map { _ in random.uniform() < 0.2 }
    let logWeights = (0..<500).map { _ in random.normal() }
    let groups = (0..<500).map { ($0 * $0) % 13 }
    let found = try RegionFreeEnergy(inside: inside, logWeights: logWeights, dependence: .groups(groups))
    let numbers = Set(groups)
    let replicates = try numbers.sorted().map { left in
      let kept = (0..<500).filter { groups[$0] != left }
      return try RegionFreeEnergy(inside: kept.map { inside[$0] }, logWeights: kept.map { logWeights[$0] }).value
    }
    let mean = replicates.reduce(0, +) / Double(numbers.count)
    let squares = replicates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let expected = (Double(numbers.count - 1) / Double(numbers.count) * squares).squareRoot()
    #expect(abs(found.standardError! - expected) < 1e-12)
  }

  /// A proposal of density 2(1 − x) on (0, 1) for a flat target; the region x > 0.9 has p = 0.1. Over R = 400 runs, z has
  /// mean 0 within 5/√R and mean square 1 within 5 √(2/R) = 0.35: each fails with probability 6e-7. The tail of w is
  /// heavy but square integrable up to a logarithm on x < 0.999, which is where draws are.
  @Test("Errors of weighted independent samples cover, p = 0.1")
  func coverageOfIndependentSamples() throws {
    let root = RandomStream(seed: 81)
    let z = try (0..<400).map { run in
      var random = root.child(run)
      // Density a + 2 (1 − a)(1 − x), a = ½: weights between ⅔ and 2.
      let x = (0..<2000).map { _ in
        random.uniform() < 0.5 ? random.uniform() : 1 - random.uniform().squareRoot()
      }
      let found = try RegionFreeEnergy(inside: x.map { $0 > 0.9 }, logWeights: x.map { -log(1.5 - $0) })
      return (found.value - log(9)) / found.standardError!
    }
    #expect(abs(z.reduce(0, +) / 400) < 5.0 / 20)
    #expect(abs(z.reduce(0) { $0 + $1 * $1 } / 400 - 1) < 0.35)
  }

  /// Walkers of a two-state chain with p = 0.2 and a correlation time of ten steps, weighted by nothing. The jackknife over
  /// G = 30 walkers gives z of a t distribution of 29 degrees: its mean square is 29/27 = 1.07 and that has an error of
  /// about √(2.6/R) = 0.08 (R = 400), the delta method for independent samples is wrong by the root of the inefficiency.
  @Test("Errors of correlated samples cover when walkers are the groups, and only then")
  func coverageOfCorrelatedSamples() throws {
    let root = RandomStream(seed: 82)
    var (grouped, naive): ([Double], [Double]) = ([], [])
    for run in 0..<400 {
      var random = root.child(run)
      var inside: [Bool] = []
      var groups: [Int] = []
      for walker in 0..<30 {
        var state = random.uniform() < 0.2
        for _ in 0..<200 {
          if random.uniform() < 0.1 { state = random.uniform() < 0.2 }
          inside.append(state)
          groups.append(walker)
        }
      }
      let byWalker = try RegionFreeEnergy(inside: inside, dependence: .groups(groups))
      grouped.append((byWalker.value - log(4)) / byWalker.standardError!)
      let independent = try RegionFreeEnergy(inside: inside)
      naive.append((independent.value - log(4)) / independent.standardError!)
    }
    #expect(abs(grouped.reduce(0, +) / 400) < 5.0 / 20)
    #expect(abs(grouped.reduce(0) { $0 + $1 * $1 } / 400 - 1.07) < 5 * 0.08)
    // Statistical inefficiency (1 + 0.9)/(1 − 0.9) = 19, a little less for finite walkers.
    #expect(naive.reduce(0) { $0 + $1 * $1 } / 400 > 10)
  }

  @Test("Arcs of the circle, across π and around")
  func circularRanges() {
    let arc = CircularRange(from: 3, to: -3)
    #expect(arc.contains(.pi) && arc.contains(-.pi) && arc.contains(3) && arc.contains(3.1 + 2 * .pi))
    #expect(!arc.contains(-3) && !arc.contains(0) && !arc.contains(2.9))
    let phi = CircularRange(from: 0, to: 2)
    #expect(phi.contains(1) && phi.contains(1 - 4 * .pi) && !phi.contains(-1) && !phi.contains(2.5))
    #expect(CircularRange(from: 0, to: 2 * .pi).contains(5))
  }

  @Test("ΔF(φ) over a histogram moves the bounds to bins: 2 rad becomes 32 bins of 2π/100")
  func binnedAngles() throws {
    let region = CircularRange(from: 0, to: 2)
    let angles = [-1, 0.5, 2.005, 2.02, -3]
    let exact = try RegionFreeEnergy(angles: angles, region: region)
    let binned = try RegionFreeEnergy(angles: angles, region: region, bins: 100)
    #expect(abs(exact.value - log(4)) < 1e-15)
    #expect(abs(binned.value - log(1.5)) < 1e-15)
    let clash = try RegionFreeEnergy(angles: [.nan, 1, 3], region: region, logWeights: [-.infinity, 0, 0])
    #expect(clash.value == 0)
  }
}
