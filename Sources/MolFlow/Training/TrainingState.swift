import NeuralNetworks

/// Everything of a training run that changes; between two rounds it is all there is.
public struct TrainingState: Sendable {
  public var flow: NormalizingFlow
  public var optimizer: AdamW
  public var average: ExponentialMovingAverage
  /// Rounds done.
  public var round = 0
  /// Energies (with or without forces) asked for so far.
  public var energyEvaluations = 0
  /// The running estimate of −log Z.
  public var center: Double?
  /// Of the last round that drew samples; see `TrainingReport`.
  public var effectiveFraction: Double?
  /// Averaged parameters of the best rounds so far, and how good these were.
  public var best: Best?
  /// Samples of annealed importance sampling that training goes back to; empty for objectives without.
  public var replay = ReplayBuffer()
  /// Running means of the log-variance of each peptide's samples, kT²; of `TransferableTrainer`.
  public var variances: [Double] = []
  /// Step of the kernels of annealed importance sampling, which follows their acceptance.
  public var stepSize: Double

  /// A round's score is the effective share of the flow's own samples, or −NLL in rounds of likelihood.
  public struct Best: Sendable, Equatable {
    public var parameters: [Float]
    public var round: Int
    /// Running mean of the scores there.
    public var score: Double
    /// Running mean of the scores now.
    public var recent: Double
    /// Whether scores are effective shares.
    public var isEffectiveFraction: Bool
  }

  public init(flow: NormalizingFlow, plan: TrainingPlan) {
    self.flow = flow
    optimizer = AdamW(count: flow.parameters.count)
    average = ExponentialMovingAverage(decay: plan.averageDecay, values: flow.parameters.values)
    stepSize = plan.annealingStep
  }

  /// Notes how good a round was. Rounds at other temperatures than the target's do not count.
  mutating func note(_ report: TrainingReport) {
    guard report.temperatureRatio == 1,
      let score = report.effectiveFraction ?? (report.negativeLogLikelihood ?? report.loss).map({ -$0 })
    else { return }
    let isEffectiveFraction = report.effectiveFraction != nil
    guard var best, best.isEffectiveFraction == isEffectiveFraction else {
      best = Best(
        parameters: average.values, round: round, score: score, recent: score, isEffectiveFraction: isEffectiveFraction)
      return
    }
    best.recent += 0.2 * (score - best.recent)
    if best.recent > best.score { (best.parameters, best.round, best.score) = (average.values, round, best.recent) }
    self.best = best
  }
}

/// What a round of training found.
public struct TrainingReport: Sendable {
  public var round: Int
  /// Name of the objective.
  public var stage: String
  /// Mean of −log p(q) of the frames, kT.
  public var negativeLogLikelihood: Double?
  /// Mean loss of objectives that know no likelihood.
  public var loss: Double?
  /// Temperature of the round in units of the target's.
  public var temperatureRatio = 1.0
  /// Kish effective share of the flow's own samples, drawn before the round, nothing clipped.
  public var effectiveFraction: Double?
  /// Mean norm of the minibatches' gradients.
  public var gradientNorm: Double
}
