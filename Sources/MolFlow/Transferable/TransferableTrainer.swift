import Energies
import Foundation
import NeuralNetworks
import Randomness
import Sampling

/// Trains one set of parameters on many peptides; see `TrainingPlan`.
///
/// The loss of a peptide is `InformedLikelihood` of its frames. The rounds of energies take half of each minibatch from the flow itself, so that
/// they see what frames cannot show: places where the flow has too much density. Everything is by coordinate, so that large peptides do
/// not count for more.
///
/// A share of what stands beside the frames of a minibatch is heated (`TorsionHeating`): energies alone judge these.
///
/// Continuous flows learn from frames by flow matching instead.
///
/// A minibatch holds samples of several peptides, drawn anew for every step, the worse known ones more often where `varianceFocus` says so. The state between rounds is all there is, as with
/// `FlowTrainer`. Callers keep the average of the
/// parameters, the last and the one with the best likelihood of peptides that are not trained on.
public struct TransferableTrainer {
  public struct Report: Sendable {
    public var round: Int
    /// Mean over peptides of −log p(q) of frames for each coordinate, kT; of continuous flows the loss of flow matching.
    public var training: Double
    /// Mean over peptides of Var[D] of the frames of a minibatch, kT², D = log p + u; nil for continuous flows.
    public var variance: Double?
    /// Kish effective share of the flow's own samples, nothing clipped; mean over the peptides of a round of energies.
    public var effectiveFraction: Double?
    /// Of the validation peptides by the averaged parameters: −log p(q) for each coordinate, and the forward effective share
    /// 1/(mean w · mean 1/w) of frames with w = e^{−D}; of continuous flows the loss.
    public var validation: (loss: Double, forwardEffectiveFraction: Double?)?
    public var gradientNorm: Double
  }

  /// The rounds, their rates, and the loss.
  public let plan: TrainingPlan
  /// Of parameters, optimizer and averages after the rounds that are done.
  public private(set) var state: TrainingState
  /// Peptides of a minibatch.
  public let peptidesAtOnce: Int
  let peptides: [Peptide]
  private let validation: [Peptide]
  /// Shards are peptides.
  let computation: ShardedComputation

  /// Frames of each validation peptide.
  private static let validationFrames = 128
  /// Own samples of each peptide in a round of energies.
  static let ownSamples = 128

  private var isContinuous: Bool { peptides[0].flow.architecture is ContinuousArchitecture }

  /// - Parameters:
  ///   - state: zeroth, or that after rounds of the same plan and peptides.
  ///   - peptides: to train on; all have the flow of one recipe.
  ///   - validation: of which the averaged parameters are reported after each round; may be empty.
  ///   - peptidesAtOnce: in a minibatch.
  public init(
    plan: TrainingPlan, state: TrainingState, peptides: [Peptide], validation: [Peptide], peptidesAtOnce: Int,
    threads: Int
  ) {
    precondition(!peptides.isEmpty && peptidesAtOnce > 0)
    precondition(
      !(peptides[0].flow.architecture is ContinuousArchitecture) || plan.energyRounds == 0,
      "flow matching knows no energy")
    (self.plan, self.state, self.peptides, self.validation) = (plan, state, peptides, validation)
    self.peptidesAtOnce = peptidesAtOnce
    computation = ShardedComputation(shardSize: 1, threads: threads)
  }

  /// The next round of `stepsPerRound` minibatches.
  ///
  /// - Throws: `TrainingError` where a gradient is not finite; the state is then that before the round.
  public mutating func advance() throws -> Report {
    var next = state
    if next.variances.isEmpty { next.variances = [Double](repeating: 1, count: peptides.count) }
    var random = RandomStream(seed: plan.seed).child(1).child(state.round)
    let isOfEnergies = state.round >= plan.likelihoodRounds
    let own = isOfEnergies ? try drawOwn(random.child(1)) : []
    next.energyEvaluations += own.count * Self.ownSamples
    let (schedule, firstRound) =
      isOfEnergies ? (plan.energySchedule, plan.likelihoodRounds) : (plan.likelihoodSchedule, 0)
    var (losses, variances, norms): ([Double], [Double], [Double]) = ([], [], [])
    for step in 0..<plan.stepsPerRound {
      let groups =
        isOfEnergies
        ? mixedGroups(own, step: step, using: &random) : frameGroups(variances: next.variances, using: &random)
      let gradient: [Float]
      if isContinuous {
        let found = try matchingGradient(
          of: groups, parameters: next.flow.parameters, using: random.child(2).child(step))
        losses.append(found.loss)
        gradient = found.gradient
      } else {
        let found = try likelihoodGradient(
          of: groups, parameters: next.flow.parameters, using: random.child(3).child(step))
        for (group, logDensities) in zip(groups, found.logDensities) {
          let frames = logDensities[..<group.frames]
          losses.append(-frames.reduce(0, +) / Double(frames.count * peptides[group.peptide].flow.dimension))
          variances.append(variance(zip(frames, group.reducedEnergies).map { $0 + $1 }))
          let now = boundedVariance(zip(logDensities, group.reducedEnergies).map { $0 + $1 }, bound: plan.bound)
          if now.isFinite { next.variances[group.peptide] += 0.1 * (now - next.variances[group.peptide]) }
        }
        gradient = found.gradient
      }
      let norm = globalNorm(of: gradient)
      guard norm.isFinite else {
        throw TrainingError(
          description:
            "the gradient of step \(step) of round \(state.round) is not a number; the model before the round is kept")
      }
      norms.append(norm)
      next.optimizer.update(
        &next.flow.parameters, gradient: gradient, scale: clippingScale(norm: norm, largest: plan.largestNorm),
        rate: schedule.rate(at: (state.round - firstRound) * plan.stepsPerRound + step))
      next.average.update(next.flow.parameters.values)
    }
    next.round += 1
    var averaged = next.flow.parameters
    averaged.values = next.average.values
    let report = Report(
      round: state.round, training: mean(losses), variance: variances.isEmpty ? nil : mean(variances),
      effectiveFraction: own.isEmpty ? nil : try effectiveFraction(own, parameters: state.flow.parameters),
      validation: try validate(averaged), gradientNorm: mean(norms))
    state = next
    state.effectiveFraction = report.effectiveFraction
    state.noteValidation(-(report.validation?.loss ?? report.training))
    return report
  }

  /// The parameters with the best validation so far.
  public var best: [Float] { state.best?.parameters ?? state.average.values }

  // MARK: Losses

  /// log p of every sample, and the gradient of the loss.
  private func likelihoodGradient(
    of groups: [Group], parameters: ParameterStore, using random: RandomStream
  ) throws -> (logDensities: [[Double]], gradient: [Float]) {
    let (loss, peptides) = (
      InformedLikelihood(weight: plan.varianceWeight, bound: plan.bound, shortfallBound: plan.shortfallBound), peptides
    )
    let dropout = FeatureDropout(fraction: plan.featureDropout)
    let (logDensities, gradient) = try computation.run(
      count: groups.count, parameters: parameters, wantsGradient: true
    ) { tape, shard in
      let group = groups[shard.lowerBound]
      let flow = dropout(peptides[group.peptide].flow, using: random.child(shard.lowerBound))
      let scale = 1 / Double(flow.dimension * groups.count)
      return try flow.logDensities(of: group.q, on: tape) { logDensities in
        loss.factors(logDensities: logDensities, reducedEnergies: group.reducedEnergies, frames: group.frames)
          .map { scale * $0 }
      }
    }
    return (logDensities, gradient)
  }

  private func matchingGradient(
    of groups: [Group], parameters: ParameterStore, using random: RandomStream
  ) throws -> (loss: Double, gradient: [Float]) {
    let peptides = peptides
    let (losses, gradient) = try computation.run(count: groups.count, parameters: parameters, wantsGradient: true) {
      tape, shard in
      let group = groups[shard.lowerBound]
      return try peptides[group.peptide].flow.matchingLoss(
        of: group.q, numbers: 0..<group.q.count, among: group.q.count * groups.count, noise: 0, power: 1, on: tape,
        using: random.child(shard.lowerBound))
    }
    return (losses.reduce(0, +), gradient)
  }

  private func effectiveFraction(_ own: [Group], parameters: ParameterStore) throws -> Double {
    let peptides = peptides
    let shares = try computation.run(count: own.count, parameters: parameters, wantsGradient: false) { tape, shard in
      let group = own[shard.lowerBound]
      guard group.q.count > 0 else { return 0.0 }
      let logDensities = try peptides[group.peptide].flow.logDensities(of: group.q, on: tape, wantsGradient: false) {
        _ in []
      }
      let weights = relativeWeights(zip(logDensities, group.reducedEnergies).map { -$0 - $1 })
      let (sum, squares) = (weights.reduce(0, +), weights.reduce(0) { $0 + $1 * $1 })
      return sum > 0 ? sum * sum / squares / Double(Self.ownSamples) : 0
    }.results
    return mean(shares)
  }

  private func validate(_ parameters: ParameterStore) throws -> (Double, Double?)? {
    guard !validation.isEmpty else { return nil }
    let (validation, isContinuous) = (validation, isContinuous)
    // The same latents and times in every round.
    let random = RandomStream(seed: plan.seed).child(2)
    let found = try computation.run(count: validation.count, parameters: parameters, wantsGradient: false) {
      tape, shard -> (Double, Double?) in
      let peptide = validation[shard.lowerBound]
      let stride = max(1, peptide.q.count / Self.validationFrames)
      let frames = Array(Swift.stride(from: 0, to: peptide.q.count, by: stride).prefix(Self.validationFrames))
      let q = peptide.q.rows(frames)
      if isContinuous {
        let loss = try peptide.flow.matchingLoss(
          of: q, numbers: 0..<q.count, among: q.count, noise: 0, power: 1, wantsGradient: false, on: tape,
          using: random.child(shard.lowerBound))
        return (loss, nil)
      }
      let logDensities = try peptide.flow.logDensities(of: q, on: tape, wantsGradient: false) { _ in [] }
      let logWeights = zip(logDensities, frames).map { -$0 - peptide.reducedEnergies[$1] }
      let least = mean(relativeWeights(logWeights)), most = mean(relativeWeights(logWeights.map { -$0 }))
      let range = logWeights.max()! - logWeights.min()!
      return (-mean(logDensities) / Double(peptide.flow.dimension), exp(-range) / (least * most))
    }.results
    return (mean(found.map(\.0)), isContinuous ? nil : mean(found.compactMap(\.1)))
  }
}

extension TrainingState {
  /// Keeps the averaged parameters where they are better than any before.
  mutating func noteValidation(_ score: Double) {
    guard best.map({ score > $0.score }) ?? true else {
      best!.recent = score
      return
    }
    best = Best(
      parameters: average.values, round: round, score: score, recent: score, isEffectiveFraction: false)
  }
}

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

private func variance(_ values: [Double]) -> Double {
  let center = mean(values)
  return values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(values.count)
}

/// Mean of the squares of deviations from the median, none counted as more than `bound`.
private func boundedVariance(_ values: [Double], bound: Double) -> Double {
  let center = values.sorted()[values.count / 2]
  return mean(values.map { pow(max(-bound, min(bound, $0 - center)), 2) })
}

/// e^{log w} in units of the largest.
private func relativeWeights(_ logWeights: [Double]) -> [Double] {
  let largest = logWeights.max()!
  return logWeights.map { largest.isFinite ? exp($0 - largest) : 0 }
}
