import Estimators
import Foundation
import Randomness
import Testing

@Suite struct TimeSeriesTests {
  typealias Golden = TimeSeriesGoldenValues
  static let fast = GoldenGenerator.series(seed: 2, count: 1000, memory: 0.5)
  static let slow = GoldenGenerator.series(seed: 3, count: 3000, memory: 0.95)

  @Test("autocorrelation and statistical inefficiency equal pymbar's")
  func singleSeries() throws {
    let correlation = try Autocorrelation(of: Self.fast)
    #expect(agree(Array(correlation.values.prefix(20)), Golden.correlation, 1e-12))
    #expect(correlation.values.count == 1000)
    #expect(agree(try StatisticalInefficiency(of: Self.fast).value, Golden.fast, 1e-10))
    let slow = try StatisticalInefficiency(of: Self.slow)
    #expect(agree(slow.value, Golden.slow, 1e-10))
    #expect(slow.independentIndices(length: 3000) == Golden.independentIndices.map { Int($0) })
    // Anticorrelated: never below 1.
    let anti = GoldenGenerator.series(seed: 4, count: 500, memory: -0.6)
    #expect(try StatisticalInefficiency(of: anti).value == Golden.anti)
  }

  @Test("several series are pooled around their common mean, as pymbar does")
  func pooledSeries() throws {
    let several = [400, 700, 1000].enumerated().map { i, count in
      GoldenGenerator.series(seed: UInt64(5 + i), count: count, memory: 0.8).map { $0 + Double(i) / 2 }
    }
    let correlation = try Autocorrelation(ofIndependent: several)
    #expect(agree(Array(correlation.values[1...20]), Golden.pooledCorrelation, 1e-12))
    #expect(agree(try StatisticalInefficiency(ofIndependent: several).value, Golden.pooled, 1e-10))
  }

  @Test("the autocorrelation by Fourier transforms is the sum it stands for", arguments: [2, 3, 17, 64, 101])
  func definition(count: Int) throws {
    let a = GoldenGenerator.series(seed: 8, count: count, memory: 0.3)
    let found = try Autocorrelation(of: a)
    let mean = a.reduce(0, +) / Double(count)
    let variance = a.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    for t in 0..<count {
      let sum = (0..<count - t).reduce(0.0) { $0 + (a[$1] - mean) * (a[$1 + t] - mean) }
      #expect(agree(found.values[t], sum / Double(count - t) / variance, 1e-11))
    }
  }

  @Test("equilibration ends where pymbar says, and the slow start is left out")
  func equilibration() throws {
    let relaxing = GoldenGenerator.series(seed: 9, count: 1200, memory: 0.7).enumerated().map { n, value in
      value + 15 * exp(-Double(n) / 40)
    }
    let found = try Equilibration(of: relaxing, stride: 7)
    #expect(Double(found.start) == Golden.equilibrationStart)
    // pymbar keeps single precision here.
    #expect(agree(found.inefficiency, Golden.equilibrationInefficiency, 1e-6))
    #expect(agree(found.effectiveCount, Double(1200 - found.start) / found.inefficiency, 1e-12))
    // A stationary series keeps nearly everything.
    #expect(try Equilibration(of: Self.fast).start < 100)
    // A start and then a constant: the constant counts as one value.
    let frozen = Self.fast.prefix(50) + [Double](repeating: 3, count: 200)
    #expect(try Equilibration(of: Array(frozen)).effectiveCount >= 1)
  }

  /// vₙ = φ vₙ₋₁ + ε: g = (1 + φ)/(1 − φ). Over 300 series the mean's z-scores have variance 1 within 4 √(2/300), so a
  /// correct error fails with probability 1e-4 for each of the two estimators; their small bias takes some of that.
  @Test("errors of the mean of an autoregressive series, by g and by blocks, are those seen over repetitions")
  func errorsOfTheMean() throws {
    let phi = 0.6
    let count = 8192
    var scores: [Double] = []
    var blockScores: [Double] = []
    var inefficiencies: [Double] = []
    for repetition in 0..<300 {
      var random = RandomStream(seed: 11, stream: UInt64(repetition))
      var value = random.normal() / (1 - phi * phi).squareRoot()
      let series = (0..<count).map { _ in
        value = phi * value + random.normal()
        return value
      }
      let mean = try CorrelatedMean(of: series)
      scores.append(mean.value / mean.standardError!)
      inefficiencies.append(mean.inefficiency.value)
      let blocks = try BlockAverage(of: series)
      #expect(agree(blocks.mean, mean.value, 1e-12))
      blockScores.append(mean.value / blocks.standardError!)
    }
    func variance(_ z: [Double]) -> Double { z.reduce(0) { $0 + $1 * $1 } / Double(z.count) }
    let bound = 4 * (2.0 / 300).squareRoot()
    #expect(abs(variance(scores) - 1) < bound)
    #expect(abs(variance(blockScores) - 1) < bound)
    let g = inefficiencies.reduce(0, +) / 300
    #expect(abs(g - 4) < 0.15)
  }

  @Test("blocks: independent values are at the plateau at once, one long drift never is")
  func plateau() throws {
    var random = RandomStream(seed: 3)
    let noise = try BlockAverage(of: random.normals(4096))
    #expect(noise.levels.map(\.blockLength) == (0..<12).map { 1 << $0 })
    #expect(noise.levels.last?.blockCount == 2)
    let naive = noise.levels[0].standardError
    #expect(abs(noise.standardError! / naive - 1) < 0.25)
    let drift = try BlockAverage(of: (0..<4096).map(Double.init))
    #expect(drift.plateau == nil && drift.standardError == nil)
  }

  @Test("what has no correlation says why")
  func errors() {
    #expect(throws: EstimatorError.tooFewSamples(found: 1, needed: 2)) { try Autocorrelation(of: [1]) }
    #expect(throws: EstimatorError.notANumber(sample: 2)) { try Autocorrelation(of: [1, 2, .nan]) }
    #expect(throws: EstimatorError.constantSeries(samples: 9)) {
      try StatisticalInefficiency(of: [Double](repeating: 0.1, count: 9))
    }
    #expect(throws: EstimatorError.constantSeries(samples: 5)) {
      try BlockAverage(of: [Double](repeating: 0.1, count: 5))
    }
    #expect(throws: EstimatorError.constantSeries(samples: 5)) {
      try Equilibration(of: [Double](repeating: 0.1, count: 5))
    }
  }

  @Test("a series no longer than one correlation time has a mean and no error")
  func tooShort() throws {
    let mean = try CorrelatedMean(of: [0, 1, 2, 3, 4, 5, 6])
    #expect(mean.value == 3)
    #expect(mean.effectiveCount >= 1 || mean.standardError == nil)
  }
}
