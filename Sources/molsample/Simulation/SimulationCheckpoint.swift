import Energies
import Foundation
import Sampling

/// All that a killed simulation needs to go on to the same bytes: the sampler's state, and how much of each file belongs
/// to it.
struct SimulationCheckpoint: Codable {
  var digest: String
  var plan: SimulationPlan
  var framesPerState: Int
  var tableLength: Int
  var sampler: SamplerCheckpoint

  static func exists(in folder: OutputFolder) -> Bool {
    FileManager.default.fileExists(atPath: folder.file(SimulationRun.checkpointName))
  }

  /// nil where there is none: a simulation that was killed before its first checkpoint starts anew.
  static func read(from folder: OutputFolder, digest: String) throws -> SimulationCheckpoint? {
    let path = folder.file(SimulationRun.checkpointName)
    guard exists(in: folder) else { return nil }
    guard let data = FileManager.default.contents(atPath: path) else { throw InputError(path, "cannot be read") }
    let checkpoint: SimulationCheckpoint
    do {
      checkpoint = try JSONDecoder().decode(SimulationCheckpoint.self, from: data)
    } catch {
      throw InputError(
        path, "is not a checkpoint of this version, or is damaged",
        advice: "start anew, in another folder or after removing this file")
    }
    guard checkpoint.digest == digest else {
      throw InputError(
        path, "belongs to a simulation with other settings", expected: "configuration \(digest)",
        found: "configuration \(checkpoint.digest)",
        advice: "repeat the settings of config.yaml beside it (steps may be more), or choose another output=")
    }
    return checkpoint
  }

  func write(to folder: OutputFolder) throws {
    try folder.write(String(decoding: try JSONEncoder().encode(self), as: UTF8.self), as: SimulationRun.checkpointName)
  }
}
