import Energies
import Foundation
import NeuralNetworks
import Randomness
import Sampling
import Testing

@testable import MolFlow

/// The continuous flow for any peptide.
@Suite struct TransferableFieldTests {
  static func subject(_ sequence: String) throws -> (subject: FlowSubject, structure: Configurations) {
    let (system, structure) = try MolecularSystem.peptide(
      sequence: PeptideSequence(parsing: sequence), forceField: .shipped(named: "amber14"),
      solvent: ImplicitSolvent(named: "obc1"))
    let coordinates = try InternalCoordinates(system.molecule)
    var subject = FlowSubject(
      system, coordinates: coordinates,
      scaling: try CoordinateScaling(
        system, zMatrix: coordinates.zMatrix, structure: structure, state: ThermodynamicState(temperature: 310)))
    subject.signs = ChiralCenters(system.molecule).signs(of: structure)
    return (subject, structure)
  }

  static func flow(_ sequence: String) throws -> (flow: NormalizingFlow, structure: Configurations) {
    let (subject, structure) = try subject(sequence)
    let recipe = TransferableFieldRecipe(atomCount: 0).replacing(["width": 8, "layers": 2, "tolerance": 1e-4])!
    var builder = ParameterBuilder(seed: 2)
    return (recipe.flow(of: subject, in: &builder), structure)
  }

  @Test("One set of parameters is for any peptide, and log q of samples is that of the way back")
  func parameters() throws {
    let flows = try ["GA", "GG"].map { try Self.flow($0).flow }
    #expect(flows[0].parameters.values == flows[1].parameters.values)
    for flow in flows {
      let proposal = FlowProposal(flow, threads: 2)
      let (x, logQ) = try proposal.draw(0..<6, from: RandomStream(seed: 3))
      let again = try proposal.logDensities(of: x)
      #expect(zip(logQ, again).map { abs($0 - $1) }.max()! < 0.02)
    }
  }

  /// Of a tree of springs of one length, ⟨r²⟩ of two atoms is the number of bonds between them; a ring's springs share the load.
  @Test("Latents are a network of springs along the bonds")
  func springs() throws {
    let molecule = try Self.subject("AP").subject.system.molecule
    let covariance = TransferableFieldRecipe.springCovariance(molecule)
    let atoms = molecule.atomCount
    func square(_ a: String, _ b: String, residue: Int) -> Double {
      func place(_ name: String) -> Int {
        molecule.atoms.firstIndex { $0.name == name && $0.residue == residue }!
      }
      let (i, j) = (place(a), place(b))
      return covariance[i * atoms + i] + covariance[j * atoms + j] - 2 * covariance[i * atoms + j]
    }
    #expect(abs(square("H1", "HB1", residue: 0) - 4) < 1e-9)
    // Two ways round a ring of five: one bond beside four, resistances 1 · 4/5.
    #expect(abs(square("N", "CA", residue: 1) - 0.8) < 1e-9)
  }

  @Test("Minibatches mix peptides, and flow matching learns")
  func training() throws {
    let names = ["GA", "AG", "GG"]
    let peptides = try names.map { name -> TransferableTrainer.Peptide in
      let (flow, structure) = try Self.flow(name)
      // The structure, shaken.
      var frames = Configurations(count: 64, dimension: structure.dimension)
      var random = RandomStream(seed: 7)
      for sample in 0..<64 {
        for c in 0..<structure.dimension { frames[sample, c] = structure[0, c] + 0.01 * random.normal() }
      }
      return TransferableTrainer.Peptide(
        name: name, flow: flow, target: MethodTarget.oneTorsion.target, frames: frames,
        reducedPotentials: [Double](repeating: 0, count: 64))
    }
    var plan = TrainingPlan()
    (plan.likelihoodRounds, plan.energyRounds, plan.pool, plan.batch, plan.likelihoodRate) = (8, 0, 2048, 64, 5e-3)
    plan.averageDecay = 0.9
    var trainer = TransferableTrainer(
      plan: plan, state: TrainingState(flow: peptides[0].flow, plan: plan), peptides: Array(peptides[..<2]),
      validation: [peptides[2]], peptidesAtOnce: 2, threads: 2)
    var losses: [Double] = []
    for _ in 0..<8 {
      let report = try trainer.advance()
      losses.append(try #require(report.validation).loss)
      #expect(report.variance == nil && report.validation?.forwardEffectiveFraction == nil)
    }
    // Of a peptide that it never saw.
    #expect(losses.last! < 0.8 * losses.first!, "\(losses)")
  }
}
