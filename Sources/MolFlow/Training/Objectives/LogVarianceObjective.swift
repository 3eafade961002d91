import Sampling

/// The log-variance divergence over frames and the flow's own samples, half of each; see `NormalizingFlow.logVariance`.
///
/// Without frames the flow's own samples take their place, resampled by their weights and moved on by the dynamics.
public struct LogVarianceObjective: TrainingObjective {
  public static let name = "log_variance"
  public static let needsFrames = false

  public init() {}

  public func run<Target: TargetDensity>(_ round: inout TrainingRound<Target>) throws -> TrainingReport {
    let half = round.plan.pool / 2
    let (ownQ, ownEnergies, weights) = try round.ownSamples(half)
    // −log Z moves with the temperature; at one temperature an average over rounds knows it better than one round.
    let center = weights.minusLogZ
    let isAtTarget = round.target.scale == 1
    round.state.center = isAtTarget ? round.state.center.map { $0 + 0.2 * (center - $0) } ?? center : nil

    let starts =
      round.frames
      ?? round.state.flow.chart.forwardAndLogDet(
        ownQ.rows(weights.resampled(half, using: round.random.child(3)))
      ).value
    let (frameQ, frameEnergies) = try round.snapshots(half, from: starts)
    // Impossible samples have no coordinates, and no derivative that is a number.
    let possible = (0..<ownQ.count).filter { !ownQ[$0, 0].isNaN }
    let q = frameQ.appending(ownQ.rows(possible))
    let energies = frameEnergies + possible.map { ownEnergies[$0] }
    let (bound, centre, computation) = (round.plan.bound, round.state.center ?? center, round.computation)
    let norm = try round.steps(over: q.count) { state, batch in
      try state.flow.logVariance(
        of: q.rows(batch), reducedEnergies: batch.map { energies[$0] }, center: centre, bound: bound,
        by: computation
      ).gradient
    }
    return round.report(Self.name, effectiveFraction: weights.effectiveFraction, gradientNorm: norm)
  }
}
