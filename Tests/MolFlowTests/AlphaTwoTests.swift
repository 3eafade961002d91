import Energies
import Foundation
import NeuralNetworks
import Randomness
import Sampling
import Testing

@testable import MolFlow

@Suite struct AlphaTwoTests {
  /// u_start = −log q and u_end = 2u + log q on scaled coordinates, with gradients that are central differences' in double
  /// precision as far as single-precision networks allow.
  @Test(arguments: ["coupling", "autoregressive"]) func pathPotentials(kind: String) throws {
    let (system, model) = try ModelFileTests.model(kind: kind)
    var flow = model.flow
    var random = RandomStream(seed: 8)
    for i in flow.parameters.values.indices { flow.parameters.values[i] += Float(0.02 * random.normal()) }
    let target = BoltzmannDensity(
      NormalizingFlowTests.SoftWell(dimension: 66), state: ThermodynamicState(temperature: 300))
    #expect(system.molecule.atomCount == 22)
    let path = AlphaTwoPath(flow, target: target)
    var y = Configurations(count: 4, dimension: flow.dimension)
    for i in y.coordinates.indices { y.coordinates[i] = 0.5 * random.normal() }
    var gradients = PathGradients(count: 0, dimension: 1)
    let potentials = try path.potentials(of: y, gradients: &gradients)
    let plain = try path.potentials(of: y)
    for (a, b) in zip(potentials.start, plain.start) { #expect(abs(a - b) < 1e-6 * abs(b)) }

    // The same densities by the ways that users have.
    let q = flow.chartCoordinates(flow.unscaledMatrix(y), samples: 4)
    let (x, logJ) = flow.chart.forwardAndLogDet(q)
    let logQ = try FlowProposal(flow).logDensities(of: x)
    let u = try target.reducedPotentials(of: x)
    for sample in 0..<4 {
      let onScaled = logQ[sample] + logJ[sample] + flow.logVolume
      #expect(abs(potentials.start[sample] + onScaled) < 1e-3)
      let expected = 2 * (u[sample] - logJ[sample] - flow.logVolume) + onScaled
      #expect(abs(potentials.end[sample] - expected) < 1e-3)
    }
    for trial in 0..<6 {
      var direction = y
      var stream = RandomStream(seed: 30, stream: UInt64(trial))
      for i in direction.coordinates.indices { direction.coordinates[i] = stream.normal() }
      func moved(_ step: Double) throws -> PathPotentials {
        var other = y
        for i in other.coordinates.indices { other.coordinates[i] += step * direction.coordinates[i] }
        return try path.potentials(of: other)
      }
      let h = 2e-3
      let (above, below) = (try moved(h), try moved(-h))
      for sample in 0..<4 {
        func along(_ gradient: Configurations) -> Double {
          (0..<y.dimension).reduce(0) { $0 + gradient[sample, $1] * direction[sample, $1] }
        }
        let ofStart = (above.start[sample] - below.start[sample]) / (2 * h)
        let ofEnd = (above.end[sample] - below.end[sample]) / (2 * h)
        #expect(
          abs(along(gradients.start) - ofStart) < 0.02 * (1 + abs(ofStart)), "\(along(gradients.start)), \(ofStart)")
        #expect(abs(along(gradients.end) - ofEnd) < 0.02 * (1 + abs(ofEnd)), "\(along(gradients.end)), \(ofEnd)")
      }
    }
  }

  /// Samples come in proportion to their weights, each once, and the oldest leave.
  @Test func replay() throws {
    var buffer = ReplayBuffer()
    let q = Configurations(count: 4, dimension: 1, coordinates: [1, 2, 3, 4])
    buffer.add(
      q, logWeights: [0, log(2), -.infinity, log(5)], logDensities: [0, 0, 0, 0], capacity: 10)
    #expect(buffer.count == 3 && buffer.coordinates == [1, 2, 4])
    var first = [0, 0, 0]
    for trial in 0..<8000 { first[buffer.draw(1, using: RandomStream(seed: 3, stream: UInt64(trial)))[0]] += 1 }
    for (count, share) in zip(first, [1.0 / 8, 2.0 / 8, 5.0 / 8]) {
      // |z| < 5: fails with probability 6e-7 for a wrong choice of seed.
      #expect(abs(Double(count) - 8000 * share) < 5 * (8000 * share * (1 - share)).squareRoot())
    }
    #expect(buffer.draw(9, using: RandomStream(seed: 1)) == [0, 1, 2])
    buffer.update([2], logDensities: [1.5])
    #expect(abs(Double(buffer.logWeights[2]) - (log(5) - 1.5)) < 1e-6 && buffer.logDensities[2] == 1.5)
    buffer.add(q, logWeights: [0, 0, 0, 0], logDensities: [0, 0, 0, 0], capacity: 5)
    #expect(buffer.coordinates == [4, 1, 2, 3, 4])
  }

  /// u below the cut, its logarithm above, one slope where they meet, and no force from what is infinite.
  @Test func regularisedEnergy() throws {
    struct Line: TargetDensity {
      let dimension = 1
      func reducedPotentials(of x: borrowing Configurations) -> [Double] { (0..<x.count).map { x[$0, 0] } }
      func reducedPotentials(of x: borrowing Configurations, gradient: inout Configurations) -> [Double] {
        gradient = Configurations(count: x.count, dimension: 1, coordinates: [Double](repeating: 1, count: x.count))
        return reducedPotentials(of: x)
      }
    }
    let density = RegularisedDensity(Line(), above: 10)
    let x = Configurations(count: 5, dimension: 1, coordinates: [-3, 10, 10.5, 1000, .infinity])
    var gradient = Configurations(count: 0, dimension: 1)
    let u = try density.reducedPotentials(of: x, gradient: &gradient)
    #expect(try density.reducedPotentials(of: x) == u)
    #expect(u[0] == -3 && u[1] == 10 && abs(u[2] - 10 - log(1.5)) < 1e-12 && abs(u[3] - 10 - log(991)) < 1e-12)
    #expect(u[4].isFinite && u[4] > u[3])
    #expect(gradient.coordinates[..<2] == [1, 1] && abs(gradient[2, 0] - 1 / 1.5) < 1e-12 && gradient[4, 0] == 0)
  }
}
