import Foundation
import NeuralNetworks

/// What a training run does: rounds of maximum likelihood on equilibrium frames, then rounds of an objective that knows the
/// energy.
///
/// A round gathers a pool of samples and goes through it once in minibatches. Without equilibrium frames the temperature falls
/// from `startTemperatureRatio` times the target's to the target's.
public struct TrainingPlan: Sendable, Equatable, Codable {
  public var seed: UInt64 = 0
  /// Rounds of maximum likelihood, of frames only.
  public var likelihoodRounds = 100
  /// Name of the objective of these rounds.
  public var likelihoodObjective = LikelihoodObjective.name
  /// Rounds of the objective.
  public var energyRounds = 300
  /// Name of a `TrainingObjective`.
  public var objective = LogVarianceObjective.name
  /// Highest temperature of a training without frames, in units of the target's.
  public var startTemperatureRatio = 4.0
  /// Shares of the energy rounds that such a training spends at that temperature, and until it comes to the target's.
  public var hotShare = 0.1
  public var coldShare = 0.6
  /// Samples of a pool, and of a minibatch.
  public var pool = 8192
  public var batch = 256
  /// Highest learning rates of the two stages.
  public var likelihoodRate = 2e-3
  public var energyRate = 5e-4
  /// |D − c| beyond which a sample pulls no harder, kT.
  public var bound = 3.0
  /// See `InformedLikelihood`; of `TransferableTrainer`.
  public var shortfallBound: Double?
  /// How much the log-variance of frames counts beside their likelihood; of `TransferableTrainer`.
  public var varianceWeight = 1.0
  /// Peptides are drawn with probabilities that go as this power of their log-variance: 0 for all alike; of `TransferableTrainer`.
  public var varianceFocus = 0.0
  /// Share of heated configurations among the given ones of a minibatch; of `TransferableTrainer`.
  public var heatedFraction = 0.0
  /// See `FeatureDropout`; of `TransferableTrainer`.
  public var featureDropout = 0.0
  /// Largest norm of a minibatch's gradient.
  public var largestNorm = 20.0
  public var averageDecay = 0.998
  /// Energy above which `RegularisedDensity` flattens, at the target's temperature, kT.
  public var energyCut = 500.0
  /// Longest derivative of one sample's energy that path gradients take as it is.
  public var largestSampleGradient = 1e3
  /// Share of the likelihood in `MixedObjective`.
  public var likelihoodShare = 0.5
  /// Levels of annealed importance sampling of `AlphaTwoObjective`, its first step in units of scaled coordinates, the
  /// leapfrog steps at a level, and the samples that are kept for replay.
  public var annealingLevels = 4
  public var annealingStep = 0.1
  public var leapfrogSteps = 4
  public var replayCapacity = 32768

  /// Deviation of places about the paths of flow matching, in widths, and the power of its times; see `MatchingPairs`.
  public var pathNoise = 0.0
  public var timePower = 1.0
  /// Whether flow matching pairs latents and data by optimal transport within minibatches.
  public var minibatchTransport = false
  /// How much flow matching counts pairs of atoms that are stiff; see `PairMetric`.
  public var pairStrength = 0.0

  public init() {}

  public var rounds: Int { likelihoodRounds + energyRounds }

  /// Minibatches of a round.
  public var stepsPerRound: Int { max(1, pool / batch) }

  /// λ of a round of a training without frames: the energy counts λ-fold.
  func energyScale(round: Int) -> Double {
    let progress = Double(round - likelihoodRounds) / Double(max(1, energyRounds))
    let cooled = min(1, max(0, (progress - hotShare) / max(1e-9, coldShare - hotShare)))
    return pow(startTemperatureRatio, cooled - 1)
  }

  var likelihoodSchedule: LearningRateSchedule {
    LearningRateSchedule(
      peak: likelihoodRate, warmup: 100, steps: max(1, likelihoodRounds * stepsPerRound),
      final: energyRate / likelihoodRate)
  }

  var energySchedule: LearningRateSchedule {
    LearningRateSchedule(peak: energyRate, warmup: 100, steps: max(1, energyRounds * stepsPerRound), final: 0.02)
  }
}
