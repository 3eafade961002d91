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
        molsample prepare --openmm-system system.xml --pdb start.pdb --output folder
        molsample prepare AK output=folder

      The folder is systems/NAME, which makes NAME a SYSTEM for every other command, or what --output (or output=) says.
      Without --sequence, --prmtop, --openmm-system or --pdb, the word is a SYSTEM that is there already.
      """)

  @OptionGroup var arguments: SystemArguments

  @Option(help: ArgumentHelp("The folder to write.", valueName: "folder"))
  var output: String?

  @Flag(help: "Replace a folder that is there already.")
  var force = false

  func run() throws {
    var overrides = try Overrides(arguments.words)
    let word = arguments.hasOriginFlag ? arguments.plainWords.first : nil
    var description = try arguments.description(skipping: word == nil ? 0 : 1, overrides: &overrides)
    description.summary = overrides.takeText("summary") ?? description.summary
    let folder: URL
    if let path = overrides.takeText("output") ?? output {
      folder = URL(fileURLWithPath: path)
    } else if let name = word ?? arguments.plainWords.first ?? arguments.sequence {
      folder = URL(fileURLWithPath: name.contains("/") ? name : "systems/\(name)")
    } else {
      throw UsageError("prepare needs a name for the folder", advice: "molsample prepare NAME …, or --output FOLDER")
    }
    try overrides.finish(known: ["temperature", "summary", "output"])
    description.name = word.map { URL(fileURLWithPath: $0).lastPathComponent } ?? folder.lastPathComponent
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
        if manager.fileExists(atPath: target.path) {
          target = temporary.appendingPathComponent("2-" + source.lastPathComponent)
        }
        try manager.copyItem(at: source, to: target)
        return target.lastPathComponent
      }
      switch description.origin {
      case .sequence, .cluster: break
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
