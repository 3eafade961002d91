import Foundation

/// The reference ensembles that come with MolFlow: `trajectories/SYSTEM.nc` beside the folder `systems/`.
enum ReferenceEnsemble {
  static func path(of system: String) -> String? {
    for folder in SystemCatalog.folders {
      let path = folder.deletingLastPathComponent().appendingPathComponent("trajectories/\(system).nc").path
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    return nil
  }
}
