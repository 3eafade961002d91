import Energies
import Estimators
import Foundation
import NeuralNetworks
import Randomness
import Sampling
import Testing

@testable import MolFlow

@Suite struct TiltedDensityTests {
  static let target = MethodTarget.oneTorsion
  static var density: BoltzmannDensity<MolecularEnergy> {
    guard case let density as BoltzmannDensity<MolecularEnergy> = target.target else { preconditionFailure() }
    return density
  }
  static let atoms = SIMD4(0, 1, 2, 3)
  /// Across the highest barrier.
  static let region = CircularRange(from: -0.4, to: 0.5)

  @Test("One side is more likely by one factor, whose price is what was asked for; derivatives stay")
  func tilt() throws {
    let x = try Self.target.proposal.draw(0..<5000, from: RandomStream(seed: 1)).x
    for (region, isOfInside) in [(Self.region, true), (CircularRange(from: 0.5, to: -0.4), false)] {
      let tilted = TiltedDensity(
        Self.density, Self.atoms, rareSideOf: region, among: x)
      let t = exp(tilted.logTilt)
      let isRare = x.dihedrals(Self.atoms).map { region.contains($0) == isOfInside }
      let p = Double(isRare.count { $0 }) / Double(x.count)
      #expect(p > 0.001 && p < 0.1 && t > 2 && t < 100, "\(p), \(t)")
      // Kish: shares (1 − p) and t p with weights 1 and 1/t.
      let worth = 1 / ((1 - p + t * p) * (1 - p + p / t))
      #expect(abs(worth - 0.92) < 1e-9)
      var (plain, own) = (x, x)
      let before = try tilted.target.reducedPotentials(of: x, gradient: &plain)
      let after = try tilted.reducedPotentials(of: x, gradient: &own)
      let withoutDerivatives = try tilted.reducedPotentials(of: x)
      #expect(plain == own && after == withoutDerivatives)
      for sample in 0..<x.count {
        #expect(abs(before[sample] - after[sample] - (isRare[sample] ? tilted.logTilt : 0)) < 1e-12)
      }
    }
    let half = TiltedDensity(
      Self.density, Self.atoms,
      rareSideOf: CircularRange(from: -1.5, to: 1.6), among: x)
    #expect(half.logTilt == 0)
  }

  /// |z| beyond 4.5 has a probability of 7·10⁻⁶.
  @Test("A flow that learns from chains of a tilted density draws the rare side more often, and its weights are right")
  func adaptation() throws {
    let density = Self.density
    let system = density.energy.system
    let x = try Self.target.proposal.draw(0..<5000, from: RandomStream(seed: 1)).x
    let coordinates = try InternalCoordinates(system.molecule)
    let subject = FlowSubject(
      system, coordinates: coordinates,
      scaling: try CoordinateScaling(
        system, zMatrix: coordinates.zMatrix, structure: x.slice(0..<1), state: density.state))
    var builder = ParameterBuilder(seed: 1)
    let flow = AutoregressiveNetwork.Options(atomCount: 4).replacing([
      "width": 16, "heads": 2, "layers": 1, "head_width": 32, "torsion_bins": 12,
    ])!.flow(of: subject, in: &builder)
    let tilted = TiltedDensity(density, Self.atoms, rareSideOf: Self.region, among: x)
    var adaptation = FlowAdaptation(rounds: 10)
    adaptation.rate = 5e-3
    let learned = try adaptation.adapted(
      flow, to: tilted,
      kernel: HamiltonianMonteCarlo(
        velocityVariances: [Double](repeating: 1, count: 12), stepSize: 2e-3, leapfrogSteps: 5),
      using: RandomStream(seed: 2), threads: 2
    ).flow
    let samples = try ImportanceSampler().sample(
      0..<20_000, from: FlowProposal(learned, threads: 2), to: density, using: RandomStream(seed: 9))
    let inside = samples.x.dihedrals(Self.atoms).map { Self.region.contains($0) ? 1.0 : 0 }
    let found = try WeightedMean(of: inside, weights: try LogWeights(samples.logWeights))
    let beta = 1 / density.state.kT
    let boltzmann = { (phi: Double) in
      exp(-beta * (3 * (1 + cos(phi - 0.7)) + 4 * (1 + cos(2 * phi + 0.3))))
    }
    let exact = MethodTarget.integral(-0.4, 0.5, boltzmann) / MethodTarget.integral(-Double.pi, Double.pi, boltzmann)
    let drawn = inside.reduce(0, +) / Double(inside.count)
    let share = exp(tilted.logTilt) * exact / (1 - exact + exp(tilted.logTilt) * exact)
    #expect(drawn > 0.6 * share && drawn < 1.6 * share && share > 3 * exact, "\(drawn), \(share), \(exact)")
    #expect(abs(found.value - exact) < 4.5 * found.standardError!, "\(found), expected \(exact)")
  }
}
