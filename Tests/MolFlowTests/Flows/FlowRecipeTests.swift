import Energies
import Foundation
import MolFlow
import NeuralNetworks
import Randomness
import Sampling
import Testing

/// Checks that every kind of flow passes, far from the identity; those that integrate paths have `ContinuousFlowTests`.
@Suite struct FlowRecipeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var kind: String
    var sequence = "ACE-ALA-NME"
    var testDescription: String { "\(kind) of \(sequence)" }
  }

  /// Every kind, and the one that knows of rings with three of them.
  static let cases =
    FlowRecipes.kinds.filter { FlowRecipes.type(of: $0)!.likelihoodObjective == "likelihood" }.map { Case(kind: $0) }
    + [Case(kind: GuidedNetwork.Options.kind, sequence: "PW")]

  static func flow(_ flowCase: Case) throws -> NormalizingFlow {
    var flow = try ModelFileTests.model(flowCase.sequence, kind: flowCase.kind).model.flow
    var random = RandomStream(seed: 8)
    for i in flow.parameters.values.indices { flow.parameters.values[i] += Float(0.03 * random.normal()) }
    return flow
  }

  /// log q of drawn samples is log q of given ones, up to single precision.
  @Test(arguments: FlowRecipeTests.cases) func logDensityOfDrawnSamples(flowCase: Case) throws {
    let proposal = FlowProposal(try Self.flow(flowCase), threads: 2)
    let (x, logQ) = try proposal.draw(0..<200, from: RandomStream(seed: 6))
    let again = try proposal.logDensities(of: x)
    let differences = zip(logQ, again).map { $0 - $1 }
    #expect(differences.allSatisfy { abs($0) < 0.03 }, "\(differences.map(abs).max()!)")
    #expect(abs(differences.reduce(0, +) / 200) < 2e-3)
    #expect(Set(logQ).count == 200)
  }

  /// Importance sampling of a density whose integral is known to be 1: that of the same flow with other parameters.
  @Test(arguments: FlowRecipeTests.cases) func isNormalised(flowCase: Case) throws {
    let flow = try Self.flow(flowCase)
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
