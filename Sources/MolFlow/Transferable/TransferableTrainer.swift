import Energies
import NeuralNetworks
import Randomness

/// Trains one set of parameters on frames of many peptides by maximum likelihood; see `TrainingPlan`.
///
/// A minibatch holds frames of several peptides, drawn anew for every step. The state between rounds is all there is, as with
/// `FlowTrainer`; what stays is the average of the parameters with the best likelihood of peptides that are not trained on.
public struct TransferableTrainer {
  /// A peptide as the flow sees it, and its frames as coordinates of the flow's chart.
  public struct Peptide: Sendable {
    public var name: String
    /// With the sizes of the model; its own parameters are not used.
    public var flow: NormalizingFlow
    public var q: Configurations

    public init(name: String, flow: NormalizingFlow, q: Configurations) {
      (self.name, self.flow, self.q) = (name, flow, q)
    }
  }

  public struct Report: Sendable {
    public var round: Int
    /// Means over peptides of −log p(q) for each coordinate, kT: of what was trained on, and of the validation peptides by the
    /// averaged parameters.
    public var training: Double
    public var validation: Double?
    public var gradientNorm: Double
  }

  public let plan: TrainingPlan
  public private(set) var state: TrainingState
  /// Peptides of a minibatch.
  public let peptidesAtOnce: Int
  private let peptides: [Peptide]
  private let validation: [Peptide]
  private let computation: ShardedComputation

  /// Frames of each validation peptide.
  private static let validationFrames = 128

  public init(
    plan: TrainingPlan, state: TrainingState, peptides: [Peptide], validation: [Peptide], peptidesAtOnce: Int,
    threads: Int
  ) {
    precondition(!peptides.isEmpty && peptidesAtOnce > 0)
    (self.plan, self.state, self.peptides, self.validation) = (plan, state, peptides, validation)
    self.peptidesAtOnce = peptidesAtOnce
    computation = ShardedComputation(shardSize: 32, threads: threads)
  }

  private func negativeLogLikelihood(
    _ peptide: Peptide, frames: [Int], parameters: ParameterStore, wantsGradient: Bool
  ) throws -> (loss: Double, gradient: [Float]) {
    var flow = peptide.flow
    flow.parameters = parameters
    let (loss, gradient) = try flow.negativeLogLikelihood(
      of: peptide.q.rows(frames), by: computation, wantsGradient: wantsGradient)
    let scale = 1 / Double(flow.dimension)
    return (loss * scale, gradient.map { $0 * Float(scale) })
  }

  /// The next round of `stepsPerRound` minibatches.
  ///
  /// - Throws: `TrainingError` where a gradient is not finite; the state is then that before the round.
  public mutating func advance() throws -> Report {
    var next = state
    var random = RandomStream(seed: plan.seed).child(1).child(state.round)
    let schedule = plan.likelihoodSchedule
    let framesOfEach = max(1, plan.batch / peptidesAtOnce)
    var losses: [Double] = []
    var norms: [Double] = []
    for step in 0..<plan.stepsPerRound {
      var gradient = [Float](repeating: 0, count: next.flow.parameters.count)
      for _ in 0..<peptidesAtOnce {
        let peptide = peptides[Int.random(in: 0..<peptides.count, using: &random)]
        let frames = (0..<framesOfEach).map { _ in Int.random(in: 0..<peptide.q.count, using: &random) }
        let (loss, own) = try negativeLogLikelihood(
          peptide, frames: frames, parameters: next.flow.parameters, wantsGradient: true)
        losses.append(loss)
        for i in gradient.indices { gradient[i] += own[i] / Float(peptidesAtOnce) }
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
        rate: schedule.rate(at: state.round * plan.stepsPerRound + step))
      next.average.update(next.flow.parameters.values)
    }
    next.round += 1
    var found: Double?
    if !validation.isEmpty {
      var averaged = next.flow.parameters
      averaged.values = next.average.values
      let values = try validation.map { peptide in
        let stride = max(1, peptide.q.count / Self.validationFrames)
        let frames = Array(Swift.stride(from: 0, to: peptide.q.count, by: stride).prefix(Self.validationFrames))
        return try negativeLogLikelihood(peptide, frames: frames, parameters: averaged, wantsGradient: false).loss
      }
      found = values.reduce(0, +) / Double(values.count)
    }
    let training = losses.reduce(0, +) / Double(losses.count)
    let report = Report(
      round: state.round, training: training, validation: found,
      gradientNorm: norms.reduce(0, +) / Double(norms.count))
    state = next
    state.noteValidation(-(found ?? training))
    return report
  }

  /// The parameters with the best validation so far.
  public var best: [Float] { state.best?.parameters ?? state.average.values }
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
