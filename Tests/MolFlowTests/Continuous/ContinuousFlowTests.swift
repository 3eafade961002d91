import Energies
import Estimators
import Foundation
import NeuralNetworks
import Randomness
import Sampling
import Testing

@testable import MolFlow

/// Continuous flows of molecules: measure, normalisation, symmetries, and agreement with other kinds of flow.
@Suite struct ContinuousFlowTests {
  /// The four atoms of `MethodTarget.oneTorsion`, samples of its equilibrium by the exact proposal and its weights.
  static let system: MolecularSystem = {
    guard case let target as BoltzmannDensity<MolecularEnergy> = MethodTarget.oneTorsion.target else {
      preconditionFailure()
    }
    return target.energy.system
  }()

  static let frames: Configurations = {
    let proposal = try! ForceFieldProposal(system, reference: nil, state: ThermodynamicState(temperature: 300))
    return try! proposal.draw(0..<4000, from: RandomStream(seed: 3)).x
  }()

  static func flow(_ recipe: any FlowRecipe, steps: Int, rate: Double = 2e-3) throws -> NormalizingFlow {
    let coordinates = try InternalCoordinates(system.molecule)
    var subject = FlowSubject(
      system, coordinates: coordinates,
      scaling: try CoordinateScaling(
        system, zMatrix: coordinates.zMatrix, structure: frames.slice(0..<1),
        state: ThermodynamicState(temperature: 300)))
    subject.statistics = try CartesianStatistics(frames, classes: PairClasses(system.molecule))
    var builder = ParameterBuilder(seed: 1)
    var flow = recipe.flow(of: subject, in: &builder)
    let computation = ShardedComputation(shardSize: 64, threads: 2)
    var optimiser = AdamW(count: flow.parameters.count)
    let q = flow.chart.inverseAndLogDet(frames).value
    for step in 0..<steps {
      var choice = RandomStream(seed: 5).child(step)
      let batch = q.rows((0..<128).map { _ in choice.integer(below: q.count) })
      let (_, gradient) = try flow.matchingLoss(
        of: batch, noise: 0, power: 1, by: computation, using: RandomStream(seed: 6).child(step))
      optimiser.update(&flow.parameters, gradient: gradient, rate: rate)
    }
    return flow
  }

  static let recipes: [any FlowRecipe] = [
    PairFieldRecipe(atomCount: 4).replacing(["width": 24, "gaussians": 10, "tolerance": 1e-6])!,
    GraphFieldRecipe(atomCount: 4).replacing(["width": 16, "layers": 2, "tolerance": 1e-5])!,
    KernelFieldRecipe(atomCount: 4).replacing(["tolerance": 1e-5])!,
  ]

  @Test("log q of samples is that of the way back, and blocks and threads change nothing", arguments: 0..<3)
  func thereAndBack(_ place: Int) throws {
    let flow = try Self.flow(Self.recipes[place], steps: 30)
    let proposal = FlowProposal(flow, threads: 2)
    let (x, logQ) = try proposal.draw(0..<200, from: RandomStream(seed: 2))
    let again = try proposal.logDensities(of: x)
    let worst = zip(logQ, again).map { abs($0 - $1) }.max()!
    #expect(worst < 2e-3, "\(worst)")
    let (part, logPart) = try FlowProposal(flow, threads: 1).draw(130..<150, from: RandomStream(seed: 2))
    #expect(part == x.slice(130..<150) && logPart == Array(logQ[130..<150]))
    // Another place and orientation of the same configuration has the same density.
    var moved = x
    for sample in 0..<x.count {
      for atom in 0..<4 {
        let r = x.position(sample: sample, atom: atom)
        (moved[sample, 3 * atom], moved[sample, 3 * atom + 1], moved[sample, 3 * atom + 2]) = (
          r.y + 1, -r.x - 2, r.z + 0.5
        )
      }
    }
    let elsewhere = try proposal.logDensities(of: moved)
    #expect(zip(logQ, elsewhere).map { abs($0 - $1) }.max()! < 3e-3)
  }

  /// The mean of weights is Z in the measure of internal coordinates, known by quadrature. A normal density of distances far wider than
  /// bonds is a poor start, so that the flow is trained for a while.
  @Test("Z is that of flows of internal coordinates")
  func partitionFunction() throws {
    let flow = try Self.flow(Self.recipes[0], steps: 2200)
    let target = BoltzmannDensity(
      MolecularEnergy(Self.system, threads: 2), state: ThermodynamicState(temperature: 300))
    let drawn = try ImportanceSampler().sample(
      0..<4096, from: FlowProposal(flow, threads: 2), to: target, using: RandomStream(seed: 4))
    let statistics = try WeightStatistics(logWeights: drawn.logWeights)
    #expect(statistics.effectiveFraction > 0.05, "\(statistics.effectiveFraction)")
    // Internal coordinates of `oneTorsion` tell mirror images apart, and so does its energy: reflection is no symmetry of it.
    let difference = statistics.logPartitionFunction - MethodTarget.oneTorsion.logPartitionFunction
    #expect(
      abs(difference) < 4.5 * statistics.logPartitionFunctionError! + 2e-3,
      "\(difference) ± \(statistics.logPartitionFunctionError!), ESS \(statistics.effectiveFraction)")
  }

  @Test("Normal latents have the covariance of frames, and are normalised as the mean-free normal density is")
  func latents() throws {
    let isotropic = (0..<16).map { 2.25 * (($0 / 4 == $0 % 4 ? 1.0 : 0) - 0.25) }
    let proposal = try #require(EquivariantNormalProposal(covariance: isotropic, atoms: 4))
    let other = MeanFreeNormalProposal(particleCount: 4, width: 1.5)
    let (x, logQ) = proposal.draw(0..<50, from: RandomStream(seed: 1))
    for (a, b) in zip(logQ, other.logDensities(of: x)) { #expect(abs(a - b) < 1e-9) }
    let statistics = try CartesianStatistics(Self.frames, classes: PairClasses(Self.system.molecule))
    let fitted = try #require(EquivariantNormalProposal(covariance: statistics.covariance, atoms: 4))
    let many = fitted.draw(0..<40_000, from: RandomStream(seed: 2)).x
    for i in 0..<4 {
      for j in 0..<4 {
        let mean =
          (0..<many.count).reduce(0.0) { sum, s in
            sum + (0..<3).reduce(0) { $0 + many[s, 3 * i + $1] * many[s, 3 * j + $1] } / 3
          } / Double(many.count)
        // Deviation √(2 · 3/9) of unit numbers over 40,000 samples: 0.004.
        #expect(abs(mean - statistics.covariance[4 * i + j]) < 0.03)
      }
    }
    var gradient = Configurations(count: 0, dimension: 1)
    _ = fitted.logDensities(of: x, gradient: &gradient)
    for c in 0..<12 {
      var (ahead, behind) = (x, x)
      for sample in 0..<x.count {
        ahead[sample, c] += 1e-5
        behind[sample, c] -= 1e-5
      }
      let slope = (fitted.logDensities(of: ahead)[7] - fitted.logDensities(of: behind)[7]) / 2e-5
      #expect(abs(slope - gradient[7, c]) < 1e-5 * max(1, abs(slope)))
    }
  }

  @Test("Gradients of log-densities go through the solver of every field that is not guided", arguments: 0..<3)
  func likelihoodGradient(_ place: Int) throws {
    let recipe = Self.recipes[place].replacing(["steps": 3, "stiffness": 0])!
    var flow = try Self.flow(recipe, steps: 5)
    let computation = ShardedComputation(shardSize: 2, threads: 2)
    let q = flow.chart.inverseAndLogDet(Self.frames.slice(0..<4)).value
    let (_, gradient) = try flow.negativeLogLikelihood(of: q, by: computation)
    let start = flow.parameters
    var random = RandomStream(seed: 4)
    for _ in 0..<2 {
      // Parameters differ in what they move; directions follow the gradient in sign and size, at random.
      let direction = gradient.map { Double($0) * (0.5 + random.uniform()) }
      let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let expected = zip(gradient, direction).reduce(0) { $0 + Double($1.0) * $1.1 } / length
      let step = 0.02 / max(1, expected)
      func loss(_ sign: Double) throws -> Double {
        for i in start.values.indices {
          flow.parameters.values[i] = start.values[i] + Float(sign * step * direction[i] / length)
        }
        return try flow.negativeLogLikelihood(of: q, by: computation, wantsGradient: false).loss
      }
      let found = try (loss(1) - loss(-1)) / (2 * step)
      flow.parameters = start
      #expect(abs(found - expected) < 0.03 * expected, "\(found), expected \(expected)")
    }
  }

  @Test("Minibatch transport pairs latents with the data near to them")
  func transport() throws {
    let (count, dimension) = (16, 5)
    var random = RandomStream(seed: 3)
    var data = Configurations(count: count, dimension: dimension)
    for sample in 0..<count { for c in 0..<dimension { data[sample, c] = random.normal() } }
    var order = Array(0..<count)
    order.shuffle(using: &random)
    // The data in another order, a little moved, the last coordinate by a whole turn too.
    var latents = data.rows(order)
    for sample in 0..<count {
      for c in 0..<dimension { latents[sample, c] += 0.01 * random.normal() }
      latents[sample, dimension - 1] += 2 * Double.pi
    }
    let symmetries = MatchingPairs.Symmetries(axes: dimension, isInSpace: false, circular: [dimension - 1])
    func speed(_ assigned: Bool) -> Double {
      MatchingPairs(
        data: data, latents: latents, symmetries: symmetries, assigned: assigned, noise: 0, power: 1,
        numbers: 0..<count, using: RandomStream(seed: 1)
      ).velocities.map(abs).max()!
    }
    #expect(speed(true) < 0.1 && speed(false) > 1)
  }

  @Test("Latents are brought to data by rotation, reflection and permutation")
  func alignment() {
    var random = RandomStream(seed: 8)
    let n = 7
    let y = (0..<3 * n).map { _ in random.normal() }
    let (c, s) = (cos(1.1), sin(1.1))
    let order = [0, 1, 4, 2, 5, 3, 6]
    var x = y
    for (to, from) in order.enumerated() {
      // Turned about z, reflected, permuted within {2 … 5}.
      x[3 * to] = -(c * y[3 * from] - s * y[3 * from + 1])
      x[3 * to + 1] = -(s * y[3 * from] + c * y[3 * from + 1])
      x[3 * to + 2] = -y[3 * from + 2]
    }
    let turned = Superposition.aligned(
      order.indices.flatMap { atom in (0..<3).map { x[3 * order.firstIndex(of: atom)! + $0] } }, to: y)
    #expect(zip(turned, y).map { abs($0 - $1) }.max()! < 1e-9)
    func distance(_ a: [Double]) -> Double { zip(a, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
    let both = MatchingPairs.aligned(x, to: y, classes: [[2, 3, 4, 5]])
    #expect(distance(both) <= distance(Superposition.aligned(x, to: y)) + 1e-12)
    // All permutations of five by hand.
    let cost = (0..<25).map { _ in random.uniform() }
    func permutations(_ rest: [Int]) -> [[Int]] {
      rest.isEmpty ? [[]] : rest.flatMap { first in permutations(rest.filter { $0 != first }).map { [first] + $0 } }
    }
    func total(_ p: [Int]) -> Double { p.enumerated().reduce(0) { $0 + cost[5 * $1.offset + $1.element] } }
    let best = permutations(Array(0..<5)).map(total).min()!
    #expect(abs(total(Assignment.cheapest(cost, count: 5)) - best) < 1e-12)
  }
}
