import Foundation

/// The reference ensembles that come with MolFlow: `trajectories/SYSTEM.nc` beside the folder `systems/`.
enum ReferenceEnsemble {
  /// nil where there is none of this system, or where flags or words changed its temperature or its energy.
  static func path(of description: SystemDescription) -> String? {
    guard description.isAsCatalogued else { return nil }
    let system = description.name
    for folder in SystemCatalog.folders {
      let path = folder.deletingLastPathComponent().appendingPathComponent("trajectories/\(system).nc").path
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    return nil
  }
}
