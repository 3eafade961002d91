import Foundation
import Synchronization

/// A file that is written under a temporary name beside its final one and renamed when it is whole, so that the final
/// name never shows a part of it.
struct PendingOutput: Sendable {
  let finalPath: String
  let temporaryPath: String

  private static let serial = Atomic<Int>(0)

  init(for path: String) {
    finalPath = path
    // The process and a counter keep apart the writers of one folder; the same folder keeps the rename atomic.
    let place = Self.serial.add(1, ordering: .relaxed).newValue
    temporaryPath = "\(path).\(getpid())-\(place).partial"
  }

  /// For a file that was written under a name of its own.
  init(renaming temporaryPath: String, to finalPath: String) {
    self.finalPath = finalPath
    self.temporaryPath = temporaryPath
  }

  /// Flushes the temporary file to the disk and gives it its final name.
  func publish() throws(OutputError) {
    let descriptor = open(temporaryPath, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw failure("cannot be finished") }
    let flushed = fsync(descriptor)
    close(descriptor)
    if flushed != 0 { throw failure("cannot be flushed to the disk") }
    if rename(temporaryPath, finalPath) != 0 { throw failure("cannot be given its final name") }
  }

  /// Removes the temporary file; for use after a failure.
  func discard() { unlink(temporaryPath) }

  /// Writes a whole file at once.
  static func write(_ bytes: [UInt8], to path: String) throws(OutputError) {
    let output = PendingOutput(for: path)
    do throws(OutputError) {
      try output.writeTemporary(bytes)
      try output.publish()
    } catch {
      output.discard()
      throw error
    }
  }

  private func writeTemporary(_ bytes: [UInt8]) throws(OutputError) {
    let descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw failure("cannot be created") }
    var done = 0
    while done < bytes.count {
      let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress! + done, bytes.count - done) }
      if written < 0 {
        if errno == EINTR { continue }
        let error = failure("cannot be written")
        close(descriptor)
        throw error
      }
      done += written
    }
    // Some file systems report a full disk or an exceeded quota only here.
    if close(descriptor) != 0 { throw failure("cannot be written") }
  }

  /// The current `errno` as an error about the final path.
  private func failure(_ problem: String) -> OutputError {
    OutputError(finalPath, problem, reason: String(cString: strerror(errno)))
  }
}
