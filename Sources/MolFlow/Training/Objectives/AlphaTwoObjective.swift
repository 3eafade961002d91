import Energies
import Foundation
import NeuralNetworks
import Sampling

/// The α = 2 divergence ∫ p²/q by annealed importance sampling from the flow to p²/q with Hamiltonian Monte Carlo, and a
/// prioritised replay buffer (flow annealed importance sampling bootstrap, FAB: Midgley et al. 2023, arXiv:2208.01893).
///
/// The gradient is −E[∂ log q] over p²/q, so samples where the flow has too little density pull hardest: modes that it misses
/// are found by the annealing and stay in the buffer until they are learned.
public struct AlphaTwoObjective: TrainingObjective {
  public static let name = "alpha_two"
  public static let needsFrames = false

  public init() {}

  public func run<Target: TargetDensity>(_ round: inout TrainingRound<Target>) throws -> TrainingReport {
    let plan = round.plan
    let weights = try round.ownSamples(plan.pool / 4).weights
    try anneal(plan.pool / 2, in: &round)
    let (computation, random) = (round.computation, round.random)
    var step = 0
    let norm = try round.steps(over: plan.pool) { state, batch in
      let samples = state.replay.draw(batch.count, using: random.child(6).child(step))
      step += 1
      let before = samples.map { Double(state.replay.logDensities[$0]) }
      // Drawn by the weights of p²/q as q was; what q has become since goes into the weight of each, up to ten.
      let (logDensities, gradient) = try state.flow.likelihoodGradient(
        of: state.replay.configurations(samples), by: computation
      ) { logDensities, range in
        zip(logDensities, range).map { -min(10, exp(before[$1] - $0)) / Double(samples.count) }
      }
      state.replay.update(samples, logDensities: logDensities)
      return gradient
    }
    return round.report(Self.name, effectiveFraction: weights.effectiveFraction, gradientNorm: norm)
  }

  /// Adds `count` annealed samples to the buffer.
  private func anneal<Target: TargetDensity>(_ count: Int, in round: inout TrainingRound<Target>) throws {
    let (flow, plan, random) = (round.state.flow, round.plan, round.random)
    if round.state.replay.scale != round.target.scale {
      // Weights of another temperature would be wrong by the energies' zero.
      round.state.replay = ReplayBuffer()
      round.state.replay.scale = round.target.scale
    }
    // Weights in here choose what is learned, not results.
    let target = RegularisedDensity(round.target, above: plan.energyCut * round.target.scale)
    let sampler = AnnealedImportanceSampler(
      kernel: HamiltonianMonteCarlo(
        velocityVariances: [Double](repeating: 1, count: flow.dimension), stepSize: round.state.stepSize,
        leapfrogSteps: plan.leapfrogSteps),
      schedule: AnnealingSchedule(levels: plan.annealingLevels), stepsAtTarget: 1)
    let parts = try ShardedComputation(shardSize: 64, threads: round.threads).run(
      count: count, parameters: flow.parameters, wantsGradient: false
    ) { tape, range -> (q: Configurations, logWeights: [Double], evaluations: Int, acceptance: [Double]) in
      tape.isRecording = false
      let (latents, _) = try flow.latents(range, from: random.child(5))
      let z = tape.variable(
        latents, rows: flow.architecture.rows, columns: flow.architecture.tokens * range.count)
      let start = flow.unscaledConfigurations(flow.architecture.forward(z).value.values, samples: range.count)
      let annealed = try sampler.anneal(
        start, first: range.lowerBound, along: AlphaTwoPath(flow, target: target), using: random.child(5))
      return (
        flow.chartCoordinates(flow.unscaledMatrix(annealed.samples.x), samples: range.count),
        annealed.samples.logWeights, annealed.evaluations, annealed.levels.flatMap { $0.compactMap(\.acceptance) }
      )
    }.results
    let q = parts.dropFirst().reduce(parts[0].q) { $0.appending($1.q) }
    let (logDensities, _) = try flow.likelihoodGradient(of: q, by: round.computation, wantsGradient: false) { _, _ in []
    }
    round.state.replay.add(
      q, logWeights: parts.flatMap(\.logWeights), logDensities: logDensities, capacity: plan.replayCapacity)
    guard round.state.replay.count >= plan.batch else {
      throw TrainingError(description: "annealing from the flow gave no samples with a finite weight")
    }
    round.state.energyEvaluations += parts.reduce(0) { $0 + $1.evaluations }
    // The known best acceptance of Hamiltonian Monte Carlo (Beskos et al. 2013, doi:10.3150/12-BEJ414).
    let acceptances = parts.flatMap(\.acceptance)
    let acceptance = acceptances.reduce(0, +) / Double(max(1, acceptances.count))
    round.state.stepSize *= acceptance > 0.65 ? 1.1 : 1 / 1.1
  }
}
