import Energies
import Foundation
import MolFlow
import NeuralNetworks
import Randomness
import Sampling
import Testing

/// Checks that every kind of flow passes, far from the identity; those that integrate paths have `ContinuousFlowTests`.
@Suite struct FlowRecipeTests {
  static let kinds = FlowRecipes.kinds.filter { FlowRecipes.type(of: $0)!.likelihoodObjective == "likelihood" }

  static func flow(_ kind: String) throws -> NormalizingFlow {
    var flow = try ModelFileTests.model(kind: kind).model.flow
    var random = RandomStream(seed: 8)
    for i in flow.parameters.values.indices { flow.parameters.values[i] += Float(0.03 * random.normal()) }
    return flow
  }

  /// log q of drawn samples is log q of given ones, up to single precision.
  @Test(arguments: FlowRecipeTests.kinds) func logDensityOfDrawnSamples(kind: String) throws {
    let proposal = FlowProposal(try Self.flow(kind), threads: 2)
    let (x, logQ) = try proposal.draw(0..<200, from: RandomStream(seed: 6))
    let again = try proposal.logDensities(of: x)
    let differences = zip(logQ, again).map { $0 - $1 }
    #expect(differences.allSatisfy { abs($0) < 0.03 }, "\(differences.map(abs).max()!)")
    #expect(abs(differences.reduce(0, +) / 200) < 2e-3)
    #expect(Set(logQ).count == 200)
  }

  /// Importance sampling of a density whose integral is known to be 1: that of the same flow with other parameters.
  @Test(arguments: FlowRecipeTests.kinds) func isNormalised(kind: String) throws {
    let flow = try Self.flow(kind)
    var other = flow
    var random = RandomStream(seed: 18)
    for i in other.parameters.values.indices { other.parameters.values[i] += Float(0.003 * random.normal()) }
    let (x, logQ) = try FlowProposal(flow, threads: 2).draw(0..<4000, from: RandomStream(seed: 7))
    let weights = zip(try FlowProposal(other, threads: 2).logDensities(of: x), logQ).map { exp($0 - $1) }
    let mean = weights.reduce(0, +) / 4000
    let deviation = (weights.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000).squareRoot()
    // |z| < 5: fails with probability 6e-7 for a wrong choice of seed.
    #expect(abs(mean - 1) < 5 * deviation / 4000.0.squareRoot(), "\(mean) with deviation \(deviation)")
    #expect(deviation > 0.05 && deviation < 10, "the two differ, but not by much: \(deviation)")
  }
}
