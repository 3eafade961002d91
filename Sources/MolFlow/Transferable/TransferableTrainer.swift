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
/// `FlowTrainer`; what stays is the average of the parameters with the best likelihood of peptides that are not trained on.
public struct TransferableTrainer {
  /// A peptide as the flow sees it, with its frames as coordinates of the flow's chart.
  public struct Peptide: Sendable {
    public var name: String
    /// With the sizes of the model; its own parameters are not used.
    public var flow: NormalizingFlow
    public var target: any TargetDensity
    public var q: Configurations
    /// u − log J of each frame.
    public var reducedEnergies: [Double]
    /// The same of configurations that are not distributed by the target.
    public var heated: (q: Configurations, reducedEnergies: [Double])?

    /// - Parameters:
    ///   - reducedPotentials: u of each frame, kT.
    ///   - heated: configurations that are not distributed by the target, with theirs.
    public init(
      name: String, flow: NormalizingFlow, target: any TargetDensity, frames: Configurations,
      reducedPotentials: [Double], heated: (configurations: Configurations, reducedPotentials: [Double])? = nil
    ) {
      (self.name, self.flow, self.target) = (name, flow, target)
      func charted(_ x: Configurations, _ u: [Double]) -> (q: Configurations, reducedEnergies: [Double]) {
        let (q, minusLogJ) = flow.chart.inverseAndLogDet(x)
        return (q, zip(u, minusLogJ).map { $0 + $1 })
      }
      (q, reducedEnergies) = charted(frames, reducedPotentials)
      self.heated = heated.map { charted($0.configurations, $0.reducedPotentials) }
    }
  }

  public struct Report: Sendable {
    public var round: Int
    /// Mean over peptides of −log p(q) of frames for each coordinate, kT, and of Var[D] of frames in a minibatch, kT²; of continuous flows
    /// the loss of flow matching.
    public var training: Double
    public var variance: Double?
    /// Kish effective share of the flow's own samples, nothing clipped; mean over the peptides of a round of energies.
    public var effectiveFraction: Double?
    /// Of the validation peptides by the averaged parameters: −log p(q) for each coordinate, and the forward effective share
    /// 1/(mean w · mean 1/w) of frames with w = e^{−D}; of continuous flows the loss.
    public var validation: (loss: Double, forwardEffectiveFraction: Double?)?
    public var gradientNorm: Double
  }

  /// Some samples of one peptide.
  private struct Group: Sendable {
    var peptide: Int
    var q: Configurations
    var reducedEnergies: [Double]
    /// The first so many are frames.
    var frames: Int
  }

  public let plan: TrainingPlan
  public private(set) var state: TrainingState
  /// Peptides of a minibatch.
  public let peptidesAtOnce: Int
  private let peptides: [Peptide]
  private let validation: [Peptide]
  /// Shards are peptides.
  private let computation: ShardedComputation

  /// Frames of each validation peptide.
  private static let validationFrames = 128
  /// Own samples of each peptide in a round of energies.
  private static let ownSamples = 128

  private var isContinuous: Bool { peptides[0].flow.architecture is ContinuousArchitecture }

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
        let found = try likelihoodGradient(of: groups, parameters: next.flow.parameters)
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

  // MARK: Samples

  /// Frames, and after them what is heated.
  private func frames(of peptide: Int, _ count: Int, using random: inout RandomStream) -> Group {
    let all = peptides[peptide]
    let hot = all.heated == nil ? 0 : min(count - 1, Int((plan.heatedFraction * Double(count)).rounded()))
    let chosen = (0..<count - hot).map { _ in Int.random(in: 0..<all.q.count, using: &random) }
    var group = Group(
      peptide: peptide, q: all.q.rows(chosen), reducedEnergies: chosen.map { all.reducedEnergies[$0] },
      frames: chosen.count)
    if let heated = all.heated, hot > 0 {
      let chosen = (0..<hot).map { _ in Int.random(in: 0..<heated.q.count, using: &random) }
      group.q = group.q.appending(heated.q.rows(chosen))
      group.reducedEnergies += chosen.map { heated.reducedEnergies[$0] }
    }
    return group
  }

  private func frameGroups(variances: [Double], using random: inout RandomStream) -> [Group] {
    let chosen = draw(peptidesAtOnce, variances: variances, using: &random)
    return chosen.map { frames(of: $0, max(1, plan.batch / peptidesAtOnce), using: &random) }
  }

  /// Numbers of peptides, each by itself.
  private func draw(_ count: Int, variances: [Double], using random: inout RandomStream) -> [Int] {
    // None is left out: what is known to a hundredth of a kT² may be forgotten.
    let weights = variances.map { pow(max($0, 0.01), plan.varianceFocus) }
    let cumulative = weights.reduce(into: [0.0]) { $0.append($0.last! + $1) }
    return (0..<count).map { _ in
      let place = random.uniform() * cumulative.last!
      return min(cumulative.lastIndex { $0 <= place }!, weights.count - 1)
    }
  }

  /// Samples of the flow as it is, of some peptides.
  private func drawOwn(_ random: RandomStream) throws -> [Group] {
    let count = max(peptidesAtOnce, plan.pool / 2 / Self.ownSamples)
    var choice = random.child(0)
    let variances = state.variances.isEmpty ? [Double](repeating: 1, count: peptides.count) : state.variances
    let (chosen, peptides) = (draw(count, variances: variances, using: &choice), peptides)
    return try computation.run(count: count, parameters: state.flow.parameters, wantsGradient: false) { tape, shard in
      let peptide = peptides[chosen[shard.lowerBound]]
      let (q, energies) = try peptide.flow.samplesWithEnergies(
        0..<Self.ownSamples, from: random.child(1).child(shard.lowerBound), target: peptide.target, on: tape)
      // Impossible samples have no coordinates, and no derivative that is a number.
      let possible = (0..<q.count).filter { !q[$0, 0].isNaN }
      return Group(
        peptide: chosen[shard.lowerBound], q: q.rows(possible), reducedEnergies: possible.map { energies[$0] },
        frames: 0)
    }.results
  }

  /// As many frames beside samples of the flow; every own sample once in a round, those of one peptide spread over it.
  private func mixedGroups(_ own: [Group], step: Int, using random: inout RandomStream) -> [Group] {
    let half = max(1, plan.batch / peptidesAtOnce / 2)
    return (0..<peptidesAtOnce).map { place in
      let number = step * peptidesAtOnce + place
      let group = own[number % own.count]
      let start = number / own.count * half
      let chosen = group.q.count == 0 ? [] : (start..<start + half).map { $0 % group.q.count }
      var mixed = frames(of: group.peptide, half, using: &random)
      mixed.q = mixed.q.appending(group.q.rows(chosen))
      mixed.reducedEnergies += chosen.map { group.reducedEnergies[$0] }
      return mixed
    }
  }

  // MARK: Losses

  /// log p of every sample, and the gradient of the loss.
  private func likelihoodGradient(
    of groups: [Group], parameters: ParameterStore
  ) throws -> (logDensities: [[Double]], gradient: [Float]) {
    let (loss, peptides) = (InformedLikelihood(weight: plan.varianceWeight, bound: plan.bound), peptides)
    let (logDensities, gradient) = try computation.run(
      count: groups.count, parameters: parameters, wantsGradient: true
    ) { tape, shard in
      let group = groups[shard.lowerBound]
      let flow = peptides[group.peptide].flow
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
