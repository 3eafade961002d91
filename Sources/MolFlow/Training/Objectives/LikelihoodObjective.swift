import Sampling

/// Maximum likelihood on equilibrium frames that short dynamics moves on: −mean log p(q), the forward Kullback–Leibler
/// divergence from the target up to a constant.
public struct LikelihoodObjective: TrainingObjective {
  public static let name = "likelihood"
  public static let needsFrames = true

  public init() {}

  public func run<Target: TargetDensity>(_ round: inout TrainingRound<Target>) throws -> TrainingReport {
    guard let frames = round.frames else { preconditionFailure("likelihood needs frames") }
    let (q, _) = try round.snapshots(round.plan.pool, from: frames)
    var losses: [Double] = []
    let computation = round.computation
    let norm = try round.steps(over: q.count) { state, batch in
      let (loss, gradient) = try state.flow.negativeLogLikelihood(of: q.rows(batch), by: computation)
      losses.append(loss)
      return gradient
    }
    return round.report(
      Self.name, negativeLogLikelihood: losses.reduce(0, +) / Double(losses.count), gradientNorm: norm)
  }
}
