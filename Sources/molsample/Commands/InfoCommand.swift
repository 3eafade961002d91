import ArgumentParser
import Energies
import MolFlow

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "What a system is: atoms, terms, solvent, coordinates, energy of its structure.")

  @OptionGroup var arguments: SystemArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct Result: Encodable {
    var system: String
    var summary: String?
    var atoms: Int
    var residues: [String]
    var bonds: Int
    var temperature_K: Double
    var terms: [String: Int]
    var notes: [String: String]
    var internal_coordinates: Int
    var ring_closures: Int
    var structure_potential_energy_kJ_mol: Double?
    var structure_terms_kJ_mol: [String: Double]?
  }

  func run() throws {
    var overrides = try Overrides(arguments.words)
    let description = try arguments.description(overrides: &overrides)
    try overrides.finish(known: ["temperature"])
    let prepared = try PreparedSystem(description, needsStructure: true)
    let system = prepared.system
    let molecule = system.molecule
    let zMatrix = try ZMatrix(molecule)

    var components: [(name: String, energies: [Double])] = []
    if let structure = prepared.structure {
      components = try MolecularEnergy(system).energiesByComponent(of: structure)
    }
    let counts = termCounts(system)
    if json {
      try JSONOutput.print(
        Result(
          system: description.name, summary: description.summary, atoms: molecule.atomCount,
          residues: molecule.residues.map(\.name), bonds: molecule.bonds.count, temperature_K: description.temperature,
          terms: Dictionary(uniqueKeysWithValues: counts),
          notes: Dictionary(system.notes.map { ($0.name, $0.value) }, uniquingKeysWith: { "\($0); \($1)" }),
          internal_coordinates: zMatrix.coordinateCount, ring_closures: zMatrix.ringClosures.count,
          structure_potential_energy_kJ_mol: components.isEmpty ? nil : components.reduce(0) { $0 + $1.energies[0] },
          structure_terms_kJ_mol: components.isEmpty
            ? nil : Dictionary(uniqueKeysWithValues: components.map { ($0.name, $0.energies[0]) })))
      return
    }
    print(description.name + (description.summary.map { ": \($0)" } ?? ""))
    var table = TextTable()
    table.add("atoms", "\(molecule.atomCount)")
    table.add("residues", molecule.residues.map(\.name).joined(separator: " "))
    table.add(
      "temperature", "\(significant(description.temperature)) K (kT = \(significant(prepared.state.kT)) kJ/mol)")
    for (name, value) in system.notes { table.add(name, value) }
    for (name, count) in counts { table.add(name, "\(count)") }
    table.add(
      "internal coordinates",
      "\(zMatrix.coordinateCount), root \(molecule.label(ofAtom: zMatrix.root)), \(zMatrix.ringClosures.count) ring closures"
    )
    for torsion in BackboneDihedrals(molecule).all {
      table.add(torsion.name, "atoms \((0..<4).map { "\(torsion.atoms[$0])" }.joined(separator: " "))")
    }
    print(table.text)
    guard !components.isEmpty else { return }
    print("Energy of the structure, kJ/mol")
    var energies = TextTable()
    for (name, values) in components { energies.add(name, String(format: "%12.4f", values[0])) }
    energies.add("total", String(format: "%12.4f", components.reduce(0) { $0 + $1.energies[0] }))
    print(energies.text)
  }

  private func termCounts(_ system: MolecularSystem) -> [(String, Int)] {
    var counts: [(String, Int)] = [("bonds", system.molecule.bonds.count)]
    for term in system.terms {
      switch term {
      case let term as HarmonicBonds: counts.append(("harmonic bonds", term.bonds.count))
      case let term as HarmonicAngles: counts.append(("harmonic angles", term.angles.count))
      case let term as PeriodicTorsions: counts.append(("periodic torsions", term.torsions.count))
      case let term as CMAPTorsions: counts.append(("CMAP torsions", term.torsions.count))
      case let term as Nonbonded: counts.append(("nonbonded exceptions", term.exceptions.count))
      default: break
      }
    }
    return counts
  }
}
