import Energies
import Foundation
import NeuralNetworks
import Randomness
import Sampling

/// Chains that teach a flow as they go: draws of the flow and local moves carry chains on, and what chains visit is what the flow
/// learns, so that draws are accepted more and more.
///
/// A round moves all chains (`IndependenceMetropolisMethod`) and then takes steps of `InformedLikelihood` on what they lately visited.
/// While the flow changes, chains leave no density invariant exactly; samples are therefore to be drawn afterwards from the flow as it
/// then is, which keeps every method exact.
///
/// Source: Gabrié, Rotskoff, Vanden-Eijnden 2022, doi:10.1073/pnas.2109420119.
public struct FlowAdaptation: Sendable {
  public var rounds: Int
  public var chains = 256
  /// Rounds of draws and local moves between two trainings.
  public var movesPerRound = 8
  /// Samples of the chains that are learned from, the latest.
  public var memory = 16_384
  public var stepsPerRound = 40
  public var batch = 256
  public var rate = 1e-3
  /// How much the log-variance of what chains visited counts beside its likelihood, and the bound on a sample's part.
  public var varianceWeight = 1.0
  public var bound = 5.0

  public init(rounds: Int) { self.rounds = rounds }

  /// What a round found.
  public struct Report: Sendable {
    public var round: Int
    /// Of the flow's draws, since the start.
    public var acceptance: Double
    /// Mean of −log p of the chains' samples.
    public var negativeLogLikelihood: Double
  }

  /// The flow after all rounds, with averaged parameters, and the evaluations of the target.
  ///
  /// - Parameters:
  ///   - target: evaluated by every thread for itself.
  ///   - kernel: of the local moves.
  public func adapted(
    _ flow: NormalizingFlow, to target: some TargetDensity, kernel: some Kernel, using random: RandomStream,
    threads: Int, onRound: (Report) throws -> Void = { _ in }
  ) throws -> (flow: NormalizingFlow, evaluations: Int) {
    guard !(flow.architecture is ContinuousArchitecture) else {
      throw TrainingError(description: "a continuous flow cannot learn from chains by its likelihood")
    }
    func method(_ flow: NormalizingFlow) -> IndependenceMetropolisMethod<
      FlowProposal, some TargetDensity, some Kernel
    > {
      IndependenceMetropolisMethod(
        from: FlowProposal(flow, threads: threads), to: target, kernel: kernel, stepsPerRound: 1, burnIn: 0,
        chains: chains, logPartitionFunction: 0, using: random.child(0), threads: threads)
    }
    var flow = flow
    var optimizer = AdamW(count: flow.parameters.count)
    var average = ExponentialMovingAverage(decay: 0.98, values: flow.parameters.values)
    let computation = ShardedComputation(shardSize: 64, threads: threads)
    var visited = Configurations(count: 0, dimension: flow.dimension)
    var reducedEnergies: [Double] = []
    let loss = InformedLikelihood(weight: varianceWeight, bound: bound)
    var state = try method(flow).start()
    var evaluations = 0
    for round in 0..<rounds {
      let own = method(flow)
      let portion = try own.sample(
        round * movesPerRound * chains..<(round + 1) * movesPerRound * chains, state: &state)
      evaluations += portion.evaluations
      let (q, minusLogJ) = flow.chart.inverseAndLogDet(portion.samples.x)
      visited = visited.appending(q)
      visited = visited.slice(max(0, visited.count - memory)..<visited.count)
      reducedEnergies = Array(
        (reducedEnergies + zip(portion.samples.reducedPotentials, minusLogJ).map { $0 + $1 }).suffix(memory))
      var losses = 0.0
      for step in 0..<stepsPerRound {
        var choice = random.child(1).child(round * stepsPerRound + step)
        let rows = (0..<batch).map { _ in choice.integer(below: visited.count) }
        let energies = rows.map { reducedEnergies[$0] }
        let (logDensities, gradient) = try flow.likelihoodGradient(of: visited.rows(rows), by: computation) {
          logDensities, range in
          // Each shard has a constant of its own.
          loss.factors(logDensities: logDensities, reducedEnergies: energies[range], frames: range.count)
            .map { $0 * Double(range.count) / Double(batch) }
        }
        let norm = globalNorm(of: gradient)
        guard norm.isFinite else {
          throw TrainingError(
            description:
              "the gradient of round \(round) of the adaptation is not a number; fewer rounds (adapt=) may do")
        }
        optimizer.update(
          &flow.parameters, gradient: gradient, scale: clippingScale(norm: norm, largest: 20), rate: rate)
        average.update(flow.parameters.values)
        losses -= logDensities.reduce(0, +) / Double(batch)
      }
      try onRound(
        Report(
          round: round, acceptance: state.acceptance,
          negativeLogLikelihood: losses / Double(stepsPerRound)))
    }
    flow.parameters.values = average.values
    return (flow, evaluations)
  }
}
