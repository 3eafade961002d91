import Foundation

/// The trained models that come with MolFlow: `systems/SYSTEM/KIND.safetensors`.
enum ModelCatalog {
  static func path(of system: String, kind: String) -> String? {
    SystemCatalog.folders.map { $0.appendingPathComponent("\(system)/\(kind).safetensors").path }
      .first { FileManager.default.fileExists(atPath: $0) }
  }
}
