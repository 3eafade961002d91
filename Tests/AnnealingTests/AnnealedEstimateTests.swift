import Energies
import Estimators
import Foundation
import Randomness
import Sampling
import Testing

/// Errors are right, not only small: against the scatter of independent runs.
@Suite struct AnnealedEstimateTests {
  static let model = AsymmetricDoubleWell(dimension: 1, a: 1, b: 3, c: 0.7)
  static let target = density(of: model)
  static let proposal = NormalProposal(dimension: 1, width: 2)
  static let runs = 400

  static func run(_ resampling: any Resampling, particles: Int, islands: Int, seed: UInt64) throws -> [AnnealedSamples]
  {
    let sampler = SequentialMonteCarlo(
      kernel: RandomWalkMetropolis(stepSize: 0.8), ladder: .fixed(try AnnealingSchedule([0.1, 0.25, 0.45, 0.7, 1])),
      stepsPerLevel: 2, resampling: resampling, resamplingThreshold: 0.9, islands: islands)
    return try (0..<runs).map {
      try sampler.anneal(particles, from: proposal, to: target, using: RandomStream(seed: seed).child($0))
    }
  }

  /// Mean of the estimated variances over the scatter. With 400 runs the scatter is good to 7 %. Some runs may say that
  /// they have no error; there must be few of them.
  private func ratio(_ estimates: [AnnealedEstimate], expected: Double) -> Double {
    let known = estimates.filter { $0.withoutError == nil }
    #expect(known.count > estimates.count * 9 / 10)
    let scatter = known.reduce(0) { $0 + pow($1.value - expected, 2) }
    return known.reduce(0) { $0 + pow($1.standardError ?? .infinity, 2) } / scatter
  }

  /// Five standard deviations of the ratio are 35 %.
  @Test("genealogy and islands give the scatter of independent runs")
  func coverage() throws {
    let exact = Self.model.logPartitionFunction!
    let mean = Self.model.coordinateMoments!.means[0]
    let multinomial = try Self.run(MultinomialResampling(), particles: 300, islands: 1, seed: 80)
    let systematic = try Self.run(SystematicResampling(), particles: 300, islands: 1, seed: 81)
    let islands = try Self.run(SystematicResampling(), particles: 800, islands: 8, seed: 82)
    #expect(multinomial.allSatisfy { $0.logPartitionFunction.source == .genealogy })
    #expect(islands.allSatisfy { $0.logPartitionFunction.source == .islands })
    let ofZ = [multinomial, systematic, islands].map { ratio($0.map(\.logPartitionFunction), expected: exact) }
    let ofMean = try [multinomial, systematic, islands].map {
      ratio(try $0.map { try $0.mean(of: $0.samples.x.coordinates) }, expected: mean)
    }
    #expect(abs(ofZ[0] - 1) < 0.35)
    #expect(abs(ofMean[0] - 1) < 0.35)
    // On the large side, as documented.
    #expect(ofZ[1] > 0.65 && ofZ[1] < 2)
    #expect(ofMean[1] > 0.65 && ofMean[1] < 2)
    #expect(abs(ofZ[2] - 1) < 0.35)
    #expect(abs(ofMean[2] - 1) < 0.35)
  }

  @Test("no error where nothing independent is left")
  func reasons() throws {
    // Kernels that cannot move, and a schedule whose first step leaves one particle.
    let narrow = density(of: HarmonicOscillator(dimension: 3, stiffness: 1e4, mean: 0.5))
    let schedule = try AnnealingSchedule([0.5, 1])
    let sampler = SequentialMonteCarlo(
      kernel: RandomWalkMetropolis(stepSize: 1e-6), ladder: .fixed(schedule), resamplingThreshold: 1, islands: 1)
    let one = try sampler.anneal(
      20, from: NormalProposal(dimension: 3, width: 3), to: narrow, using: RandomStream(seed: 83))
    #expect(Set(one.ancestors).count == 1)
    #expect(one.logPartitionFunction.standardError == nil)
    #expect(one.logPartitionFunction.withoutError == .oneAncestor)
    #expect(one.logPartitionFunction.value.isFinite)
    #expect(try one.mean(of: [Double](repeating: 1, count: 20)).withoutError == .oneAncestor)

    let paths = try AnnealedImportanceSampler(kernel: RandomWalkMetropolis(stepSize: 1e-6), schedule: schedule)
      .anneal(0..<20, from: NormalProposal(dimension: 3, width: 3), to: narrow, using: RandomStream(seed: 83))
    guard case .dominated(let share) = paths.logPartitionFunction.withoutError else {
      Issue.record("one weight dominates")
      return
    }
    #expect(share > 0.5 && share <= 1)
    let single = try AnnealedImportanceSampler(kernel: RandomWalkMetropolis(stepSize: 1), schedule: schedule)
      .anneal(0..<1, from: Self.proposal, to: Self.target, using: RandomStream(seed: 84))
    #expect(single.logPartitionFunction.withoutError == .tooFewSamples(found: 1))
  }
}
