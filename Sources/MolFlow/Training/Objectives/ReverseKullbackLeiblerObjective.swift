import Sampling

/// The reverse Kullback–Leibler divergence by path gradients, with fresh samples in every step; see
/// `NormalizingFlow.reverseKullbackLeibler`. The energy counts through its forces, regularised (`RegularisedDensity`).
public struct ReverseKullbackLeiblerObjective: TrainingObjective {
  public static let name = "reverse_kl"
  public static let needsFrames = false

  public init() {}

  public func run<Target: TargetDensity>(_ round: inout TrainingRound<Target>) throws -> TrainingReport {
    let weights = try round.ownSamples(round.plan.pool / 4).weights
    let (computation, plan, random) = (round.computation, round.plan, round.random)
    let target = RegularisedDensity(round.target, above: plan.energyCut * round.target.scale)
    var drawn = 0
    let norm = try round.steps(over: plan.pool) { state, batch in
      let range = drawn..<drawn + batch.count
      drawn += batch.count
      state.energyEvaluations += batch.count
      return try state.flow.reverseKullbackLeibler(
        range, from: random.child(4), target: target, largestGradient: plan.largestSampleGradient, by: computation
      ).gradient
    }
    return round.report(Self.name, effectiveFraction: weights.effectiveFraction, gradientNorm: norm)
  }
}
