import Foundation
import NeuralNetworks
import Randomness
import Testing

@testable import MolFlow

@Suite struct FeatureDropoutTests {
  private static func flow() throws -> NormalizingFlow {
    var builder = ParameterBuilder(seed: 6)
    let recipe = GuidedNetwork.Options(atomCount: 0).replacing([
      "width": 8, "heads": 2, "layers": 1, "head_width": 8, "bins": 4, "nodes": 24, "harmonics": 2,
    ])!
    var flow = recipe.flow(of: try TransferableFieldTests.subject("AS").subject, in: &builder)
    // Layers that begin at zero would hide what is left out.
    var random = RandomStream(seed: 7)
    flow.parameters.values = flow.parameters.values.map { $0 + Float(0.1 * random.normal()) }
    return flow
  }

  private static func gains(of flow: NormalizingFlow) -> [Double]? {
    (flow.architecture as! GuidedArchitecture).layout.gains
  }

  /// Of 4,000 features some are left out at p = 0.3; a deviation beyond 4.5 standard ones has a probability of 7·10⁻⁶.
  @Test("Features are left out with their probability, and the others grow")
  func probability() throws {
    let flow = try Self.flow()
    #expect(Self.gains(of: FeatureDropout(fraction: 0)(flow, using: RandomStream(seed: 1))) == nil)
    let dropout = FeatureDropout(fraction: 0.3)
    let gains = try (0..<20).flatMap {
      try #require(Self.gains(of: dropout(flow, using: RandomStream(seed: 1).child($0)))).prefix(200)
    }
    #expect(gains.count >= 2000 && gains.allSatisfy { $0 == 0 || abs($0 - 1 / 0.7) < 1e-12 })
    let left = Double(gains.count { $0 == 0 }), count = Double(gains.count)
    #expect(abs(left - 0.3 * count) < 4.5 * (0.21 * count).squareRoot())
  }

  @Test("With features left out the density is still that of the samples, and another one")
  func density() throws {
    let whole = try Self.flow()
    let thinned = FeatureDropout(fraction: 0.5)(whole, using: RandomStream(seed: 2))
    let drawn = try FlowProposal(thinned, threads: 1).draw(0..<32, from: RandomStream(seed: 3))
    let evaluated = try FlowProposal(thinned, threads: 1).logDensities(of: drawn.x)
    let ofWhole = try FlowProposal(whole, threads: 1).logDensities(of: drawn.x)
    for sample in 0..<32 { #expect(abs(drawn.logQ[sample] - evaluated[sample]) < 0.02) }
    #expect(zip(evaluated, ofWhole).contains { abs($0 - $1) > 0.5 })
  }
}
