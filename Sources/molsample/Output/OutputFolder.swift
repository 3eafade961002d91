import Foundation
import Trajectories

/// The folder of a run's results; text files in it appear whole or not at all.
struct OutputFolder {
  let path: String

  init(path: String) throws {
    self.path = path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw OutputError(
        path, "the folder cannot be made", reason: error.localizedDescription,
        advice: "choose another with output=FOLDER")
    }
  }

  func file(_ name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

  func write(_ text: String, as name: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)), options: .atomic)
    } catch {
      throw OutputError(file(name), "cannot be written", reason: error.localizedDescription)
    }
  }
}
