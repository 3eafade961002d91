import Sampling

/// Conditional flow matching on equilibrium frames that short dynamics moves on, for continuous flows.
public struct FlowMatchingObjective: TrainingObjective {
  public static let name = "flow_matching"
  public static let needsFrames = true

  public init() {}

  public func run<Target: TargetDensity>(_ round: inout TrainingRound<Target>) throws -> TrainingReport {
    guard let frames = round.frames else { preconditionFailure("flow matching needs frames") }
    let (q, _) = try round.snapshots(round.plan.pool, from: frames)
    var losses: [Double] = []
    let (computation, random, plan) = (round.computation, round.random.child(4), round.plan)
    let flow = round.state.flow
    let axes = (flow.architecture as? ContinuousArchitecture)?.axes ?? 3
    let metric =
      plan.pairStrength > 0
      ? PairMetric(
        flow.unscaledConfigurations(flow.matrix(q), samples: q.count), axes: axes, strength: plan.pairStrength) : nil
    let norm = try round.steps(over: q.count) { state, batch in
      let (loss, gradient) = try state.flow.matchingLoss(
        of: q.rows(batch), noise: plan.pathNoise, power: plan.timePower,
        assigned: plan.minibatchTransport, metric: metric, by: computation,
        using: random.child(losses.count))
      losses.append(loss)
      return gradient
    }
    var report = round.report(Self.name, gradientNorm: norm)
    report.loss = losses.reduce(0, +) / Double(losses.count)
    return report
  }
}
