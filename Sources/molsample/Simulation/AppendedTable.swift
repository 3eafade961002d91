import Foundation
import Trajectories

/// A CSV file that grows with a run: whole lines, flushed to the disk on request, cut back to a checkpoint when resumed.
final class AppendedTable {
  let path: String
  private let descriptor: Int32
  /// Bytes of the whole lines so far.
  private(set) var length: Int

  /// Creates the file with its header, or opens it and keeps the first `length` bytes.
  init(path: String, header: [String], keeping length: Int?) throws {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | (length == nil ? O_TRUNC : 0), 0o666)
    self.length = length ?? 0
    guard descriptor >= 0 else { throw Self.failure(path, "cannot be created") }
    if let length {
      var status = stat()
      guard fstat(descriptor, &status) == 0, Int(status.st_size) >= length else {
        throw OutputError(path, "is shorter than the checkpoint says", advice: "start anew in another folder")
      }
      guard ftruncate(descriptor, off_t(length)) == 0 else { throw Self.failure(path, "cannot be cut back") }
    } else {
      try append([header])
    }
  }

  deinit { close(descriptor) }

  func append(_ rows: [[String]]) throws {
    let bytes = Array(rows.map { $0.joined(separator: ",") + "\n" }.joined().utf8)
    var done = 0
    while done < bytes.count {
      let written = bytes.withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress! + done, bytes.count - done, off_t(length + done))
      }
      if written < 0 {
        if errno == EINTR { continue }
        let error = Self.failure(path, "cannot be written")
        // No half line stays behind.
        _ = ftruncate(descriptor, off_t(length))
        throw error
      }
      done += written
    }
    length += bytes.count
  }

  func synchronise() throws {
    guard fsync(descriptor) == 0 else { throw Self.failure(path, "cannot be flushed to the disk") }
  }

  private static func failure(_ path: String, _ problem: String) -> OutputError {
    OutputError(path, problem, reason: String(cString: strerror(errno)))
  }
}
