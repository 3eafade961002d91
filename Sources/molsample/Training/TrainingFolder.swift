import Energies
import Foundation
import MolFlow
import Trajectories

/// The files of a training run: models, a table with a line for each round, its curves, and the state from which it goes on.
struct TrainingFolder {
  static let modelName = "model.safetensors"
  static let bestName = "best.safetensors"
  static let tableName = "training.csv"
  static let checkpointName = "checkpoint.safetensors"

  let folder: OutputFolder

  /// Puts the saved state of the run with these settings into `state`, where there is one.
  ///
  /// - Returns: seconds spent so far.
  func restore(digest: String, into state: inout TrainingState) throws -> Double {
    let checkpoint = folder.file(Self.checkpointName)
    guard let data = FileManager.default.contents(atPath: checkpoint) else { return 0 }
    guard let seconds = try TrainingCheckpoint.restore(data, path: checkpoint, digest: digest, into: &state) else {
      throw InputError(
        checkpoint, "belongs to a run with other settings or data",
        advice:
          "repeat the settings of config.yaml beside it, or begin with init_from=\(folder.file(Self.modelName)) and another output="
      )
    }
    Molsample.report("resuming after round \(state.round)")
    return seconds
  }

  func save(_ state: TrainingState, digest: String, seconds: Double) throws {
    try write(try TrainingCheckpoint.encode(state, digest: digest, seconds: seconds), as: Self.checkpointName)
  }

  /// The table after so many rounds; what a killed run wrote beyond its checkpoint is cut off.
  func table(header: [String], rounds: Int) throws -> AppendedTable {
    try AppendedTable(
      path: folder.file(Self.tableName), header: header, keeping: rounds == 0 ? nil : lengthOfTable(lines: rounds + 1))
  }

  /// Bytes of the first lines of the table.
  private func lengthOfTable(lines: Int) -> Int {
    var rest = lines
    let bytes = FileManager.default.contents(atPath: folder.file(Self.tableName)) ?? Data()
    for (place, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      rest -= 1
      if rest == 0 { return place + 1 }
    }
    // More than there is: the table then says that it is too short.
    return bytes.count + 1
  }

  func write(_ data: Data, as name: String) throws {
    do {
      try data.write(to: URL(fileURLWithPath: folder.file(name)), options: .atomic)
    } catch {
      throw OutputError(folder.file(name), "cannot be written", reason: error.localizedDescription)
    }
  }

  func writeCurves(_ curves: [TrainingCurves.Curve], title: String) throws {
    let rows = FileManager.default.contents(atPath: folder.file(Self.tableName)) ?? Data()
    var charts = Charts(folder: folder)
    guard
      let figure = TrainingCurves.figure(title: title, table: String(decoding: rows, as: UTF8.self), curves: curves)
    else { return }
    try charts.write(figure, as: "training")
    if let reason = charts.reasonWithoutPNG { Molsample.report("no PNG: \(reason)") }
  }
}
