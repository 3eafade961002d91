import Foundation

/// A folder with reference ensembles of peptides: a data set of `dataset`, or SEQUENCE.nc with the free energies of `free-energy` in
/// SEQUENCE.json, or both.
struct ReferencePeptides {
  /// What replica exchange says of a peptide.
  struct Known {
    /// Of its frames.
    let path: String
    /// ΔF of the first φ, kT.
    var freeEnergy: Double?
    var error: Double?
    var evaluations: Double
    var isConverged: Bool
  }

  let folder: String
  private let table: DatasetTable?

  init(folder: String) throws {
    self.folder = folder
    // A folder that is not there would be made.
    let path = "\(folder)/\(DatasetTable.name)"
    let table =
      FileManager.default.fileExists(atPath: path) ? try DatasetTable(folder: OutputFolder(path: folder)) : nil
    self.table = table.flatMap { $0.rows.isEmpty ? nil : $0 }
  }

  /// Of all that its free energies are read from.
  func files(of sequences: [String]) -> [String] {
    (["\(folder)/\(DatasetTable.name)"] + sequences.map { path(of: $0).dropLast(3) + ".json" }).filter {
      FileManager.default.fileExists(atPath: $0)
    }
  }

  private func path(of sequence: String) -> String { "\(folder)/\(folderName(sequence)).nc" }

  /// - Throws: `InputError` where its free energies cannot be read.
  func known(_ sequence: String) throws -> Known? {
    if let row = table?[sequence] {
      return Known(
        path: path(of: sequence), freeEnergy: row.freeEnergy, error: row.error,
        evaluations: Double(row.evaluations),
        isConverged: row.state != .notConverged)
    }
    guard FileManager.default.fileExists(atPath: path(of: sequence)),
      let known = try ReferenceFreeEnergy(besides: path(of: sequence))
    else { return nil }
    return Known(
      path: path(of: sequence), freeEnergy: known.value, error: known.error,
      evaluations: known.energyEvaluations, isConverged: true)
  }
}
