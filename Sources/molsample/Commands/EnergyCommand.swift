import ArgumentParser
import Energies
import Foundation
import Trajectories

struct EnergyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "energy", abstract: "Energies, and forces if wanted, of configurations in a file.",
    discussion: """
      EXAMPLES
        molsample energy alanine-dipeptide --coordinates frames.nc
        molsample energy --prmtop a.prmtop --solvent obc2 --coordinates a.rst7 --forces-out forces.npy --json
        molsample energy --pdb a.pdb --force-field amber14 --solvent obc1 --cutoff 2 --coordinates frames.npy

      Coordinates: AMBER NetCDF trajectory or restart, ASCII restart, PDB with any number of models, or .npy of doubles
      in nm, [n][atoms][3]. Forces are written in kJ/mol/nm, same shape.
      """)

  @OptionGroup var arguments: SystemArguments

  @Option(help: ArgumentHelp("Configurations; without it, the system's own structure.", valueName: "file"))
  var coordinates: String?

  @Option(help: ArgumentHelp("Write forces, kJ/mol/nm, [n][atoms][3].", valueName: "file.npy"))
  var forcesOut: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Result: Encodable {
    var count: Int
    var potential_energy_kJ_mol: [Double]
    var terms_kJ_mol: [String: [Double]]
  }

  /// Printed for every molecule, zero where a force field has no such term.
  private static let standardTerms = [
    "bond", "angle", "torsion", "cmap", "lennard_jones", "coulomb", "generalized_born", "surface_area",
  ]

  func run() throws {
    var overrides = try Overrides(arguments.words)
    let description = try arguments.description(overrides: &overrides)
    let threads = try overrides.takeThreads()
    try overrides.finish(known: ["temperature", "threads"])
    let prepared = try PreparedSystem(description, needsStructure: coordinates == nil)
    let molecule = prepared.system.molecule
    let x: Configurations
    if let coordinates {
      x = try CoordinateFile.read(path: coordinates, atomCount: molecule.atomCount)
    } else if let structure = prepared.structure {
      x = structure
    } else {
      throw UsageError("the system has no structure of its own", advice: "add --coordinates FILE, or --inpcrd FILE")
    }
    let energy = MolecularEnergy(prepared.system, threads: threads)
    let components = try energy.energiesByComponent(of: x)
    let totals: [Double]
    if let forcesOut {
      var forces = Configurations(count: x.count, dimension: x.dimension)
      totals = try energy.energies(of: x, forces: &forces)
      try NumPyArray(shape: [x.count, molecule.atomCount, 3], values: forces.coordinates).write(to: forcesOut)
    } else {
      totals = try energy.energies(of: x)
    }
    if json {
      var terms = Dictionary(uniqueKeysWithValues: components.map { ($0.name, $0.energies) })
      for name in Self.standardTerms where terms[name] == nil { terms[name] = [Double](repeating: 0, count: x.count) }
      try JSONOutput.print(Result(count: x.count, potential_energy_kJ_mol: totals, terms_kJ_mol: terms))
      return
    }
    print((["sample", "potential_energy_kJ_mol"] + components.map { "\($0.name)_kJ_mol" }).joined(separator: ","))
    for sample in 0..<x.count {
      print(
        ([Double(sample), totals[sample]] + components.map { $0.energies[sample] }).enumerated().map {
          $0.offset == 0 ? "\(sample)" : "\($0.element)"
        }.joined(separator: ","))
    }
  }
}
