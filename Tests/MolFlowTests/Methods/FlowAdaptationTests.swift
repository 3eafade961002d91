import Energies
import Estimators
import Foundation
import MolFlow
import NeuralNetworks
import Randomness
import Sampling
import Testing

/// A flow that learns the asymmetric double well from its own chains.
@Suite struct FlowAdaptationTests {
  static let model = AsymmetricDoubleWell()
  static let target = BoltzmannDensity(model, state: ModelSystemTrainingTests.unit)

  static func untrained() -> NormalizingFlow {
    var builder = ParameterBuilder(seed: 3)
    let couplings = CartesianRecipe.couplings(
      "flow", dimension: 2, blocks: 4, by: ScaledConditional(bins: 8, bound: 4, largestLogScale: 1), hidden: [32, 32],
      in: &builder)
    return NormalizingFlow(
      chart: IdentityChart(dimension: 2), base: StandardLatents(isPeriodic: [false, false]), bijector: couplings,
      widths: [2, 1], parameters: builder.store)
  }

  static func adapted(
    rounds: Int, threads: Int, _ onRound: (FlowAdaptation.Report) -> Void = { _ in }
  ) throws -> NormalizingFlow {
    try FlowAdaptation(rounds: rounds).adapted(
      untrained(), to: target,
      kernel: HamiltonianMonteCarlo(velocityVariances: [1, 1], stepSize: 0.2, leapfrogSteps: 5),
      using: RandomStream(seed: 2), threads: threads, onRound: onRound
    ).flow
  }

  @Test("Chains teach a flow both wells, with their populations")
  func learns() throws {
    func drawn(_ flow: NormalizingFlow) throws -> (samples: WeightedSamples, weights: LogWeights) {
      let samples = try ImportanceSampler().sample(
        0..<20_000, from: FlowProposal(flow, threads: 2), to: Self.target, using: RandomStream(seed: 9))
      return (samples, try LogWeights(samples.logWeights))
    }
    let before = try drawn(Self.untrained()).weights.effectiveSampleSize
    var acceptances: [Double] = []
    let (samples, weights) = try drawn(Self.adapted(rounds: 15, threads: 2) { acceptances.append($0.acceptance) })
    #expect(before < 3000 && weights.effectiveSampleSize > 14_000, "\(before), \(weights.effectiveSampleSize)")
    #expect(acceptances.count == 15 && acceptances[14] > acceptances[0] + 0.1, "\(acceptances)")
    // What is drawn afterwards is exact.
    let right = try WeightedMean(of: samples.x.column(0).map { $0 > 0 ? 1 : 0 }, weights: weights)
    let exact = 1 / (1 + exp(Self.model.freeEnergyDifference()))
    #expect(abs(right.value - exact) < 4.5 * right.standardError!, "\(right), expected \(exact)")
  }

  @Test("Threads change nothing")
  func threads() throws {
    #expect(
      try Self.adapted(rounds: 2, threads: 1).parameters.values
        == Self.adapted(rounds: 2, threads: 2).parameters.values)
  }
}
