import Energies
import Estimators
import Foundation
import Randomness
import Sampling
import Testing

/// The weights themselves: against importance sampling, against a loop written out, and their mean.
@Suite struct AnnealingWeightTests {
  static let model = AsymmetricDoubleWell(dimension: 2, a: 1, b: 3, c: 0.7)
  static let target = density(of: model)
  static let proposal = NormalProposal(means: [0.3, -0.2], widths: [1.8, 1.4])

  @Test("one level without moves is importance sampling")
  func oneLevel() throws {
    let random = RandomStream(seed: 65)
    let schedule = try AnnealingSchedule([1])
    func check(_ proposal: some Proposal, _ target: some TargetDensity) throws {
      let expected = try ImportanceSampler().sample(3000, from: proposal, to: target, using: random)
      let kernel = MetropolisAdjustedLangevin(stepSize: 0.1)
      let found =
        try [1, 3].map { islands in
          try SequentialMonteCarlo(
            kernel: kernel, ladder: .fixed(schedule), stepsPerLevel: 0, resamplingThreshold: 1, islands: islands
          ).anneal(3000, from: proposal, to: target, using: random)
        } + [
          AnnealedImportanceSampler(kernel: kernel, schedule: schedule)
            .anneal(0..<3000, from: proposal, to: target, using: random)
        ]
      let statistics = try WeightStatistics(logWeights: expected.logWeights)
      for result in found {
        #expect(result.samples.x == expected.x)
        #expect(result.samples.reducedPotentials == expected.reducedPotentials)
        for (a, b) in zip(result.samples.logWeights, expected.logWeights) { #expect(a == b || abs(a - b) < 1e-12) }
        #expect(abs(result.logPartitionFunction.value - statistics.logPartitionFunction) < 1e-12)
        #expect(result.evaluations == 3000)
        let level = result.levels[0]
        #expect(level.count == 1 && level[0].beta == 1 && level[0].acceptance == nil && !level[0].resampled)
      }
      for (a, b) in zip(found[0].samples.logProposals, expected.logProposals) where b.isFinite {
        #expect(abs(a - b) < 1e-12 || a == 0)
      }
      // The error of paths is that of independent weights.
      #expect(found[2].logPartitionFunction.source == .paths)
      #expect(
        abs(found[2].logPartitionFunction.standardError! / statistics.logPartitionFunctionError! - 1) < 1e-10)
      let values = expected.x.coordinates.enumerated().filter { $0.offset % expected.x.dimension == 0 }.map(\.element)
      let mean = try WeightedMean(of: values, weights: LogWeights(expected.logWeights))
      let annealed = try found[2].mean(of: values)
      #expect(abs(annealed.value - mean.value) < 1e-12)
      #expect(abs(annealed.standardError! / mean.standardError! - 1) < 1e-3)
    }
    try check(Self.proposal, Self.target)
    // A third of the draws is impossible; no gradient of the proposal is asked for where nothing moves.
    try check(NormalProposal(dimension: 1, mean: 0.8, width: 2), GammaDensity())
    try check(BoxProposal(dimension: 2, halfWidth: 6), Self.target)
  }

  /// Potentials are evaluated anew at each turn of this loop, where the sampler remembers them.
  @Test("weights are those of the path, kernel by kernel", arguments: 0..<6)
  func loopWrittenOut(_ index: Int) throws {
    let ones = [1.0, 1.0]
    let kernels: [any Kernel] = [
      RandomWalkMetropolis(stepSize: 0.6), MetropolisAdjustedLangevin(stepSize: 0.1),
      OverdampedLangevin(stepSize: 0.02),
      HamiltonianMonteCarlo(velocityVariances: ones, stepSize: 0.4, leapfrogSteps: 3),
      LangevinDynamics(velocityVariances: ones, stepSize: 0.2, friction: 1, stepsPerPathStep: 3),
      GeneralizedHamiltonianMonteCarlo(velocityVariances: ones, stepSize: 0.3, friction: 1, leapfrogSteps: 2),
    ]
    func check<Move: Kernel>(_ kernel: Move) throws {
      let random = RandomStream(seed: 66)
      let schedule = try AnnealingSchedule([0.1, 0.4, 1], stepSizes: [1.2, 1.1, 1].map { $0 * kernel.stepSize })
      let sampler = AnnealedImportanceSampler(
        kernel: kernel, schedule: schedule, stepsPerLevel: 3, stepsAtTarget: 2, threads: 2)
      let found = try sampler.anneal(0..<101, from: Self.proposal, to: Self.target, using: random)

      let path = GeometricPath(from: Self.proposal, to: Self.target)
      var x = Self.proposal.draw(0..<101, from: random).x
      var logWeights = [Double](repeating: 0, count: 101)
      var beta = 0.0
      for (level, next) in schedule.betas.enumerated() {
        var kernel = kernel
        kernel.stepSize = schedule.stepSizes![level]
        let old = try PathDensity(path, beta: beta).reducedPotentials(of: x)
        let density = PathDensity(path, beta: next)
        let new = try density.reducedPotentials(of: x)
        for w in 0..<101 { logWeights[w] += old[w] - new[w] }
        let stream = random.child(-1).child(level).child(1)
        for step in 0..<(next == 1 ? 2 : 3) {
          var walkers = try kernel.start(at: x, target: density, using: random)
          let before = walkers.reducedPotentials
          let ratios = try kernel.pathStep(&walkers, target: density, using: stream.child(step)).logPathRatios
          x = walkers.x
          let after = try density.reducedPotentials(of: x)
          for w in 0..<101 { logWeights[w] += before[w] - after[w] + ratios[w] }
        }
        beta = next
      }
      #expect(found.samples.x == x)
      let u = try Self.target.reducedPotentials(of: x)
      #expect(found.samples.reducedPotentials == u)
      for (a, b) in zip(found.samples.logWeights, logWeights) { #expect(abs(a - b) < 1e-11) }
      // Nothing is evaluated twice: one evaluation at the start, and what the kernel asks for.
      let steps = kernel is LangevinDynamics ? 3 : kernel.evaluationsPerStep
      #expect(found.evaluations == 101 * (1 + 8 * steps))
    }
    try check(kernels[index])
  }

  /// Ẑ/Z and Ẑ f̄/(Z ⟨f⟩) over many small populations, on a fixed ladder: both have the mean 1 whatever the number of
  /// particles. Incoming weights are unequal at most levels. |z| < 4.5: 7e-6 for each of 20 numbers; seeds are fixed.
  @Test("estimates of Z have no bias, with any kernel and any resampling", arguments: 0..<5, 0..<2)
  func unbiased(_ index: Int, _ scheme: Int) throws {
    let ones = [1.0, 1.0]
    let kernels: [any Kernel] = [
      RandomWalkMetropolis(stepSize: 0.8), MetropolisAdjustedLangevin(stepSize: 0.15),
      OverdampedLangevin(stepSize: 0.03),
      HamiltonianMonteCarlo(velocityVariances: ones, stepSize: 0.5, leapfrogSteps: 2),
      LangevinDynamics(velocityVariances: ones, stepSize: 0.2, friction: 1, stepsPerPathStep: 2),
    ]
    let share = 1 / (1 + exp(-Self.model.freeEnergyDifference()))
    #expect(share > 0.8)
    func check(_ kernel: some Kernel) throws {
      let sampler = SequentialMonteCarlo(
        kernel: kernel, ladder: .fixed(try AnnealingSchedule([0.05, 0.2, 0.5, 0.8, 1])), stepsPerLevel: 1,
        resampling: Schemes.all[scheme], resamplingThreshold: 0.7, islands: 1)
      let root = RandomStream(seed: 67).child(index)
      var ratios: [Double] = [], left: [Double] = []
      var resampled = 0, levels = 0
      for run in 0..<1500 {
        let found = try sampler.anneal(12, from: Self.proposal, to: Self.target, using: root.child(run))
        let weights = found.samples.logWeights.map { exp($0 - Self.model.logPartitionFunction!) / 12 }
        ratios.append(weights.reduce(0, +))
        left.append((0..<12).reduce(0) { $0 + (found.samples.x[$1, 0] < 0 ? weights[$1] : 0) } / share)
        resampled += found.levels[0].count { $0.resampled }
        levels += found.levels[0].count
      }
      #expect(abs(zScore(ratios, expected: 1)) < 4.5)
      #expect(abs(zScore(left, expected: 1)) < 4.5)
      // Some levels resample and some carry their weights on.
      #expect(resampled > levels / 10 && resampled < levels * 9 / 10)
    }
    try check(kernels[index])
  }
}
