import Energies
import NeuralNetworks
import Randomness
import Sampling

/// What an objective has at hand in one round, and the state that it changes.
public struct TrainingRound<Target: TargetDensity> {
  public var state: TrainingState
  public let plan: TrainingPlan
  /// Configurations at equilibrium, or nil.
  public let frames: Configurations?
  /// The target at the temperature of the round.
  public let target: TemperedDensity<Target>
  public let threads: Int
  let dynamics: PropagatedFrames
  let computation: ShardedComputation
  let schedule: LearningRateSchedule
  /// First round of the schedule.
  let firstRound: Int

  /// Random numbers of this round.
  public var random: RandomStream { RandomStream(seed: plan.seed).child(1).child(state.round) }

  /// Snapshots of dynamics from `starts` as coordinates of the chart, with u − log J.
  public mutating func snapshots(
    _ count: Int, from starts: Configurations
  ) throws -> (q: Configurations, energies: [Double]) {
    let (x, u, evaluations) = try dynamics.round(
      count, from: starts, target: target, using: random.child(0), threads: threads)
    state.energyEvaluations += evaluations
    let (q, minusLogJ) = state.flow.chart.inverseAndLogDet(x)
    return (q, zip(u, minusLogJ).map { $0 + $1 })
  }

  /// Samples of the flow before it changes, with u − log J and their importance weights.
  public mutating func ownSamples(
    _ count: Int
  ) throws -> (q: Configurations, energies: [Double], weights: RoundWeights) {
    let (q, energies) = try state.flow.samplesWithEnergies(
      0..<count, from: random.child(1), target: target, by: computation)
    state.energyEvaluations += count
    let (logP, _) = try state.flow.likelihoodGradient(of: q, by: computation, wantsGradient: false) { _, _ in [] }
    let weights = try RoundWeights(differences: zip(logP, energies).map { $0 + $1 })
    state.effectiveFraction = weights.effectiveFraction
    return (q, energies, weights)
  }

  /// Goes once through `count` samples in random order.
  ///
  /// - Parameter gradient: of a minibatch.
  /// - Returns: the mean norm of the gradients.
  public mutating func steps(
    over count: Int, gradient: (_ state: inout TrainingState, _ batch: [Int]) throws -> [Float]
  ) throws -> Double {
    var order = Array(0..<count)
    var shuffle = random.child(2)
    order.shuffle(using: &shuffle)
    var norms: [Double] = []
    for step in 0..<plan.stepsPerRound {
      let batch = Array(order[step * count / plan.stepsPerRound..<(step + 1) * count / plan.stepsPerRound])
      guard !batch.isEmpty else { continue }
      let gradient = try gradient(&state, batch)
      let norm = globalNorm(of: gradient)
      guard norm.isFinite else {
        throw TrainingError(
          description:
            "the gradient of step \(step) of round \(state.round) is not a number; the model before the round is kept. A new run from it (init_from=) with a lower learning rate may get further"
        )
      }
      norms.append(norm)
      state.optimizer.update(
        &state.flow.parameters, gradient: gradient, scale: clippingScale(norm: norm, largest: plan.largestNorm),
        rate: schedule.rate(at: (state.round - firstRound) * plan.stepsPerRound + step))
      state.average.update(state.flow.parameters.values)
    }
    return norms.reduce(0, +) / Double(max(1, norms.count))
  }

  /// A report with what every round knows.
  func report(
    _ name: String, negativeLogLikelihood: Double? = nil, effectiveFraction: Double? = nil, gradientNorm: Double
  ) -> TrainingReport {
    TrainingReport(
      round: state.round, stage: name, negativeLogLikelihood: negativeLogLikelihood,
      temperatureRatio: 1 / target.scale, effectiveFraction: effectiveFraction, gradientNorm: gradientNorm)
  }
}
