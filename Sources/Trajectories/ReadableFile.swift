import Energies
import Foundation

/// A regular file opened for reading at any offset; closed when the last reference goes.
///
/// The size is asked for anew at each use, because a trajectory may grow while it is read.
final class ReadableFile: Sendable {
  let path: String
  private let descriptor: Int32

  init(path: String) throws(InputError) {
    self.path = path
    // Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
    descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw InputError(path, "cannot be opened for reading", found: String(cString: strerror(errno)))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw InputError(path, "is not a regular file", found: status.st_mode & S_IFMT == S_IFDIR ? "a folder" : nil)
    }
  }

  deinit { close(descriptor) }

  /// Bytes in the file now.
  var size: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// `count` bytes from `offset`; fewer when `allowingFewer` and the file ends before.
  func bytes(at offset: Int, count: Int, allowingFewer: Bool = false) throws(InputError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let received = buffer.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress! + done, count - done, off_t(offset + done))
      }
      if received < 0 {
        if errno == EINTR { continue }
        throw InputError(path, "cannot be read", found: String(cString: strerror(errno)))
      }
      if received == 0 { break }
      done += received
    }
    if done < count {
      guard allowingFewer else {
        throw InputError(
          path, "ends too early", expected: "\(count) bytes at offset \(offset)", found: "\(done) bytes",
          advice: "the file was cut, perhaps while it was copied: fetch it again")
      }
      buffer.removeLast(count - done)
    }
    return buffer
  }
}
