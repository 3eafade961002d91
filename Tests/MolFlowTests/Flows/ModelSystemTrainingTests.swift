import Energies
import Estimators
import Foundation
import MolFlow
import NeuralNetworks
import Randomness
import Sampling
import Testing

/// Flows that learn a model from its energy alone, judged by what is known of the model: log Z, and how much of exact samples
/// they cover (the forward ESS; a missing mode makes it nothing).
@Suite struct ModelSystemTrainingTests {
  static let unit = ThermodynamicState(temperature: 1 / Units.gasConstant)

  struct Outcome {
    var logPartitionFunctionError: Double
    var effectiveFraction: Double
    var forwardEffectiveFraction: Double
    var samples: Configurations
  }

  /// - Parameters:
  ///   - width: of the normal latents, in the model's length.
  ///   - step: of the dynamics that moves samples on.
  static func train<Model: ExactlySampledModel>(
    _ model: Model, width: Double, blocks: Int, bins: Int, step: Double, _ change: (inout TrainingPlan) -> Void
  ) throws -> Outcome {
    var plan = TrainingPlan()
    (plan.likelihoodRounds, plan.pool, plan.batch, plan.energyRate) = (0, 4096, 256, 2e-3)
    plan.annealingStep = 0.05
    change(&plan)
    let dimension = model.dimension
    var builder = ParameterBuilder(seed: 1)
    let couplings = CartesianRecipe.couplings(
      "flow", dimension: dimension, blocks: blocks,
      by: ScaledConditional(bins: bins, bound: 4, largestLogScale: 1), hidden: [64, 64], in: &builder)
    let flow = NormalizingFlow(
      chart: IdentityChart(dimension: dimension),
      base: StandardLatents(isPeriodic: [Bool](repeating: false, count: dimension)), bijector: couplings,
      widths: [Double](repeating: width, count: dimension), parameters: builder.store)
    let target = BoltzmannDensity(model, state: unit)
    let dynamics = PropagatedFrames(
      kernel: LangevinDynamics(
        velocityVariances: [Double](repeating: 1, count: dimension), stepSize: step, friction: 1), stride: 10,
      snapshots: 1)
    var trainer = FlowTrainer(
      plan: plan, state: TrainingState(flow: flow, plan: plan), frames: nil, dynamics: dynamics, target: target,
      threads: 2)
    while trainer.state.round < plan.rounds { _ = try trainer.advance() }

    let proposal = FlowProposal(trainer.averaged, threads: 2)
    let drawn = try ImportanceSampler().sample(
      0..<20_000, from: proposal, to: target, using: RandomStream(seed: 77))
    let statistics = try WeightStatistics(logWeights: drawn.logWeights)
    var random = RandomStream(seed: 5)
    let exact = model.exactSamples(5000, using: &random)
    let forward = try ForwardEffectiveSampleSize(
      logWeights: zip(target.reducedPotentials(of: exact), proposal.logDensities(of: exact)).map { -$0 - $1 })
    return Outcome(
      logPartitionFunctionError: statistics.logPartitionFunction - model.logPartitionFunction!,
      effectiveFraction: statistics.effectiveFraction, forwardEffectiveFraction: forward.fraction, samples: drawn.x)
  }

  /// Samples of the nearest mode of each.
  static func modes(_ mixture: GaussianMixture, _ x: Configurations) -> [Int] {
    var counts = [Int](repeating: 0, count: mixture.componentCount)
    for sample in 0..<x.count {
      func distance(_ k: Int) -> Double {
        zip(mixture.mean(ofComponent: k), 0..<2).reduce(0) { $0 + ($1.0 - x[sample, $1.1]) * ($1.0 - x[sample, $1.1]) }
      }
      counts[(0..<counts.count).min { distance($0) < distance($1) }!] += 1
    }
    return counts
  }

  /// Forty modes of the plane from latents that are broad enough to meet them all; the same with the reverse
  /// Kullback–Leibler divergence loses half of them.
  @Test func fortyModes() throws {
    let found = try Self.train(GaussianMixture.forty, width: 20, blocks: 6, bins: 16, step: 0.3) {
      ($0.objective, $0.energyRounds, $0.startTemperatureRatio) = ("alpha_two", 30, 5)
    }
    #expect(abs(found.logPartitionFunctionError) < 0.1, "\(found.logPartitionFunctionError)")
    #expect(found.effectiveFraction > 0.3 && found.forwardEffectiveFraction > 0.3, "\(found)")
    let modes = Self.modes(.forty, found.samples)
    // Each has 500 of 20,000 where the flow is the target.
    #expect(modes.min()! > 100, "\(modes)")
  }

  /// 65,536 modes of 32 dimensions.
  @Test func manyWell() throws {
    let found = try Self.train(ManyWell(dimension: 32), width: 1.5, blocks: 4, bins: 10, step: 0.05) {
      ($0.objective, $0.energyRounds, $0.startTemperatureRatio) = ("log_variance", 60, 4)
    }
    #expect(abs(found.logPartitionFunctionError) < 0.1, "\(found.logPartitionFunctionError)")
    #expect(found.effectiveFraction > 0.7 && found.forwardEffectiveFraction > 0.7, "\(found)")
    // In each pair 16 % on the side of the smaller well; its deviation over 20,000 samples is 0.0026.
    for pair in 0..<16 {
      let share = Double((0..<20_000).count { found.samples[$0, 2 * pair] < 0 }) / 20_000
      #expect(share > 0.08 && share < 0.25, "\(pair): \(share)")
    }
  }
}
