import Energies
import Estimators
import Foundation
import Randomness
import Sampling
import Testing

/// ln Z, moments and populations of the models whose answers are known.
///
/// Errors from 8 islands: t with 7 degrees of freedom, |t| < 7 fails with probability 2e-4 for each number; from
/// independent paths |z| < 5, 6e-7. Seeds are fixed, so a test that passes stays so. Bounds on the error show that the
/// test can tell.
@Suite struct AnnealingModelTests {
  /// A many-well: ln Z, and in each pair the well on the right has 84 %.
  private func checkManyWell(_ found: AnnealedSamples, _ model: ManyWell, error: Double) throws {
    #expect(abs(found.logPartitionFunction.zScore(model.logPartitionFunction!)) < 7)
    #expect(found.logPartitionFunction.standardError! < error)
    let right = 1 / (1 + exp(model.well.freeEnergyDifference(divide: 0)))
    #expect(abs(right - 0.84) < 0.01)
    let pairs = stride(from: 0, to: model.dimension, by: 2)
    let shares = (0..<found.samples.x.count).map { sample in
      pairs.reduce(0) { $0 + (found.samples.x[sample, $1] > 0 ? 1 : 0) } / Double(model.dimension / 2)
    }
    let share = try found.mean(of: shares)
    #expect(abs(share.zScore(right)) < 7 && share.standardError! < 0.02)
    let moments = model.coordinateMoments!
    for i in 0..<2 {
      let values = (0..<found.samples.x.count).map { found.samples.x[$0, i] }
      #expect(abs(try found.mean(of: values).zScore(moments.means[i])) < 7)
      let squares = values.map { ($0 - moments.means[i]) * ($0 - moments.means[i]) }
      #expect(abs(try found.mean(of: squares).zScore(moments.variances[i])) < 7)
    }
  }

  @Test("many-well of 8 dimensions, from a wide normal", arguments: [0.95, 0.99])
  func manyWell8(_ fraction: Double) throws {
    let model = ManyWell(dimension: 8)
    let kernel = HamiltonianMonteCarlo(
      velocityVariances: [Double](repeating: 1, count: 8), stepSize: 0.3, leapfrogSteps: 3)
    let sampler = SequentialMonteCarlo(
      kernel: kernel, ladder: .adaptive(conditionalFraction: fraction, maximumLevels: 500), targetAcceptance: 0.7)
    let found = try sampler.anneal(
      6000, from: NormalProposal(dimension: 8, width: 2), to: density(of: model), using: RandomStream(seed: 90))
    try checkManyWell(found, model, error: 0.1)
  }

  @Test("many-well of 32 dimensions, from a wide normal")
  func manyWell32() throws {
    let model = ManyWell(dimension: 32)
    let kernel = HamiltonianMonteCarlo(
      velocityVariances: [Double](repeating: 1, count: 32), stepSize: 0.2, leapfrogSteps: 3)
    let sampler = SequentialMonteCarlo(kernel: kernel, stepsPerLevel: 2, targetAcceptance: 0.7)
    let found = try sampler.anneal(
      6000, from: NormalProposal(dimension: 32, width: 2), to: density(of: model), using: RandomStream(seed: 91))
    try checkManyWell(found, model, error: 0.25)
  }

  @Test("many-well by independent paths, on the ladder of a small adaptive run")
  func manyWellByPaths() throws {
    let model = ManyWell(dimension: 8)
    let proposal = NormalProposal(dimension: 8, width: 2)
    let pilot = try SequentialMonteCarlo(
      kernel: MetropolisAdjustedLangevin(stepSize: 0.05),
      ladder: .adaptive(conditionalFraction: 0.99, maximumLevels: 500),
      islands: 1, targetAcceptance: 0.6
    ).anneal(300, from: proposal, to: density(of: model), using: RandomStream(seed: 92))
    let sampler = AnnealedImportanceSampler(
      kernel: MetropolisAdjustedLangevin(stepSize: 1), schedule: try AnnealingSchedule(pilot.levels[0]),
      stepsPerLevel: 4)
    let found = try sampler.anneal(0..<3000, from: proposal, to: density(of: model), using: RandomStream(seed: 93))
    #expect(found.logPartitionFunction.source == .paths)
    #expect(abs(found.logPartitionFunction.zScore(model.logPartitionFunction!)) < 5)
    #expect(found.logPartitionFunction.standardError! < 0.15)
    #expect(found.levels[0].last!.beta == 1)
  }

  @Test("forty Gaussians, from a broad base")
  func fortyGaussians() throws {
    let model = GaussianMixture.forty
    let sampler = SequentialMonteCarlo(
      kernel: RandomWalkMetropolis(stepSize: 5), stepsPerLevel: 4, targetAcceptance: 0.3)
    let found = try sampler.anneal(
      12_000, from: NormalProposal(dimension: 2, width: 30), to: density(of: model), using: RandomStream(seed: 94))
    #expect(abs(found.logPartitionFunction.zScore(0)) < 7)
    #expect(found.logPartitionFunction.standardError! < 0.05)
    let moments = model.coordinateMoments!
    for i in 0..<2 {
      let values = (0..<found.samples.x.count).map { found.samples.x[$0, i] }
      #expect(abs(try found.mean(of: values).zScore(moments.means[i])) < 7)
    }
    // All modes: each has 1/40 of the weight.
    let shares = try (0..<40).map { k in
      let mean = model.mean(ofComponent: k)
      return try found.mean(
        of: (0..<found.samples.x.count).map { sample in
          let distance = hypot(found.samples.x[sample, 0] - mean[0], found.samples.x[sample, 1] - mean[1])
          return distance < 1.5 ? 1 : 0
        }
      ).value
    }
    #expect(shares.allSatisfy { $0 > 0.005 })
  }

  @Test("asymmetric double well, by every sampler")
  func doubleWell() throws {
    let model = AsymmetricDoubleWell()
    let proposal = NormalProposal(dimension: 2, width: 3)
    let kernel = MetropolisAdjustedLangevin(stepSize: 0.1)
    let samplers: [any Sampler] = [
      ImportanceSampler(), AnnealedImportanceSampler(kernel: kernel, schedule: AnnealingSchedule(levels: 20, power: 2)),
      SequentialMonteCarlo(kernel: kernel, targetAcceptance: 0.6),
    ]
    let share = 1 / (1 + exp(-model.freeEnergyDifference()))
    for sampler in samplers {
      let found = try sampler.sample(4000, from: proposal, to: density(of: model), using: RandomStream(seed: 95))
      let weights = try LogWeights(found.logWeights)
      // Islands and genealogy are not seen here: a bound that covers them, 0.12 is four errors of the worst.
      #expect(abs(weights.logSum - log(4000) - model.logPartitionFunction!) < 0.12)
      let left = (0..<4000).map { found.x[$0, 0] < 0 ? 1.0 : 0 }
      #expect(abs(try WeightedMean(of: left, weights: weights).value - share) < 0.02)
      for i in found.logWeights.indices {
        #expect(abs(-found.reducedPotentials[i] - found.logProposals[i] - found.logWeights[i]) < 1e-11)
      }
    }
  }

  /// From T = 3 to T = 1 and from a harmonic density, both started from exact samples: Z₁/Z₀.
  @Test("paths between two targets give the ratio of their partition functions")
  func betweenTargets() throws {
    let model = AsymmetricDoubleWell(dimension: 1, a: 1, b: 3, c: 0.7)
    let hot = AsymmetricDoubleWell(dimension: 1, a: 1.0 / 3, b: 1, c: 0.7 / 3, d: 1.0 / 3)
    let sampler = AnnealedImportanceSampler(
      kernel: RandomWalkMetropolis(stepSize: 0.7), schedule: AnnealingSchedule(levels: 8))
    var random = RandomStream(seed: 96)
    let temperature = TemperaturePath(model, from: ThermodynamicState(temperature: 3 / Units.gasConstant), to: .unit)
    let cooled = try sampler.anneal(
      hot.exactSamples(4000, using: &random), along: temperature, using: RandomStream(seed: 97))
    let exact = model.logPartitionFunction!
    #expect(abs(cooled.logPartitionFunction.zScore(exact - hot.logPartitionFunction!)) < 5)
    #expect(cooled.logPartitionFunction.standardError! < 0.05)
    let harmonic = HarmonicOscillator(stiffness: [0.4], mean: [-0.5])
    let linear = LinearPath(from: density(of: harmonic), to: density(of: model))
    let bent = try SequentialMonteCarlo(kernel: RandomWalkMetropolis(stepSize: 0.7)).anneal(
      harmonic.exactSamples(4000, using: &random), along: linear, using: RandomStream(seed: 98))
    #expect(abs(bent.logPartitionFunction.zScore(exact - harmonic.logPartitionFunction!)) < 7)
    #expect(bent.logPartitionFunction.standardError! < 0.05)
  }
}
