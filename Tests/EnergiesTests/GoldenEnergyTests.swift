import Energies
import Foundation
import Testing

/// One file of golden energies; the folder's README says what the keys mean.
struct GoldenEnergyCase: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var sequence: String
  var force_field: String
  var solvent: String
  var cutoff_nm: Double?
  var input: String
  var pdb: String
  var openmm_system: String?
  var prmtop: String?
  var coordinates_nm: [[Double]]
  var potential_energy_kJ_mol: [Double]
  var terms_kJ_mol: [String: [Double]]
  var forces_kJ_mol_nm: [[Double]]

  var testDescription: String { name }

  static let folder = Bundle.module.url(forResource: "Golden", withExtension: nil)!

  static let all: [GoldenEnergyCase] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().compactMap { name in
      guard let data = FileManager.default.contents(atPath: folder.appendingPathComponent(name).path) else {
        return nil
      }
      return try? JSONDecoder().decode(GoldenEnergyCase.self, from: data)
    }
  }()

  func path(_ file: String) -> String { Self.folder.appendingPathComponent(file).path }

  var configurations: Configurations {
    Configurations(
      count: coordinates_nm.count, dimension: coordinates_nm[0].count, coordinates: coordinates_nm.flatMap { $0 })
  }
}

/// Every term, the total and the forces against OpenMM's Reference platform, by each way in.
@Suite struct GoldenEnergyTests {
  @Test("The committed cases are all there") func caseCount() { #expect(GoldenEnergyCase.all.count == 62) }

  @Test("PDB and force field", arguments: GoldenEnergyCase.all.filter { $0.input == "pdb" })
  func pdb(golden: GoldenEnergyCase) throws {
    let system = try ForceField.shipped(named: golden.force_field).parameterize(
      PDBFile(path: golden.path(golden.pdb)).molecule, solvent: ImplicitSolvent(named: golden.solvent),
      cutoff: golden.cutoff_nm)
    try compare(system, golden)
  }

  @Test("Sequence", arguments: GoldenEnergyCase.all.filter { $0.input == "pdb" })
  func sequence(golden: GoldenEnergyCase) throws {
    let system = try MolecularSystem.peptide(
      withoutStructure: PeptideSequence(parsing: golden.sequence),
      forceField: ForceField.shipped(named: golden.force_field), solvent: ImplicitSolvent(named: golden.solvent),
      cutoff: golden.cutoff_nm)
    try compare(system, golden)
  }

  @Test("Serialized OpenMM System", arguments: GoldenEnergyCase.all.filter { $0.openmm_system != nil })
  func openMMSystem(golden: GoldenEnergyCase) throws {
    let system = try OpenMMSystemFile(path: golden.path(golden.openmm_system!)).makeSystem(
      molecule: PDBFile(path: golden.path(golden.pdb)).molecule)
    try compare(system, golden)
  }

  @Test("AMBER prmtop", arguments: GoldenEnergyCase.all.filter { $0.input == "prmtop" })
  func prmtop(golden: GoldenEnergyCase) throws {
    let solvent = try #require(AmberSolventModel(rawValue: golden.solvent))
    let system = try AmberTopology(path: golden.path(golden.prmtop!)).makeSystem(
      AmberSystemOptions(solvent: solvent, cutoff: golden.cutoff_nm))
    // For OBC2 OpenMM makes a GBSAOBCForce of a prmtop, with other digits of 1/(4π ε₀) than its CustomGB expressions
    // and the engulfed-atom term: 2e-7 apart at ordinary geometries, within the tolerance.
    try compare(system, golden)
  }

  private func compare(_ system: MolecularSystem, _ golden: GoldenEnergyCase) throws {
    let energy = MolecularEnergy(system)
    let x = golden.configurations
    var forces = Configurations(count: x.count, dimension: x.dimension)
    let totals = try energy.energies(of: x, forces: &forces)
    let terms = Dictionary(uniqueKeysWithValues: try energy.energiesByComponent(of: x).map { ($0.name, $0.energies) })
    for geometry in 0..<x.count {
      let expected = golden.potential_energy_kJ_mol[geometry]
      #expect(abs(totals[geometry] - expected) <= 1e-6 * max(1, abs(expected)), "total, geometry \(geometry)")
      for (name, values) in golden.terms_kJ_mol {
        let found = terms[name]?[geometry] ?? 0
        #expect(abs(found - values[geometry]) <= 1e-6 * max(1, abs(values[geometry])), "\(name), geometry \(geometry)")
      }
      var difference = 0.0
      var norm = 0.0
      for (c, value) in golden.forces_kJ_mol_nm[geometry].enumerated() {
        difference += (forces[geometry, c] - value) * (forces[geometry, c] - value)
        norm += value * value
      }
      #expect(difference.squareRoot() <= 1e-6 * norm.squareRoot(), "forces, geometry \(geometry)")
    }
  }
}
