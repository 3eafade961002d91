import Sampling

/// λ · (−mean log p of frames) + (1 − λ) · reverse Kullback–Leibler divergence, λ the plan's `likelihoodShare` (Noé, Olsson,
/// Köhler & Wu 2019, doi:10.1126/science.aaw1147).
public struct MixedObjective: TrainingObjective {
  public static let name = "mixed"
  public static let needsFrames = true

  public init() {}

  public func run<Target: TargetDensity>(_ round: inout TrainingRound<Target>) throws -> TrainingReport {
    guard let frames = round.frames else { preconditionFailure("likelihood needs frames") }
    let weights = try round.ownSamples(round.plan.pool / 4).weights
    let (q, _) = try round.snapshots(round.plan.pool, from: frames)
    let (computation, plan, random) = (round.computation, round.plan, round.random)
    let target = RegularisedDensity(round.target, above: plan.energyCut)
    var losses: [Double] = []
    var drawn = 0
    let norm = try round.steps(over: q.count) { state, batch in
      let (loss, likelihood) = try state.flow.negativeLogLikelihood(of: q.rows(batch), by: computation)
      losses.append(loss)
      let range = drawn..<drawn + batch.count
      drawn += batch.count
      state.energyEvaluations += batch.count
      let reverse = try state.flow.reverseKullbackLeibler(
        range, from: random.child(4), target: target, largestGradient: plan.largestSampleGradient, by: computation
      ).gradient
      let share = Float(plan.likelihoodShare)
      return zip(likelihood, reverse).map { share * $0 + (1 - share) * $1 }
    }
    return round.report(
      Self.name, negativeLogLikelihood: losses.reduce(0, +) / Double(losses.count),
      effectiveFraction: weights.effectiveFraction, gradientNorm: norm)
  }
}
