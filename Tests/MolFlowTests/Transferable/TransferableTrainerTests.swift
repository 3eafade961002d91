import Energies
import Foundation
import NeuralNetworks
import Randomness
import Sampling
import Testing

@testable import MolFlow

/// What frames alone cannot teach.
@Suite struct TransferableTrainerTests {
  /// Share of the region that a flow draws after training on frames of which it has too few.
  ///
  /// - Parameter kept: how many of the frames of the region are left.
  private static func share(varianceWeight: Double, energyRounds: Int, kept: Double) throws -> Double {
    let target = MethodTarget.oneTorsion
    guard case let density as BoltzmannDensity<MolecularEnergy> = target.target else { preconditionFailure() }
    let system = density.energy.system
    // Equilibrium frames of the exact proposal by rejection, fewer of them in the region.
    let state = ThermodynamicState(temperature: 300)
    let proposal = try ForceFieldProposal(system, reference: nil, state: state)
    let drawn = try proposal.draw(0..<6000, from: RandomStream(seed: 3)).x
    var random = RandomStream(seed: 4)
    let chosen = (0..<drawn.count).filter { !target.isInside(drawn, $0) || random.uniform() < kept }
    let frames = drawn.rows(chosen)
    let coordinates = try InternalCoordinates(system.molecule)
    let subject = FlowSubject(
      system, coordinates: coordinates,
      scaling: try CoordinateScaling(
        system, zMatrix: coordinates.zMatrix, structure: frames.slice(0..<1), state: state))
    var builder = ParameterBuilder(seed: 1)
    let recipe = AutoregressiveNetwork.Options(atomCount: 4).replacing([
      "width": 16, "heads": 2, "layers": 1, "head_width": 32, "torsion_bins": 12,
    ])!
    let flow = recipe.flow(of: subject, in: &builder)
    let peptide = TransferableTrainer.Peptide(
      name: "one torsion", flow: flow, target: density, frames: frames,
      reducedPotentials: try density.reducedPotentials(of: frames))
    var plan = TrainingPlan()
    (plan.likelihoodRounds, plan.energyRounds, plan.pool, plan.batch) = (6, energyRounds, 4096, 128)
    (plan.likelihoodRate, plan.energyRate, plan.averageDecay, plan.bound) = (5e-3, 1e-3, 0.98, 5)
    plan.varianceWeight = varianceWeight
    var trainer = TransferableTrainer(
      plan: plan, state: TrainingState(flow: flow, plan: plan), peptides: [peptide], validation: [],
      peptidesAtOnce: 2, threads: 2)
    for _ in 0..<plan.rounds { _ = try trainer.advance() }
    var trained = flow
    trained.parameters.values = trainer.state.average.values
    let x = try FlowProposal(trained, threads: 2).draw(0..<8000, from: RandomStream(seed: 5)).x
    return Double((0..<x.count).count { target.isInside(x, $0) }) / Double(x.count)
  }

  /// Three fourths of the region's frames are gone. Likelihood learns what is left; the energy says what there should be.
  @Test("Energies of frames correct populations that the frames have wrong")
  func populations() throws {
    let exact = MethodTarget.oneTorsion.share
    let ofFrames = 0.25 * exact / (1 - 0.75 * exact)
    let blind = try Self.share(varianceWeight: 0, energyRounds: 0, kept: 0.25)
    let informed = try Self.share(varianceWeight: 5, energyRounds: 0, kept: 0.25)
    let drawing = try Self.share(varianceWeight: 5, energyRounds: 4, kept: 0.25)
    // Deviations of 8000 draws are 0.005 at most.
    #expect(abs(blind - ofFrames) < 0.03, "\(blind) of \(ofFrames)")
    #expect(abs(informed - exact) < 0.4 * abs(ofFrames - exact), "\(informed) of \(exact)")
    #expect(abs(drawing - exact) < 0.3 * abs(ofFrames - exact), "\(drawing) of \(exact)")
  }
}
