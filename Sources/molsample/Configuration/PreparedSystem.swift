import Energies
import Foundation
import Trajectories

/// A system ready for use: the energy, and a structure where one was asked for.
struct PreparedSystem {
  var description: SystemDescription
  var system: MolecularSystem
  /// One configuration, nm; nil if the origin has none or none was asked for.
  var structure: Configurations?

  var state: ThermodynamicState { ThermodynamicState(temperature: description.temperature) }

  /// - Parameter needsStructure: builds coordinates where the origin is a sequence, which takes a moment.
  init(_ description: SystemDescription, needsStructure: Bool) throws {
    self.description = description
    switch description.origin {
    case .sequence(let text):
      let sequence = try PeptideSequence(parsing: text)
      let forceField = try Self.forceField(description)
      let solvent = try Self.solvent(description)
      if needsStructure {
        let (system, positions) = try MolecularSystem.peptide(
          sequence: sequence, forceField: forceField, solvent: solvent, cutoff: description.cutoff)
        self.system = system
        structure = positions
      } else {
        system = try MolecularSystem.peptide(
          withoutStructure: sequence, forceField: forceField, solvent: solvent, cutoff: description.cutoff)
      }
    case .amber(let prmtop, let inpcrd):
      system = try AmberTopology(path: prmtop).makeSystem(try Self.amberOptions(description))
      if let inpcrd {
        structure = try CoordinateFile.read(path: inpcrd, atomCount: system.molecule.atomCount)
      }
    case .openMM(let file, let pdb):
      try Self.refuse(
        description, ["force_field", "solvent", "cutoff_nm"], because: "an OpenMM System holds its own energy")
      let structureFile = try PDBFile(path: pdb)
      system = try OpenMMSystemFile(path: file).makeSystem(molecule: structureFile.molecule)
      structure = structureFile.configurations.slice(0..<1)
    case .pdb(let path):
      let file = try PDBFile(path: path)
      system = try Self.forceField(description).parameterize(
        file.molecule, solvent: try Self.solvent(description), cutoff: description.cutoff)
      structure = file.configurations.slice(0..<1)
    case .cluster(let name):
      try Self.refuse(
        description, ["force_field", "solvent", "cutoff_nm"], because: "a model cluster has an energy of its own")
      guard let cluster = MolecularSystem.cluster(named: name) else {
        throw InputError(
          description.name, "there is no such cluster", expected: MolecularSystem.clusterNames.joined(separator: ", "),
          found: name)
      }
      system = cluster
      structure = MolecularSystem.clusterStart(cluster)
    }
    for region in description.regions where region.atoms.max() >= system.molecule.atomCount {
      throw InputError(
        description.name, "free energy '\(region.name)' names an atom that the molecule does not have",
        expected: "atoms 0 … \(system.molecule.atomCount - 1)", found: "\(region.atoms.max())")
    }
  }

  private static func forceField(_ description: SystemDescription) throws -> ForceField {
    let words = description.forceField
    guard !words.isEmpty else {
      throw InputError(
        description.name, "no force field is named",
        expected: "one of \(ForceField.shippedNames.joined(separator: ", ")), or OpenMM XML files",
        advice: "add --force-field NAME, or force_field: NAME in the system.yaml")
    }
    if words.contains(where: { $0.lowercased().hasSuffix(".xml") }) { return try ForceField(openMMXML: words) }
    guard words.count == 1 else {
      throw InputError(description.name, "one shipped force field at a time", found: words.joined(separator: ", "))
    }
    return try ForceField.shipped(named: words[0])
  }

  /// nil where nothing is said: then a force field's own files decide, else vacuum.
  private static func solvent(_ description: SystemDescription) throws -> ImplicitSolvent? {
    guard let name = description.solvent else { return nil }
    var solvent = try ImplicitSolvent(named: name)
    if let value = description.solventDielectric { solvent.solventDielectric = value }
    if let value = description.soluteDielectric { solvent.soluteDielectric = value }
    if let value = description.inverseDebyeLength { solvent.inverseDebyeLength = value }
    if let value = description.surfaceArea { solvent.surfaceArea = value }
    return solvent
  }

  private static func amberOptions(_ description: SystemDescription) throws -> AmberSystemOptions {
    try refuse(description, ["force_field"], because: "a prmtop holds its own parameters")
    let solvent = try solvent(description) ?? .vacuum
    let model: AmberSolventModel
    switch solvent.model {
    case .vacuum: model = .vacuum
    case .obc1: model = .obc1
    case .obc2: model = .obc2
    case .gbn2: model = .gbn2
    case .amber99OBC, .amber96OBC, .forceField:
      throw InputError(
        description.name, "a prmtop has no atom types of OpenMM's \(solvent.model.rawValue)",
        expected: AmberSolventModel.allCases.map(\.rawValue).joined(separator: ", "), found: solvent.model.rawValue)
    }
    return AmberSystemOptions(
      solvent: model, solventDielectric: description.solventDielectric ?? 78.5,
      soluteDielectric: solvent.soluteDielectric,
      surfaceArea: solvent.surfaceArea, inverseDebyeLength: solvent.inverseDebyeLength, cutoff: description.cutoff)
  }

  private static func refuse(_ description: SystemDescription, _ keys: [String], because reason: String) throws {
    let given: [String: Bool] = [
      "force_field": !description.forceField.isEmpty, "solvent": description.solvent != nil,
      "cutoff_nm": description.cutoff != nil,
    ]
    for key in keys where given[key] == true {
      throw InputError(description.name, "\(key) cannot be chosen: \(reason)", advice: "leave \(key) out")
    }
  }
}
