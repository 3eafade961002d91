import Estimators
import Foundation
import Randomness
import Testing

@Suite struct FreeEnergySurfaceTests {
  @Test("Bins of lines and circles")
  func axes() {
    let line = HistogramAxis.linear(-1...1, bins: 4)
    #expect([-1.1, -1, -0.5, 0.49, 1, 1.1, .nan].map { line.bin(of: $0) } == [nil, 0, 1, 2, 3, nil, nil])
    #expect(line.centers == [-0.75, -0.25, 0.25, 0.75] && line.binWidth == 0.5)
    let circle = HistogramAxis.circular(bins: 4)
    #expect([-3.1, -1, 1, 3.1, 3.2, 1 - 2 * .pi, .infinity].map { circle.bin(of: $0) } == [0, 1, 2, 3, 0, 2, nil])
    #expect(HistogramAxis.circular(start: 0, bins: 2).bin(of: -0.1) == 1)
  }

  @Test("A profile by hand: weights, an empty bin, weight outside")
  func profile() throws {
    let found = try FreeEnergyProfile(
      of: [0.5, 0.6, 1.5, 3.5, 9, .nan], axis: .linear(0...4, bins: 4),
      logWeights: [0, 0, log(4), log(1), log(3), -.infinity])
    #expect(abs(found.values[0]! - log(2)) < 1e-14)
    #expect(found.values[1] == 0 && found.values[2] == nil && abs(found.values[3]! - log(4)) < 1e-14)
    #expect(abs(found.shareOutside - 0.3) < 1e-14)
    #expect(zip(found.probabilities, [2 / 7.0, 4 / 7.0, 0, 1 / 7.0]).allSatisfy { abs($0 - $1) < 1e-15 })
    // Σ w²/m² of the bin and of the deepest.
    #expect(abs(found.standardErrors[0]! - (0.5 + 1.0).squareRoot()) < 1e-14)
    #expect(found.standardErrors[1] == 0 && found.standardErrors[2] == nil)
    #expect(abs(found.standardErrors[3]! - 2.0.squareRoot()) < 1e-14)
    #expect(found.reasonForNoErrors == nil)
  }

  @Test("The jackknife is that of the definition, bin by bin, in one and two dimensions")
  func jackknife() throws {
    var random = RandomStream(seed: 90)
    let x = (0..<3000).map { _ in random.vonMises(concentration: 1) }
    let y = (0..<3000).map { _ in random.normal() }
    let logWeights = (0..<3000).map { _ in 0.5 * random.normal() }
    let groups = (0..<3000).map { ($0 / 7) % 11 }
    let (circle, line) = (HistogramAxis.circular(bins: 5), HistogramAxis.linear(-2...2, bins: 4))
    let profile = try FreeEnergyProfile(of: x, axis: circle, logWeights: logWeights, dependence: .groups(groups))
    let surface = try FreeEnergySurface(
      x: x, y: y, xAxis: circle, yAxis: line, logWeights: logWeights, dependence: .groups(groups))
    #expect(surface[3, 2] == surface.values[14])

    func replicates(_ values: (_ kept: [Int]) throws -> [Double?], deepest: Int) rethrows -> [[Double]] {
      try (0..<11).map { left in
        let found = try values((0..<3000).filter { groups[$0] != left })
        return found.map { $0! - found[deepest]! }
      }
    }
    func expected(_ replicates: [[Double]], _ bin: Int) -> Double {
      let mean = replicates.reduce(0) { $0 + $1[bin] } / 11
      return (10.0 / 11 * replicates.reduce(0) { $0 + ($1[bin] - mean) * ($1[bin] - mean) }).squareRoot()
    }
    let one = try replicates(
      { kept in
        try FreeEnergyProfile(of: kept.map { x[$0] }, axis: circle, logWeights: kept.map { logWeights[$0] }).values
      }, deepest: profile.values.firstIndex(of: 0)!)
    for bin in 0..<5 { #expect(abs(profile.standardErrors[bin]! - expected(one, bin)) < 1e-12) }
    let two = try replicates(
      { kept in
        try FreeEnergySurface(
          x: kept.map { x[$0] }, y: kept.map { y[$0] }, xAxis: circle, yAxis: line,
          logWeights: kept.map { logWeights[$0] }
        ).values
      }, deepest: surface.values.firstIndex(of: 0)!)
    for bin in 0..<20 { #expect(abs(surface.standardErrors[bin]! - expected(two, bin)) < 1e-12) }
  }

  /// Asymmetric double well p ∝ exp(−u) sampled exactly: bin masses 0.6, 0.1, 0.3. Over R = 400 runs the mean square of z
  /// is 1 within 5 √(2/R) = 0.35 (6e-7).
  @Test("Errors of a profile cover")
  func coverage() throws {
    let root = RandomStream(seed: 91)
    var (low, high) = (0.0, 0.0)
    for run in 0..<400 {
      var random = root.child(run)
      let bins = (0..<1000).map { _ in Double(random.categorical(cumulativeWeights: [0.6, 0.7, 1])) + 0.5 }
      let found = try FreeEnergyProfile(of: bins, axis: .linear(0...3, bins: 3))
      let z = (found.values[1]! - log(6)) / found.standardErrors[1]!
      let t = (found.values[2]! - log(2)) / found.standardErrors[2]!
      low += z * z / 400
      high += t * t / 400
    }
    #expect(abs(low - 1) < 0.35 && abs(high - 1) < 0.35)
  }

  @Test("What has no value or no error says why")
  func errors() throws {
    let axis = HistogramAxis.linear(0...2, bins: 2)
    #expect(throws: EstimatorError.emptyHistogram(samples: 2)) { try FreeEnergyProfile(of: [5, 6], axis: axis) }
    #expect(throws: EstimatorError.countMismatch(expected: 2, found: 1)) {
      try FreeEnergyProfile(of: [0, 1], axis: axis, dependence: .groups([1]))
    }
    #expect(throws: EstimatorError.countMismatch(expected: 2, found: 1)) {
      try FreeEnergySurface(x: [0, 1], y: [1], xAxis: axis, yAxis: axis)
    }
    #expect(throws: EstimatorError.notANumber(sample: 1)) { try FreeEnergyProfile(of: [1, .nan], axis: axis) }
    let single = try FreeEnergyProfile(of: [0.5, 1.5], axis: axis, dependence: .groups([3, 3]))
    #expect(single.standardErrors == [nil, nil] && single.reasonForNoErrors == .tooFewGroups(found: 1, needed: 2))
    let alone = try FreeEnergyProfile(of: [0.5, 0.6, 1.5], axis: axis, dependence: .groups([3, 3, 4]))
    #expect(alone.standardErrors == [nil, nil] && alone.reasonForNoErrors == .oneGroupHoldsAll(group: 3))
    let rare = try FreeEnergyProfile(of: [0.5, 0.6, 1.5, 0.7], axis: axis, dependence: .groups([3, 4, 4, 3]))
    #expect(rare.standardErrors[1] == nil && rare.standardErrors[0] == 0 && rare.reasonForNoErrors == nil)
  }
}
