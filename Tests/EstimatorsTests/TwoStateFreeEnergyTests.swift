import Estimators
import Foundation
import Randomness
import Testing

@Suite struct TwoStateFreeEnergyTests {
  typealias Golden = FreeEnergyGoldenValues

  /// Works between states 1 and 3 of the golden oscillators.
  static let works: (forward: [Double], reverse: [Double]) = {
    let states = HarmonicStates.golden
    let x = states.goldenSamples
    return (
      x[200..<500].map { states.energy(3, $0) - states.energy(1, $0) },
      x[500..<750].map { states.energy(1, $0) - states.energy(3, $0) }
    )
  }()

  @Test("exponential averaging equals pymbar's in both directions")
  func exponentialAveraging() throws {
    let forward = try ExponentialAveraging.forward(Self.works.forward)
    #expect(agree(forward.deltaF, Golden.forward, 1e-12) && agree(forward.standardError, Golden.forwardError, 1e-10))
    let reverse = try ExponentialAveraging.reverse(Self.works.reverse)
    #expect(agree(reverse.deltaF, Golden.reverse, 1e-12) && agree(reverse.standardError, Golden.reverseError, 1e-10))
    #expect(forward.overlap == nil && forward.effectiveSamples < 300)
  }

  @Test("BAR, both of its errors and its overlap equal pymbar's")
  func bar() throws {
    let (forward, reverse) = Self.works
    let bennett = try BennettAcceptanceRatio.estimate(forward: forward, reverse: reverse)
    #expect(agree(bennett.deltaF, Golden.bar, 1e-11) && agree(bennett.standardError, Golden.barError, 1e-10))
    let likelihood = try BennettAcceptanceRatio.estimate(
      forward: forward, reverse: reverse, errorFormula: .maximumLikelihood)
    #expect(agree(likelihood.standardError, Golden.barLikelihoodError, 1e-10))
    #expect(agree(bennett.overlap, Golden.barOverlap, 1e-10) && bennett.reason == nil)
  }

  @Test("BAR is MBAR with two states")
  func barIsMBAR() throws {
    let (forward, reverse) = Self.works
    let bar = try BennettAcceptanceRatio.estimate(
      forward: forward, reverse: reverse, errorFormula: .maximumLikelihood)
    let zeros = [Double](repeating: 0, count: 300)
    let u = zeros + reverse + forward + [Double](repeating: 0, count: 250)
    let mbar = try MBAR(ReducedPotentials(values: u, counts: [300, 250])).differences[0, 1]
    #expect(agree(mbar.deltaF, bar.deltaF, 1e-12) && agree(mbar.standardError, bar.standardError!, 1e-11))
    #expect(agree(mbar.overlap, bar.overlap!, 1e-11) && agree(mbar.effectiveSamples, bar.effectiveSamples, 1e-11))
  }

  @Test("works from state 0 alone: exponential averaging is MBAR with one sampled state")
  func exponentialAveragingIsMBAR() throws {
    let forward = Self.works.forward
    let one = try ExponentialAveraging.forward(forward)
    let potentials = try ReducedPotentials(values: [Double](repeating: 0, count: 300) + forward, counts: [300, 0])
    let mbar = try MBAR(potentials).differences[0, 1]
    #expect(agree(mbar.deltaF, one.deltaF, 1e-12) && agree(mbar.standardError, one.standardError!, 1e-11))
  }

  @Test("BAR turned around changes sign only; a constant work is exact")
  func symmetry() throws {
    let (forward, reverse) = Self.works
    let there = try BennettAcceptanceRatio.estimate(forward: forward, reverse: reverse)
    let back = try BennettAcceptanceRatio.estimate(forward: reverse, reverse: forward)
    #expect(agree(back.deltaF, -there.deltaF, 1e-12) && agree(back.standardError, there.standardError!, 1e-12))
    let exact = try BennettAcceptanceRatio.estimate(forward: [1234, 1234], reverse: [-1234, -1234, -1234])
    #expect(agree(exact.deltaF, 1234, 1e-14) && exact.standardError! < 1e-7 && agree(exact.overlap, 1, 1e-12))
  }

  @Test("works hundreds of kT apart, some infinite, have a root and a warning")
  func poorOverlap() throws {
    let found = try BennettAcceptanceRatio.estimate(forward: [900, 950, .infinity], reverse: [-300, -280])
    #expect(found.deltaF > 250 && found.deltaF < 950)
    guard case .poorOverlap = found.reason else {
      Issue.record("no warning")
      return
    }
    // Weights (i/500)⁻²: the tail of a Pareto distribution with k = 2.
    let heavy = try ExponentialAveraging.forward((1...500).map { 2 * log(Double($0) / 500) })
    guard case .heavyTail = heavy.reason else {
      Issue.record("no warning")
      return
    }
  }

  @Test("bootstrap errors are near the asymptotic ones")
  func bootstrap() throws {
    var random = RandomStream(seed: 4)
    let (forward, reverse) = Self.works
    let bar = try BennettAcceptanceRatio.estimate(
      forward: forward, reverse: reverse, bootstrap: Bootstrap(resamples: 400), random: &random)
    #expect(abs(bar.bootstrapStandardError! / bar.standardError! - 1) < 0.25)
    #expect(bar.bootstrapInterval!.contains(bar.deltaF))
    let one = try ExponentialAveraging.reverse(reverse, bootstrap: Bootstrap(resamples: 400), random: &random)
    #expect(abs(one.bootstrapStandardError! / one.standardError! - 1) < 0.25)
    #expect(one.bootstrapInterval!.contains(one.deltaF))
  }

  @Test("no estimate without a reason")
  func errors() {
    #expect(throws: EstimatorError.tooFewSamples(found: 0, needed: 1)) {
      try BennettAcceptanceRatio.estimate(forward: [], reverse: [1])
    }
    #expect(throws: EstimatorError.notANumber(sample: 1)) {
      try BennettAcceptanceRatio.estimate(forward: [1, .nan], reverse: [1])
    }
    #expect(throws: EstimatorError.infiniteWeight(sample: 0)) { try ExponentialAveraging.forward([-.infinity]) }
    #expect(throws: EstimatorError.allWeightsZero(samples: 2)) {
      try ExponentialAveraging.reverse([.infinity, .infinity])
    }
  }
}
