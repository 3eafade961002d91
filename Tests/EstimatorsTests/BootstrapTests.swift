import Estimators
import Foundation
import Randomness
import Testing

@Suite struct BootstrapTests {
  /// The variance over B resamples is known to √(2/B), so the error to 1/√(2B) = 1.6 % for B = 2000: 4 of these.
  @Test("the bootstrap error of a mean is its standard error")
  func errorOfAMean() throws {
    var random = RandomStream(seed: 5)
    let values = (0..<400).map { _ in random.exponential() }
    let mean = values.reduce(0, +) / 400
    let expected = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 400 / 400).squareRoot()
    let found = try Bootstrap(resamples: 2000).estimate(strata: [400], random: &random) { units in
      units.reduce(0) { $0 + values[$1] } / 400
    }
    #expect(abs(found.standardError / expected - 1) < 0.065)
    #expect(found.succeeded == 2000)
    #expect(found.interval.lowerBound < mean && mean < found.interval.upperBound)
    #expect(abs((found.interval.upperBound - found.interval.lowerBound) / (2 * 1.96 * expected) - 1) < 0.15)
  }

  @Test("same seed, same numbers, for any number of threads")
  func threads() throws {
    let values = (0..<50).map { sin(Double($0)) }
    func estimate(_ threads: Int) throws -> Bootstrap.Estimate {
      var random = RandomStream(seed: 6)
      return try Bootstrap(resamples: 101).estimate(strata: [20, 30], random: &random, threads: threads) { units in
        units.reduce(0) { $0 + values[$1] }
      }
    }
    let one = try estimate(1)
    #expect(try estimate(2) == one)
    #expect(try estimate(7) == one)
    var random = RandomStream(seed: 6)
    _ = random.next()
    let later = try Bootstrap(resamples: 101).estimate(strata: [20, 30], random: &random) { units in
      units.reduce(0) { $0 + values[$1] }
    }
    #expect(later != one)
  }

  @Test("each stratum keeps its number of units; failed resamples are counted")
  func strata() throws {
    var random = RandomStream(seed: 7)
    let found = try Bootstrap(resamples: 200).estimate(strata: [3, 0, 5], random: &random) {
      units throws(EstimatorError) in
      #expect(units.count == 8 && units.count { $0 < 3 } == 3 && units.max()! < 8)
      if Set(units.prefix(3)).count == 1 { throw .constantSeries(samples: 3) }
      return Double(units[0])
    }
    // Probability 1/9 of a failure: 22 of 200, give or take 4.4; 5 of these.
    #expect(found.succeeded > 156 && found.succeeded < 200)
    #expect(throws: EstimatorError.tooFewSamples(found: 1, needed: 2)) {
      try Bootstrap().estimate(strata: [1, 1], random: &random) { Double($0.count) }
    }
  }
}
