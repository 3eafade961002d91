import ArgumentParser
import Energies
import Foundation
import Trajectories

struct PrepareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare", abstract: "Writes a system folder from a sequence, AMBER, OpenMM or PDB files.",
    discussion: """
      EXAMPLES
        molsample prepare my-peptide --sequence ACE-LEU-NME --force-field ff19SB --solvent gbn2 temperature=300
        molsample prepare ligand --prmtop ligand.prmtop --inpcrd ligand.rst7 --solvent obc2
        molsample prepare other --openmm-system system.xml --pdb start.pdb

      NAME without a slash is written to systems/NAME, and is then a SYSTEM for every other command.
      """)

  @OptionGroup var arguments: SystemArguments

  @Flag(help: "Replace a folder that is there already.")
  var force = false

  func run() throws {
    guard let name = arguments.plainWords.first else {
      throw UsageError("prepare needs a name for the folder", advice: "molsample prepare NAME --sequence …")
    }
    var overrides = try Overrides(arguments.words)
    var description = try arguments.description(skipping: 1, overrides: &overrides)
    description.summary = overrides.takeText("summary") ?? description.summary
    try overrides.finish(known: ["temperature", "summary"])
    let folder = URL(fileURLWithPath: name.contains("/") ? name : "systems/\(name)")
    description.name = folder.lastPathComponent
    let manager = FileManager.default
    if manager.fileExists(atPath: folder.path), !force {
      throw UsageError("\(folder.relativePath) is there already", advice: "choose another name, or add --force")
    }

    // Everything is checked before anything is written, and written beside the final name before it is moved there.
    let prepared = try PreparedSystem(description, needsStructure: true)
    let temporary = folder.deletingLastPathComponent().appendingPathComponent(".\(folder.lastPathComponent).unfinished")
    do {
      try? manager.removeItem(at: temporary)
      try manager.createDirectory(at: temporary, withIntermediateDirectories: true)
      func keep(_ path: String) throws -> String {
        let source = URL(fileURLWithPath: path)
        var target = temporary.appendingPathComponent(source.lastPathComponent)
        if manager.fileExists(atPath: target.path) { target = temporary.appendingPathComponent("2-" + source.lastPathComponent) }
        try manager.copyItem(at: source, to: target)
        return target.lastPathComponent
      }
      switch description.origin {
      case .sequence: break
      case .amber(let prmtop, let inpcrd):
        description.origin = .amber(prmtop: try keep(prmtop), inpcrd: try inpcrd.map(keep))
      case .openMM(let system, let pdb): description.origin = .openMM(system: try keep(system), pdb: try keep(pdb))
      case .pdb(let pdb): description.origin = .pdb(try keep(pdb))
      }
      description.forceField = try description.forceField.map { $0.lowercased().hasSuffix(".xml") ? try keep($0) : $0 }
      if let structure = prepared.structure {
        try PDBWriter.write(
          structure, of: prepared.system.molecule, to: temporary.appendingPathComponent("structure.pdb").path)
      }
      try Data(description.yaml.utf8).write(to: temporary.appendingPathComponent("system.yaml"))
      if manager.fileExists(atPath: folder.path) { try manager.removeItem(at: folder) }
      try manager.moveItem(at: temporary, to: folder)
    } catch let error as CocoaError {
      try? manager.removeItem(at: temporary)
      throw OutputError(folder.relativePath, "cannot be written", reason: error.localizedDescription)
    }
    print("\(folder.relativePath): \(prepared.system.molecule.atomCount) atoms")
    for (name, value) in prepared.system.notes { print("  \(name): \(value)") }
  }
}
