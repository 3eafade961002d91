import Energies
import Estimators
import Foundation
import Randomness
import Sampling
import Synchronization
import Testing

/// How a run goes: ladder, threads, impossible places, failures.
@Suite struct SequentialMonteCarloTests {
  static let model = AsymmetricDoubleWell()
  static let target = density(of: model)
  static let proposal = NormalProposal(dimension: 2, width: 3)

  @Test("the adaptive ladder keeps its fraction, and ends at β = 1 exactly")
  func adaptiveLadder() throws {
    let sampler = SequentialMonteCarlo(
      kernel: MetropolisAdjustedLangevin(stepSize: 0.1),
      ladder: .adaptive(conditionalFraction: 0.9, maximumLevels: 100),
      stepsPerLevel: 2, islands: 3, targetAcceptance: 0.6)
    let found = try sampler.anneal(1500, from: Self.proposal, to: Self.target, using: RandomStream(seed: 70))
    #expect(found.islands == [0..<500, 500..<1000, 1000..<1500])
    for (island, levels) in zip(found.islands, found.levels) {
      #expect(levels.count > 3 && levels.last!.beta == 1)
      #expect(levels.last!.conditionalEffectiveFraction >= 0.9)
      for (level, next) in zip(levels, levels.dropFirst()) {
        #expect(level.beta < next.beta)
        // Bisection stops at a part in 10⁴ of the step.
        #expect(abs(level.conditionalEffectiveFraction - 0.9) < 1e-3)
        let expected = level.stepSize * exp(2 * (level.acceptance! - 0.6))
        #expect(abs(next.stepSize / expected - 1) < 1e-12)
      }
      #expect(Set(found.ancestors[island]).count == levels.last!.distinctAncestors)
      #expect(found.ancestors[island].allSatisfy { island.contains($0) })
      let logMean = LogSumExp.of(found.samples.logWeights[island]) - log(500)
      #expect(abs(logMean - levels.last!.logPartitionFunction) < 1e-12)
    }
    #expect(found.evaluations == found.levels.reduce(0) { $0 + 500 * (1 + 2 * $1.count) })
    // The ladder of one island, with its steps, for a run that adapts nothing.
    let schedule = try AnnealingSchedule(found.levels[0])
    var frozen = sampler
    frozen.ladder = .fixed(schedule)
    let again = try frozen.anneal(1500, from: Self.proposal, to: Self.target, using: RandomStream(seed: 71))
    for levels in again.levels {
      #expect(levels.map(\.beta) == schedule.betas && levels.map(\.stepSize) == schedule.stepSizes)
    }
    #expect(abs(again.logPartitionFunction.zScore(Self.model.logPartitionFunction!)) < 6)
  }

  /// Weighted samples after β are weighted again: the ladder must see the weights it has (equal weights would give
  /// another β).
  @Test("the conditional effective sample size counts unequal weights")
  func conditionalFractionOfUnequalWeights() throws {
    let sampler = SequentialMonteCarlo(
      kernel: RandomWalkMetropolis(stepSize: 0.5), ladder: .fixed(try AnnealingSchedule([0.1, 0.3, 1])),
      stepsPerLevel: 0,
      resamplingThreshold: 0, islands: 1)
    let found = try sampler.anneal(400, from: Self.proposal, to: Self.target, using: RandomStream(seed: 72))
    let (x, logQ) = Self.proposal.draw(0..<400, from: RandomStream(seed: 72))
    let logRatios = zip(try Self.target.reducedPotentials(of: x), logQ).map { -$0 - $1 }
    var beta = 0.0
    for level in found.levels[0] {
      let old = try LogWeights(logRatios.map { beta * $0 }).normalized.map { exp($0) }
      let increments = logRatios.map { exp((level.beta - beta) * $0 - 100) }
      let first = zip(old, increments).reduce(0) { $0 + $1.0 * $1.1 }
      let second = zip(old, increments).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
      #expect(abs(level.conditionalEffectiveFraction - first * first / second) < 1e-10)
      let effective = try LogWeights(logRatios.map { level.beta * $0 }).effectiveSampleSize
      #expect(abs(level.effectiveSampleSize / effective - 1) < 1e-10)
      beta = level.beta
    }
  }

  @Test("the same bytes for any number of threads")
  func threads() throws {
    func results(_ threads: Int) throws -> [AnnealedSamples] {
      let random = RandomStream(seed: 73)
      let kernel = HamiltonianMonteCarlo(velocityVariances: [1, 1], stepSize: 0.3, leapfrogSteps: 2)
      let ladder = SequentialMonteCarlo<HamiltonianMonteCarlo>.Ladder.adaptive(
        conditionalFraction: 0.9, maximumLevels: 100)
      let islands = try [1, 4].map {
        try SequentialMonteCarlo(kernel: kernel, ladder: ladder, islands: $0, targetAcceptance: 0.7, threads: threads)
          .anneal(203, from: Self.proposal, to: Self.target, using: random)
      }
      let sampler = AnnealedImportanceSampler(
        kernel: kernel, schedule: AnnealingSchedule(levels: 5), threads: threads)
      return islands + [try sampler.anneal(0..<203, from: Self.proposal, to: Self.target, using: random)]
    }
    let expected = try results(1)
    for threads in [2, 3, 9] {
      for (a, b) in zip(try results(threads), expected) {
        #expect(a.samples.x == b.samples.x && a.samples.logWeights == b.samples.logWeights)
        #expect(a.ancestors == b.ancestors && a.levels == b.levels && a.evaluations == b.evaluations)
        #expect(a.logPartitionFunction == b.logPartitionFunction)
      }
    }
  }

  @Test("annealed samples are the same in any range")
  func ranges() throws {
    let sampler = AnnealedImportanceSampler(
      kernel: OverdampedLangevin(stepSize: 0.01), schedule: AnnealingSchedule(levels: 7, power: 2))
    let random = RandomStream(seed: 74)
    let whole = try sampler.anneal(0..<60, from: Self.proposal, to: Self.target, using: random)
    let part = try sampler.anneal(13..<41, from: Self.proposal, to: Self.target, using: random)
    #expect(part.samples.x == whole.samples.x.slice(13..<41))
    #expect(part.samples.logWeights == Array(whole.samples.logWeights[13..<41]))
    #expect(part.ancestors == Array(13..<41))
  }

  /// Draws and moves may be impossible: a third of the former are. |z| < 5, t with 15 degrees of freedom: 2e-4 each.
  @Test("places of infinite energy weigh nothing and stop nothing", arguments: 0..<5)
  func infiniteEnergies(_ index: Int) throws {
    let kernels: [any Kernel] = [
      RandomWalkMetropolis(stepSize: 0.5), MetropolisAdjustedLangevin(stepSize: 0.1),
      OverdampedLangevin(stepSize: 0.01),
      HamiltonianMonteCarlo(velocityVariances: [1], stepSize: 0.2, leapfrogSteps: 3),
      LangevinDynamics(velocityVariances: [1], stepSize: 0.1, friction: 1, stepsPerPathStep: 2),
    ]
    let proposal = NormalProposal(dimension: 1, mean: 0.8, width: 2)
    func check(_ kernel: some Kernel) throws {
      let random = RandomStream(seed: 75)
      let smc = try SequentialMonteCarlo(kernel: kernel, stepsPerLevel: 2, islands: 16)
        .anneal(4800, from: proposal, to: GammaDensity(), using: random)
      let ais = try AnnealedImportanceSampler(kernel: kernel, schedule: AnnealingSchedule(levels: 10))
        .anneal(0..<3000, from: proposal, to: GammaDensity(), using: random)
      // P(x < 0) = Φ(−0.4) = 0.345.
      #expect(ais.samples.logWeights.count { $0 == -.infinity } > 900)
      for found in [smc, ais] {
        #expect(found.samples.logWeights.allSatisfy { !$0.isNaN && $0 < .infinity })
        #expect(abs(found.logPartitionFunction.zScore(GammaDensity.logPartitionFunction)) < 5)
        #expect(found.logPartitionFunction.standardError! < 0.1)
        #expect(abs(try found.mean(of: found.samples.x.coordinates).zScore(1.5)) < 5)
        for (w, potential) in zip(found.samples.logWeights, found.samples.reducedPotentials) where w > -.infinity {
          #expect(potential < .infinity)
        }
      }
    }
    try check(kernels[index])
  }

  struct Nowhere: TargetDensity {
    let dimension = 2
    func reducedPotentials(of x: borrowing Configurations) -> [Double] {
      [Double](repeating: .infinity, count: x.count)
    }
    func reducedPotentials(of x: borrowing Configurations, gradient: inout Configurations) -> [Double] {
      reducedPotentials(of: x)
    }
  }

  @Test("what cannot work says why")
  func failures() throws {
    let kernel = RandomWalkMetropolis(stepSize: 0.5)
    let random = RandomStream(seed: 76)
    #expect(throws: SamplingError.noOverlap(reached: 0)) {
      try SequentialMonteCarlo(kernel: kernel).sample(100, from: Self.proposal, to: Nowhere(), using: random)
    }
    #expect(throws: SamplingError.noOverlap(reached: 0)) {
      try AnnealedImportanceSampler(kernel: kernel, schedule: AnnealingSchedule(levels: 4))
        .sample(100, from: Self.proposal, to: Nowhere(), using: random)
    }
    let reached = try Mutex(0.0).withLock { last in
      do {
        _ = try SequentialMonteCarlo(kernel: kernel, ladder: .adaptive(conditionalFraction: 0.999, maximumLevels: 5))
          .sample(100, from: Self.proposal, to: Self.target, using: random)
      } catch SamplingError.noOverlap(let reached) { last = reached }
      return last
    }
    #expect(reached > 0 && reached < 1)
    #expect(throws: EstimatorError.tooFewSamples(found: 15, needed: 16)) {
      try SequentialMonteCarlo(kernel: kernel).sample(15, from: Self.proposal, to: Self.target, using: random)
    }
    // A start where the start's own density is zero.
    let path = GeometricPath(from: BoxProposal(dimension: 2, halfWidth: 1), to: Self.target)
    let x = Configurations(count: 2, dimension: 2, coordinates: [0, 0, 0, 3])
    #expect(throws: SamplingError.impossibleStart(walker: 1)) {
      try AnnealedImportanceSampler(kernel: kernel, schedule: AnnealingSchedule(levels: 4))
        .anneal(x, along: path, using: random)
    }
  }

  @Test("levels are reported as they happen")
  func progress() throws {
    let seen = Mutex([[Double]](repeating: [], count: 4))
    let box = Box(seen)
    var sampler = SequentialMonteCarlo(kernel: RandomWalkMetropolis(stepSize: 0.5), islands: 4, threads: 2)
    sampler.onLevel = { island, level in box.value.withLock { $0[island].append(level.beta) } }
    let found = try sampler.anneal(200, from: Self.proposal, to: Self.target, using: RandomStream(seed: 77))
    #expect(box.value.withLock { $0 } == found.levels.map { $0.map(\.beta) })
  }

  private final class Box: Sendable {
    let value: Mutex<[[Double]]>
    init(_ value: consuming Mutex<[[Double]]>) { self.value = value }
  }
}
