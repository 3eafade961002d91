import Estimators
import Foundation
import Randomness
import Testing

@Suite struct MBARStatisticsTests {
  static let states = HarmonicStates(
    centres: [0, 1, 1.8, 2.4], stiffnesses: [1, 2, 4, 6], offsets: [0, -3, 4, 1], counts: [300, 200, 250, 150])

  /// z of an unbiased estimate with a right error: the mean of 200 is within 4/√200 of 0 but for a probability of 6e-5. Of 95 %
  /// intervals 200 hold the truth 190 times, give or take 3.1: 95 ± 3 % is within 1.9 of these; the seed is fixed.
  @Test("over 200 repetitions errors are right: intervals cover, z-scores are unbiased with unit variance")
  func coverage() throws {
    let repetitions = 200
    let pairs = [(0, 1), (1, 2), (2, 3), (0, 3)]
    var scores = [[Double]](repeating: [], count: pairs.count)
    var positionScores: [Double] = []
    for repetition in 0..<repetitions {
      var random = RandomStream(seed: 2024, stream: UInt64(repetition))
      let x = Self.states.samples(&random)
      let mbar = try MBAR(Self.states.potentials(x))
      for (index, (i, j)) in pairs.enumerated() {
        let found = mbar.differences[i, j]
        #expect(found.reason == nil)
        scores[index].append((found.deltaF - Self.states.difference(i, j)) / found.standardError!)
      }
      let mean = try mbar.expectation(of: x, at: 1)
      positionScores.append((mean.value - Self.states.centres[1]) / mean.standardError)
    }
    for z in scores + [positionScores] {
      let n = Double(repetitions)
      let covered = Double(z.count { abs($0) < 1.959964 }) / n
      #expect(abs(covered - 0.95) <= 0.03, "\(covered)")
      let mean = z.reduce(0, +) / n
      #expect(abs(mean) < 4 / n.squareRoot(), "\(mean)")
      let variance = z.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
      #expect(abs(variance - 1) < 4 * (2 / n).squareRoot(), "\(variance)")
    }
  }

  /// Two narrow wells 8 widths apart and 150 kT in offset, then a third: plain iteration crawls, and Newton's method
  /// without line search from f = 0 does not arrive.
  @Test("poor overlap: solved to a small residual where plain iteration and naive Newton fail, and marked as doubtful")
  func poorOverlap() throws {
    let states = HarmonicStates(
      centres: [0, 8, 8.5], stiffnesses: [1, 1.5, 1], offsets: [0, 150, 148], counts: [400, 500, 300])
    var random = RandomStream(seed: 77)
    let potentials = try states.potentials(states.samples(&random))
    let mbar = try MBAR(potentials)
    #expect(mbar.solution.residual < 1e-12 && mbar.solution.remainingStep < 1e-8)
    let found = mbar.differences[0, 1]
    guard case .poorOverlap = found.reason else {
      Issue.record("no warning")
      return
    }
    #expect(mbar.differences[1, 2].reason == nil)
    #expect(abs(found.deltaF - states.difference(0, 1)) < 4 * found.standardError!)

    // What the first two states alone say, by another route.
    let n = potentials.sampleCount
    let (first, second) = (potentials.samples(of: 0), potentials.samples(of: 1))
    let u = potentials.values
    let bar = try BennettAcceptanceRatio.estimate(
      forward: first.map { u[n + $0] - u[$0] }, reverse: second.map { u[$0] - u[n + $0] },
      errorFormula: .maximumLikelihood)
    let samples = Array(first) + Array(second)
    let two = try MBAR(
      ReducedPotentials(values: samples.map { u[$0] } + samples.map { u[n + $0] }, counts: [400, 500]))
    #expect(abs(two.differences[0, 1].deltaF - bar.deltaF) < 1e-8)
    #expect(agree(two.differences[0, 1].standardError, bar.standardError!, 1e-6))

    // Plain self-consistent iteration from zero is not there after a thousand passes.
    let counts = potentials.counts.map(Double.init)
    var f = [0.0, 0, 0]
    for _ in 0..<1000 {
      let denominators = (0..<n).map { i in LogSumExp.of((0..<3).map { log(counts[$0]) + f[$0] - u[$0 * n + i] }) }
      f = (0..<3).map { k in -LogSumExp.of((0..<n).map { -u[k * n + $0] - denominators[$0] }) }
    }
    #expect(abs(f[1] - f[0] - found.deltaF) > 1e-3)

    // Undamped Newton from zero, for the two states: δ = −g/H overshoots until H vanishes.
    var difference = 0.0
    for _ in 0..<50 where difference.isFinite {
      let shares = samples.map { i in 1 / (1 + (counts[0] / counts[1]) * exp(u[n + i] - u[i] - difference)) }
      let gradient = shares.reduce(0, +) - counts[1]
      let curvature = shares.reduce(0) { $0 + $1 * (1 - $1) }
      difference -= gradient / curvature
    }
    #expect(!(abs(difference - bar.deltaF) < 1e-3), "\(difference)")
  }

  @Test("states of one replica exchange, thousands of kT apart, start close enough")
  func temperatures() throws {
    // u_k = β_k U with U = −10⁴ + harmonic in 30 dimensions: f_k = β_k U₀ + 15 ln β_k.
    let betas = [1.0, 0.9, 0.81, 0.73]
    var random = RandomStream(seed: 31)
    let energies = betas.flatMap { beta in
      (0..<500).map { _ in
        -1e4
          + (0..<30).reduce(0.0) { sum, _ in
            let z = random.normal()
            return sum + z * z / (2 * beta)
          }
      }
    }
    let potentials = try ReducedPotentials(
      values: betas.flatMap { beta in energies.map { beta * $0 } }, counts: [500, 500, 500, 500])
    let mbar = try MBAR(potentials)
    #expect(mbar.solution.iterations < 20)
    for k in 1..<4 {
      let exact = (betas[k] - 1) * -1e4 + 15 * log(betas[k])
      let found = mbar.differences[0, k]
      #expect(abs(found.deltaF - exact) < 4 * found.standardError!)
    }
  }
}
