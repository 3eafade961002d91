import Energies
import NeuralNetworks
import Sampling

/// Trains a flow round by round; see `TrainingPlan`.
///
/// The state between rounds is all there is: a trainer made from a saved state goes on to the same bytes, for any number of
/// threads.
public struct FlowTrainer<Target: TargetDensity> {
  public let plan: TrainingPlan
  public private(set) var state: TrainingState
  private let frames: Configurations?
  private let dynamics: PropagatedFrames
  private let target: Target
  private let computation: ShardedComputation
  private let threads: Int

  /// - Parameters:
  ///   - frames: configurations at equilibrium, or nil for a training by the energy alone (without rounds of likelihood).
  ///   - target: evaluated by every thread for itself.
  public init(
    plan: TrainingPlan, state: TrainingState, frames: Configurations?, dynamics: PropagatedFrames, target: Target,
    threads: Int
  ) {
    precondition(frames != nil || plan.likelihoodRounds == 0, "likelihood needs frames")
    precondition(TrainingObjectives.type(of: plan.objective) != nil, "an objective of the registry")
    (self.plan, self.state, self.frames, self.dynamics) = (plan, state, frames, dynamics)
    (self.target, self.threads) = (target, threads)
    computation = ShardedComputation(shardSize: 64, threads: threads)
  }

  /// The same run in another of its states.
  public func restored(_ state: TrainingState) -> FlowTrainer {
    FlowTrainer(plan: plan, state: state, frames: frames, dynamics: dynamics, target: target, threads: threads)
  }

  /// The flow with the averaged parameters: what is to be kept.
  public var averaged: NormalizingFlow {
    var flow = state.flow
    flow.parameters.values = state.average.values
    return flow
  }

  /// The flow of the best rounds, or nil before the first that counts.
  public var best: NormalizingFlow? {
    state.best.map { best in
      var flow = state.flow
      flow.parameters.values = best.parameters
      return flow
    }
  }

  /// The next round.
  ///
  /// - Throws: `TrainingError` where a gradient is not finite; the state is then that before the round.
  public mutating func advance() throws -> TrainingReport {
    let isLikelihood = state.round < plan.likelihoodRounds
    let scale = frames == nil ? plan.energyScale(round: state.round) : 1
    var round = TrainingRound(
      state: state, plan: plan, frames: frames, target: TemperedDensity(target, scale: scale), threads: threads,
      dynamics: dynamics, computation: computation,
      schedule: isLikelihood ? plan.likelihoodSchedule : plan.energySchedule,
      firstRound: isLikelihood ? 0 : plan.likelihoodRounds)
    let objective = TrainingObjectives.type(of: isLikelihood ? plan.likelihoodObjective : plan.objective)!
    let report = try objective.init().run(&round)
    state = round.state
    state.round += 1
    state.note(report)
    return report
  }
}
