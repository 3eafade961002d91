import Energies
import Estimators
import Foundation
import MolFlow
import Randomness
import Sampling
import Testing

@Suite struct StratifiedProposalTests {
  /// An angle, and a normal number that shifts the place where the rare arc begins.
  static let base = StandardLatents(isPeriodic: [true, false])
  static let shares = (0..<20).map { $0 < 3 ? 5.0 : 1 }

  static func isRare(_ x: Configurations, _ sample: Int) -> Bool { x[sample, 0] < -2.7 + 0.15 * x[sample, 1] }

  @Test("Densities are those of the draws, and sum to 1")
  func densities() throws {
    let proposal = StratifiedProposal(Self.base, coordinate: 0, shares: Self.shares, groupSize: 100)
    let (x, logQ) = try proposal.draw(0..<4000, from: RandomStream(seed: 9))
    #expect(try proposal.logDensities(of: x) == logQ)
    // Mean of 1/q over the draws is the volume; the normal coordinate's part has no volume, so it is divided out.
    let normal = { (v: Double) in -0.5 * log(2 * Double.pi) - 0.5 * v * v }
    let volumes = (0..<4000).map { exp(normal(x[$0, 1]) - logQ[$0]) }
    let mean = try WeightedMean(
      of: volumes, weights: LogWeights([Double](repeating: 0, count: 4000)), dependence: proposal.dependence)
    #expect(abs(mean.value - 2 * Double.pi) < 4.5 * mean.standardError! + 1e-9, "\(mean)")
    // The same draws for any range.
    let part = try proposal.draw(130..<270, from: RandomStream(seed: 9))
    #expect(part.x.coordinates == x.slice(130..<270).coordinates && part.logQ == Array(logQ[130..<270]))
  }

  @Test("Every stratum of a group has two draws, one after the other")
  func strata() throws {
    let proposal = StratifiedProposal(Self.base, coordinate: 0, groupSize: 100)
    let x = try proposal.draw(0..<300, from: RandomStream(seed: 4)).x
    for group in 0..<3 {
      let strata = (0..<100).map { Int(((x[100 * group + $0, 0] + Double.pi) / (2 * Double.pi) * 50).rounded(.down)) }
      #expect((0..<50).allSatisfy { strata[2 * $0] == strata[2 * $0 + 1] })
      #expect(Set(strata).count == 50)
    }
  }

  /// The rare arc has a share of 0.07. Over 400 seeds the width of z is known to 3.5 %; independent errors would be three
  /// times too large.
  @Test("Errors from pairs are right, and smaller than those of independent draws", arguments: [2000, 1930])
  func errors(samples: Int) throws {
    let exact = (Double.pi - 2.7) / (2 * Double.pi)
    let proposal = StratifiedProposal(Self.base, coordinate: 0, shares: Self.shares, groupSize: 200)
    var z: [Double] = []
    var ratio = 0.0
    for seed in 0..<400 {
      let (x, logQ) = try proposal.draw(0..<samples, from: RandomStream(seed: 500 + UInt64(seed)))
      let weights = try LogWeights(zip(Self.base.logDensities(of: x), logQ).map { $0 - $1 })
      let inside = (0..<samples).map { Self.isRare(x, $0) ? 1.0 : 0 }
      let mean = try WeightedMean(of: inside, weights: weights, dependence: proposal.dependence)
      z.append((mean.value - exact) / mean.standardError!)
      ratio += try WeightedMean(of: inside, weights: weights).standardError! / mean.standardError! / 400
      let region = try RegionFreeEnergy(
        inside: inside.map { $0 == 1 }, logWeights: weights.values, dependence: proposal.dependence)
      #expect(abs(region.standardError! * mean.value * (1 - mean.value) - mean.standardError!) < 1e-9)
    }
    let mean = z.reduce(0, +) / 400
    let width = (z.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399).squareRoot()
    #expect(abs(mean) * 20 < 4.5, "mean z \(mean)")
    // A last group that is not whole makes errors larger than need be.
    #expect(width < 1.17 && width > (samples % 200 == 0 ? 0.85 : 0.6), "width \(width)")
    #expect(ratio > 1.3, "independent errors over those of pairs: \(ratio)")
  }

  @Test("Bootstrap bands hold the truth as often as they say", arguments: [true, false])
  func bands(isStratified: Bool) throws {
    let axis = HistogramAxis.circular(bins: 12)
    var held = 0, all = 0
    for seed in 0..<150 {
      let proposal: any DifferentiableProposal =
        isStratified ? StratifiedProposal(Self.base, coordinate: 0, shares: Self.shares, groupSize: 200) : Self.base
      let (x, logQ) = try proposal.draw(0..<2000, from: RandomStream(seed: 900 + UInt64(seed)))
      // p ∝ (1 + 0.9 cos(φ − 1)) exp(0.3 v): φ and v independent, v away from the base.
      let logWeights = (0..<2000).map { sample in
        log(1 + 0.9 * cos(x[sample, 0] - 1)) - 0.5 * pow(x[sample, 1] - 0.3, 2) - 0.5 * log(2 * Double.pi)
          - logQ[sample]
      }
      let angles = x.column(0)
      let profile = try FreeEnergyProfile(
        of: angles, axis: axis, logWeights: logWeights, dependence: proposal.dependence)
      var random = RandomStream(seed: UInt64(seed))
      let bands = try FreeEnergyBands(
        of: profile, coordinate: angles, logWeights: logWeights, dependence: proposal.dependence, random: &random)
      func mass(_ bin: Int) -> Double {
        let (a, b) = (axis.centers[bin] - axis.binWidth / 2, axis.centers[bin] + axis.binWidth / 2)
        return b - a + 0.9 * (sin(b - 1) - sin(a - 1))
      }
      let deepest = profile.values.firstIndex(of: 0)!
      for bin in 0..<12 where bin != deepest {
        let exact = log(mass(deepest) / mass(bin))
        all += 1
        if let low = bands.lower[bin], let high = bands.upper[bin], low <= exact, exact <= high { held += 1 }
      }
    }
    // 1650 bands that share samples: their coverage is known to about one in a hundred.
    let coverage = Double(held) / Double(all)
    #expect(coverage > 0.915 && coverage < 0.98, "\(coverage)")
  }
}
