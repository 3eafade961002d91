import Energies
import Foundation
import MolFlow

/// The trained models that come with MolFlow, `systems/SYSTEM/KIND.safetensors`, and others by their path.
enum ModelCatalog {
  static let kinds = FlowRecipes.kinds

  /// The shipped model of a kind, or nil.
  static func path(of system: String, kind: String) -> String? {
    SystemCatalog.folders.map { $0.appendingPathComponent("\(system)/\(kind).safetensors").path }
      .first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The file that `model=WORD` means.
  static func path(ofModel word: String, system: String) throws -> String {
    if word.hasSuffix(".safetensors") { return word }
    guard kinds.contains(word) else {
      throw UsageError(
        "model=\(word) is not to be had",
        advice: "one of: \((kinds + ["force-field"]).joined(separator: ", ")), or a path to a .safetensors file")
    }
    guard let shipped = path(of: system, kind: word) else {
      throw UsageError(
        "no trained \(word) model comes with \(system)",
        advice: "train one with `molsample train \(system)` and give its file with model=PATH")
    }
    return shipped
  }

  static func load(_ path: String, prepared: PreparedSystem) throws -> ModelFile {
    guard let data = FileManager.default.contents(atPath: path) else { throw InputError(path, "cannot be read") }
    return try ModelFile(
      data, path: path, system: prepared.system, coordinates: InternalCoordinates(prepared.system.molecule))
  }
}
