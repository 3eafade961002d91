import Energies
import Foundation
import MolFlow
import Sampling

/// The trained models that come with MolFlow, `systems/SYSTEM/KIND.safetensors` and for any peptide `systems/peptides/KIND.safetensors`, and
/// others by their path.
enum ModelCatalog {
  static let kinds = FlowRecipes.kinds

  static let anyPeptide = "peptides"

  /// The shipped model of a kind, or nil.
  static func path(of system: String, kind: String) -> String? {
    let folder = FlowRecipes.type(of: kind)?.isTransferable == true ? anyPeptide : system
    return SystemCatalog.folders.map { $0.appendingPathComponent("\(folder)/\(kind).safetensors").path }
      .first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The file that `model=WORD` means.
  static func path(ofModel word: String, system: String) throws -> String {
    if word.hasSuffix(".safetensors") { return word }
    guard kinds.contains(word) else {
      throw UsageError(
        "model=\(word) is not to be had",
        advice: "one of: \((kinds + [forceField]).joined(separator: ", ")), or a path to a .safetensors file")
    }
    guard let shipped = path(of: system, kind: word) else {
      throw UsageError(
        "no trained \(word) model comes with \(system)",
        advice: FlowRecipes.type(of: word)?.isTransferable == true
          ? "train one with `molsample train --set FOLDER` and give its file with model=PATH"
          : "train one with `molsample train \(system)` and give its file with model=PATH")
    }
    return shipped
  }

  /// The proposal that needs no training.
  static let forceField = "force-field"

  /// What a system's samples are drawn from where nothing is said: the first kind of model that comes with it; else, for a peptide of
  /// residues that it has words for, a transferable one.
  static func defaultModel(of system: SystemDescription) -> String {
    let own = kinds.first { kind in
      FlowRecipes.type(of: kind)?.isTransferable == false && path(of: system.name, kind: kind) != nil
    }
    if let own { return own }
    guard let transferable, let prepared = try? PreparedSystem(system, needsStructure: false),
      !prepared.system.molecule.bonds.isEmpty, wordless(prepared.system.molecule) == nil
    else { return forceField }
    // It needs to see the stereocentres; sequences are built.
    guard case .sequence = system.origin else { return prepared.structure == nil ? forceField : transferable }
    return transferable
  }

  /// Why no transferable model can be had for a molecule; nil where one can, or where there are no bonds to place atoms by.
  static func wordless(_ molecule: Molecule) -> String? {
    guard transferable != nil, !molecule.bonds.isEmpty, let atom = PeptideAtomFeatures.unknownAtom(in: molecule) else {
      return nil
    }
    let words = molecule.label(ofAtom: atom).split(separator: ":")
    return
      "no trained model knows \(words[0]) with an atom \(words[1]) (models for all peptides know the twenty residues and "
      + "their usual forms), so a first guess that needs no training draws; train one with `molsample train`"
  }

  /// The kind of the transferable model that is shipped, or nil.
  static var transferable: String? {
    kinds.first { FlowRecipes.type(of: $0)?.isTransferable == true && path(of: anyPeptide, kind: $0) != nil }
  }

  /// The file of a model, or nil for the proposal that needs no training.
  static func path(ofProposal word: String, system: String) throws -> String? {
    word == forceField ? nil : try path(ofModel: word, system: system)
  }

  /// - Parameter path: of a model; nil for the proposal that needs no training, for which a structure is needed.
  static func proposal(_ path: String?, prepared: PreparedSystem, threads: Int) throws -> any Proposal {
    guard let path else {
      return try ForceFieldProposal(
        prepared.system, reference: prepared.structure, state: prepared.state, threads: threads)
    }
    return FlowProposal(try load(path, prepared: prepared).flow, threads: threads)
  }

  /// - Parameter integrator: of a continuous flow, instead of the model's own.
  static func load(_ path: String, prepared: PreparedSystem, integrator: FlowIntegrator? = nil) throws -> ModelFile {
    guard let data = FileManager.default.contents(atPath: path) else { throw InputError(path, "cannot be read") }
    var structure = prepared.structure
    if structure == nil, case .sequence = prepared.description.origin {
      structure = try PreparedSystem(prepared.description, needsStructure: true).structure
    }
    var model = try ModelFile(
      data, path: path, system: prepared.system, coordinates: InternalCoordinates(prepared.system.molecule),
      structure: structure, state: prepared.state)
    if let integrator {
      guard let flow = model.flow.integrated(by: integrator) else {
        throw UsageError("steps and tolerance are for continuous flows, and \(path) is none")
      }
      model.flow = flow
    }
    return model
  }
}
