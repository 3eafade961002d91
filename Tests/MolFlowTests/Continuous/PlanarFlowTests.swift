import Energies
import Estimators
import Foundation
import NeuralNetworks
import Randomness
import Sampling
import Testing

@testable import MolFlow

/// Continuous flows of clusters in the plane: two axes, and the third coordinate 0.
@Suite struct PlanarFlowTests {
  static let system = MolecularSystem.cluster(named: "dw4")!

  /// Normal clusters of deviation 2, with something in the third coordinate that must not matter.
  static let frames: Configurations = {
    var random = RandomStream(seed: 7)
    var x = Configurations(count: 2000, dimension: 12)
    for sample in 0..<x.count { for c in 0..<12 { x[sample, c] = 2 * random.normal() } }
    return x
  }()

  static func flow(_ recipe: any FlowRecipe) throws -> NormalizingFlow {
    let coordinates = try InternalCoordinates(system.molecule)
    var subject = FlowSubject(
      system, coordinates: coordinates,
      scaling: try CoordinateScaling(
        system, zMatrix: coordinates.zMatrix, structure: frames.slice(0..<1),
        state: ThermodynamicState(temperature: 300)))
    subject.statistics = try CartesianStatistics(frames, classes: PairClasses(system.molecule), axes: 2)
    var builder = ParameterBuilder(seed: 1)
    return recipe.flow(of: subject, in: &builder)
  }

  static let recipes: [any FlowRecipe] = [
    PairFieldRecipe(atomCount: 4).replacing(["width": 16, "gaussians": 8, "tolerance": 1e-5])!,
    GraphFieldRecipe(atomCount: 4).replacing(["width": 12, "layers": 2, "tolerance": 1e-5])!,
    KernelFieldRecipe(atomCount: 4).replacing(["tolerance": 1e-5])!,
  ]

  /// With u = ½ Σ |xᵢ − x̄|²/4 in the plane ∫ e^−u over one of each orbit of translations and rotations is 4 (8π)³/2π, N for the
  /// measure of relative coordinates. A wrong number of axes anywhere is off by powers of 2π.
  @Test("Z is that of a normal cluster in the plane", arguments: 0..<3)
  func partitionFunction(_ place: Int) throws {
    let proposal = FlowProposal(try Self.flow(Self.recipes[place]), threads: 2)
    let (x, logQ) = try proposal.draw(0..<SlowTests.count(512, slow: 2048), from: RandomStream(seed: 3))
    var logWeights: [Double] = []
    for sample in 0..<x.count {
      var u = 0.0
      for axis in 0..<2 {
        let mean = (0..<4).reduce(0) { $0 + x[sample, 3 * $1 + axis] } / 4
        u += (0..<4).reduce(0) { $0 + pow(x[sample, 3 * $1 + axis] - mean, 2) } / 8
      }
      for atom in 0..<4 { #expect(x[sample, 3 * atom + 2] == 0) }
      logWeights.append(-u - logQ[sample])
    }
    let statistics = try WeightStatistics(logWeights: logWeights)
    #expect(statistics.effectiveFraction > 0.1, "\(statistics.effectiveFraction)")
    let difference = statistics.logPartitionFunction - log(4 * pow(8 * Double.pi, 3) / (2 * Double.pi))
    #expect(abs(difference) < 4.5 * statistics.logPartitionFunctionError! + 1e-3, "\(difference)")
    let again = try proposal.logDensities(of: x)
    #expect(zip(logQ, again).map { abs($0 - $1) }.max()! < 2e-3)
  }

  @Test("Four particles are alike, and latents are turned, reflected and exchanged within the plane")
  func alignment() {
    #expect(PairClasses(Self.system.molecule).interchangeable == [[0, 1, 2, 3]])
    let y: [Double] = [1, 2, -2, 0.5, -1, -1.5, 2, -1]
    let (c, s) = (cos(0.8), sin(0.8))
    var x: [Double] = []
    for atom in [1, 0, 2, 3] {
      let (a, b) = (y[2 * atom], y[2 * atom + 1])
      x.append(c * a + s * b)
      x.append(s * a - c * b)
    }
    let back = MatchingPairs.aligned(x, to: y, axes: 2, classes: [[0, 1, 2, 3]])
    func distance(_ z: [Double]) -> Double { zip(z, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
    func length(_ z: [Double]) -> Double { z.reduce(0) { $0 + $1 * $1 } }
    #expect(back.count == 8 && abs(length(back) - length(y)) < 1e-9)
    #expect(distance(back) < distance(x))
    // Without the exchange, rotation and reflection alone bring it home.
    let turned = MatchingPairs.aligned([x[2], x[3], x[0], x[1], x[4], x[5], x[6], x[7]], to: y, axes: 2, classes: [])
    #expect(distance(turned) < 1e-9)
  }
}
