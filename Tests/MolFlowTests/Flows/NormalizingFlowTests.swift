import Energies
import Foundation
import MolFlow
import NeuralNetworks
import Randomness
import Sampling
import Testing

@Suite struct NormalizingFlowTests {
  /// A sample has the same bytes whatever range, threads and portion it is drawn in.
  @Test func samplesDependOnTheirNumberOnly() throws {
    let small = try SmallFlow(spread: 0.02)
    let random = RandomStream(seed: 6)
    let whole = try FlowProposal(small.flow, threads: 2).draw(0..<300, from: random)
    for range in [0..<1, 5..<140, 127..<129, 128..<256, 299..<300] {
      let part = try FlowProposal(small.flow, threads: 1).draw(range, from: random)
      #expect(part.logQ == Array(whole.logQ[range]))
      #expect(part.x == whole.x.slice(range))
    }
    #expect(try FlowProposal(small.flow).draw(7..<7, from: random).logQ.isEmpty)
  }

  /// log q of drawn samples is log q of given ones: after rotation and translation too.
  @Test func logDensityOfDrawnSamples() throws {
    let small = try SmallFlow(spread: 0.02)
    let proposal = FlowProposal(small.flow, threads: 2)
    let (x, logQ) = try proposal.draw(0..<200, from: RandomStream(seed: 6))
    var moved = x
    for sample in 0..<x.count {
      for atom in 0..<22 {
        let p = x.position(sample: sample, atom: atom)
        moved.setPosition(
          sample: sample, atom: atom, to: SIMD3(0.6 * p.x - 0.8 * p.y + 1, 0.8 * p.x + 0.6 * p.y, p.z - 2))
      }
    }
    let again = try proposal.logDensities(of: moved)
    // Single precision through some hundred operations, on log-densities of about 200.
    for (a, b) in zip(logQ, again) { #expect(abs(a - b) < 0.02, "\(a) and \(b)") }
    let mean = zip(logQ, again).reduce(0) { $0 + $1.0 - $1.1 } / 200
    #expect(abs(mean) < 1e-3)
    #expect(Set(logQ).count == 200)
  }

  /// A sample with an impossible angle ends with all atoms at one place, where the energy is infinite.
  @Test func impossibleSamples() throws {
    let small = try SmallFlow(spread: 0)
    let (latents, _) = try small.flow.latents(0..<2, from: RandomStream(seed: 1))
    var matrix = latents
    // The second sample's second angle, far beyond π.
    let tokens = small.flow.architecture.tokens
    matrix[(1 * tokens + 2) * 2 + 1] = 1e4
    let q = small.flow.chartCoordinates(matrix, samples: 2)
    #expect((0..<q.dimension).allSatisfy { q[0, $0].isFinite && q[1, $0].isNaN })
    let target = BoltzmannDensity(MolecularEnergy(small.system), state: small.state)
    let energies = try small.flow.reducedEnergies(of: q, target: target)
    #expect(energies[0].isFinite && energies[1] == .infinity)
  }

  /// The reverse Kullback–Leibler divergence over given latents has the derivative that the path gradient and the likelihood's
  /// gradient make up: d/dθ log p_θ(g_θ(z)) is the part along the path plus that at fixed samples.
  @Test func pathGradient() throws {
    let small = try SmallFlow(spread: 0.05)
    let flow = small.flow
    let target = BoltzmannDensity(SoftWell(dimension: 66), state: small.state)
    let computation = ShardedComputation(shardSize: 8, threads: 2)
    let random = RandomStream(seed: 9)
    let result = try flow.reverseKullbackLeibler(0..<16, from: random, target: target, by: computation)
    #expect(!result.logWeights.contains { !$0.isFinite })
    let (_, likelihood) = try flow.negativeLogLikelihood(of: result.q, by: computation)
    for trial in 0..<3 {
      var stream = RandomStream(seed: 20, stream: UInt64(trial))
      let direction = flow.parameters.values.map { _ in Float(stream.normal()) }
      func loss(_ step: Float) throws -> Double {
        var moved = flow
        for i in direction.indices { moved.parameters.values[i] += step * direction[i] }
        return try moved.reverseKullbackLeibler(0..<16, from: random, target: target, by: computation).loss
      }
      let h: Float = 2e-4
      let expected = Double(try loss(h) - loss(-h)) / Double(2 * h)
      let found = zip(direction, zip(result.gradient, likelihood)).reduce(0) {
        $0 + Double($1.0) * (Double($1.1.0) - Double($1.1.1))
      }
      #expect(abs(found - expected) < 0.02 * (1 + abs(expected)), "\(found), expected \(expected)")
    }
  }

  /// ½ mean (D − c)² has the gradient mean (D − c) ∂log p, each D − c cut to the bound: the likelihood's gradient with these
  /// as weights (whose derivatives `AutoregressiveNetworkTests` checks). An infinite energy pulls at the bound.
  @Test(arguments: [Double.infinity, 2]) func logVarianceGradient(bound: Double) throws {
    let small = try SmallFlow(spread: 0.05)
    let flow = small.flow
    let computation = ShardedComputation(shardSize: 8, threads: 2)
    let target = BoltzmannDensity(SoftWell(dimension: 66), state: small.state)
    let (q, u) = try flow.samplesWithEnergies(0..<16, from: RandomStream(seed: 9), target: target, by: computation)
    var energies = u
    if bound.isFinite { energies[3] = .infinity }
    let logP = try FlowProposal(flow).logDensities(of: flow.chart.forwardAndLogDet(q).value)
    let logJ = flow.chart.forwardAndLogDet(q).logDet
    let center = 100.0
    let result = try flow.logVariance(of: q, reducedEnergies: energies, center: center, bound: bound, by: computation)
    for (sample, difference) in result.differences.enumerated() {
      let expected = logP[sample] + logJ[sample] + energies[sample]
      #expect(difference == expected || abs(difference - expected) < 0.02, "\(difference), expected \(expected)")
    }
    let weights = result.differences.map { -max(-bound, min(bound, $0 - center)) / 16 }
    let (_, expected) = try flow.negativeLogLikelihood(of: q, weights: weights, by: computation)
    let scale = expected.map(abs).max()!
    for (a, b) in zip(result.gradient, expected) { #expect(abs(a - b) < 1e-5 * scale) }
    #expect(scale > 0 && scale.isFinite)
  }

  /// A smooth energy without clashes: harmonic pulls of every atom to its place on a helix.
  struct SoftWell: Energy {
    let dimension: Int

    func energies(of x: borrowing Configurations) throws(EnergyError) -> [Double] {
      var forces = Configurations(count: x.count, dimension: dimension)
      return try energies(of: x, forces: &forces)
    }

    func energies(of x: borrowing Configurations, forces: inout Configurations) throws(EnergyError) -> [Double] {
      var result = [Double](repeating: 0, count: x.count)
      for sample in 0..<x.count {
        for c in 0..<dimension {
          let d = x[sample, c] - 0.1 * sin(Double(c))
          result[sample] += 5 * d * d
          forces[sample, c] = -10 * d
        }
      }
      return result
    }
  }
}
