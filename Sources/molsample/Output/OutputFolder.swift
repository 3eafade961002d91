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

  /// Keeps other runs out of the folder for as long as this program lives; a killed one leaves no lock behind.
  ///
  /// - Throws: `OutputError` where another run holds it.
  func lock() throws {
    let descriptor = open(file(".lock"), O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw OutputError(file(".lock"), "cannot be written", reason: String(cString: strerror(errno)))
    }
    // Held by the open descriptor, which is never closed.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw OutputError(
        path, "another run is writing to this folder", advice: "wait for it, or choose another folder with output=")
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
