import Energies
import Foundation
import NeuralNetworks
import Randomness
import Sampling

/// Why training cannot go on.
public struct TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  public var description: String
}

/// Trains a molecule's flow round by round; see `TrainingPlan`.
///
/// The state between rounds is all there is: a trainer made from a saved state goes on to the same bytes, for any number of
/// threads.
public struct FlowTrainer<Target: TargetDensity> {
  /// Everything that changes.
  public struct State: Sendable {
    public var flow: MoleculeFlow
    public var optimizer: AdamW
    public var average: ExponentialMovingAverage
    /// Rounds done.
    public var round = 0
    /// Energies (with or without forces) asked for so far.
    public var energyEvaluations = 0
    /// The running estimate of −log Z.
    public var center: Double?
    /// Of the last round that drew samples; see `Report`.
    public var effectiveFraction: Double?

    public init(flow: MoleculeFlow, plan: TrainingPlan) {
      self.flow = flow
      optimizer = AdamW(count: flow.parameters.count)
      average = ExponentialMovingAverage(decay: plan.averageDecay, values: flow.parameters.values)
    }
  }

  /// What a round found.
  public struct Report: Sendable {
    public var round: Int
    public var stage: String
    /// Mean of −log p(q) of the frames, kT.
    public var negativeLogLikelihood: Double?
    /// Temperature of the round in units of the target's.
    public var temperatureRatio = 1.0
    /// Kish effective share of the flow's own samples, drawn before the round, nothing clipped.
    public var effectiveFraction: Double?
    /// Mean norm of the minibatches' gradients.
    public var gradientNorm: Double
  }

  public let plan: TrainingPlan
  public private(set) var state: State
  private let frames: Configurations?
  private let dynamics: PropagatedFrames
  private let target: Target
  private let computation: ShardedComputation
  private let threads: Int

  /// - Parameters:
  ///   - frames: configurations at equilibrium, or nil for a training by the energy alone (without rounds of likelihood).
  ///   - target: evaluated by every thread for itself.
  public init(
    plan: TrainingPlan, state: State, frames: Configurations?, dynamics: PropagatedFrames, target: Target, threads: Int
  ) {
    precondition(frames != nil || plan.likelihoodRounds == 0, "likelihood needs frames")
    (self.plan, self.state, self.frames, self.dynamics) = (plan, state, frames, dynamics)
    (self.target, self.threads) = (target, threads)
    computation = ShardedComputation(shardSize: 64, threads: threads)
  }

  /// The same run in another of its states.
  public func restored(_ state: State) -> FlowTrainer {
    FlowTrainer(plan: plan, state: state, frames: frames, dynamics: dynamics, target: target, threads: threads)
  }

  /// The flow with the averaged parameters: what is to be kept.
  public var averaged: MoleculeFlow {
    var flow = state.flow
    flow.parameters.values = state.average.values
    return flow
  }

  /// The next round.
  ///
  /// - Throws: `TrainingError` where a gradient is not finite; the state is then that before the round.
  public mutating func advance() throws -> Report {
    let before = state
    do {
      let isLikelihood = state.round < plan.likelihoodRounds
      let report = try isLikelihood ? likelihoodRound() : energyRound()
      state.round += 1
      return report
    } catch {
      state = before
      throw error
    }
  }

  private func random() -> RandomStream { RandomStream(seed: plan.seed).child(1).child(state.round) }

  /// Snapshots of dynamics from `starts` under λu as internal coordinates, with λu − log J.
  private mutating func snapshots(
    _ count: Int, from starts: Configurations, scale: Double
  ) throws -> (q: Configurations, energies: [Double]) {
    let (x, u, evaluations) = try dynamics.round(
      count, from: starts, target: TemperedDensity(target, scale: scale), using: random().child(0), threads: threads)
    state.energyEvaluations += evaluations
    let (q, minusLogJ) = state.flow.coordinates.inverseAndLogDet(x)
    return (q, zip(u, minusLogJ).map { $0 + $1 })
  }

  private mutating func likelihoodRound() throws -> Report {
    let (q, _) = try snapshots(plan.pool, from: frames!, scale: 1)
    var losses: [Double] = []
    let computation = computation
    let norm = try steps(over: q.count, schedule: plan.likelihoodSchedule, firstRound: 0) { flow, batch in
      let (loss, gradient) = try flow.negativeLogLikelihood(of: q.gathered(batch), by: computation)
      losses.append(loss)
      return gradient
    }
    return Report(
      round: state.round, stage: "likelihood",
      negativeLogLikelihood: losses.reduce(0, +) / Double(losses.count), gradientNorm: norm)
  }

  private mutating func energyRound() throws -> Report {
    let half = plan.pool / 2
    let scale = frames == nil ? plan.energyScale(round: state.round) : 1
    let tempered = TemperedDensity(target, scale: scale)
    let (ownQ, ownEnergies) = try state.flow.samplesWithEnergies(
      0..<half, from: random().child(1), target: tempered, by: computation)
    state.energyEvaluations += half
    // Weights of the flow's own samples before it changes.
    let (logP, _) = try state.flow.likelihoodGradient(of: ownQ, by: computation, wantsGradient: false) { _, _ in [] }
    let weights = try RoundWeights(differences: zip(logP, ownEnergies).map { $0 + $1 })
    // −log Z moves with the temperature; at one temperature an average over rounds knows it better than one round.
    let center = weights.minusLogZ
    state.center = scale == 1 ? state.center.map { $0 + 0.2 * (center - $0) } ?? center : nil
    state.effectiveFraction = weights.effectiveFraction

    let starts =
      frames
      ?? state.flow.coordinates.forwardAndLogDet(
        ownQ.gathered(weights.resampled(half, using: random().child(3)))
      ).value
    let (frameQ, frameEnergies) = try snapshots(half, from: starts, scale: scale)
    let q = frameQ.appending(ownQ)
    let energies = frameEnergies + ownEnergies
    let (bound, centre, computation) = (plan.bound, state.center ?? center, computation)
    let norm = try steps(over: q.count, schedule: plan.energySchedule, firstRound: plan.likelihoodRounds) {
      flow, batch in
      try flow.logVariance(
        of: q.gathered(batch), reducedEnergies: batch.map { energies[$0] }, center: centre, bound: bound,
        by: computation
      ).gradient
    }
    return Report(
      round: state.round, stage: "energy", temperatureRatio: 1 / scale, effectiveFraction: weights.effectiveFraction,
      gradientNorm: norm)
  }

  /// Goes once through `count` samples in random order.
  private mutating func steps(
    over count: Int, schedule: LearningRateSchedule, firstRound: Int,
    gradient: (_ flow: MoleculeFlow, _ batch: [Int]) throws -> [Float]
  ) throws -> Double {
    var order = Array(0..<count)
    var shuffle = random().child(2)
    order.shuffle(using: &shuffle)
    var norms: [Double] = []
    for step in 0..<plan.stepsPerRound {
      let batch = Array(order[step * count / plan.stepsPerRound..<(step + 1) * count / plan.stepsPerRound])
      guard !batch.isEmpty else { continue }
      let gradient = try gradient(state.flow, batch)
      let norm = globalNorm(of: gradient)
      guard norm.isFinite else {
        throw TrainingError(
          description:
            "the gradient of step \(step) of round \(state.round) is not a number; the state before the round is kept, a lower learning rate may help"
        )
      }
      norms.append(norm)
      state.optimizer.update(
        &state.flow.parameters, gradient: gradient, scale: clippingScale(norm: norm, largest: plan.largestNorm),
        rate: schedule.rate(at: (state.round - firstRound) * plan.stepsPerRound + step))
      state.average.update(state.flow.parameters.values)
    }
    return norms.reduce(0, +) / Double(max(1, norms.count))
  }
}
