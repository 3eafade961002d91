import Foundation

/// The number of records in the header of a CDF-1 or CDF-2 file, changed in place.
///
/// libnetcdf cannot make it smaller; dropping frames written after a checkpoint, or after a failed write, needs that.
enum RecordCount {
  /// Bytes 4–7 of the header, big-endian.
  static func write(_ count: Int, toHeaderOf path: String) throws(OutputError) {
    precondition(count >= 0 && count < Int(UInt32.max))
    func failure() -> OutputError {
      OutputError(path, "its number of frames cannot be changed", reason: String(cString: strerror(errno)))
    }
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    if descriptor < 0 { throw failure() }
    let stored = UInt32(count).bigEndian
    let written = withUnsafeBytes(of: stored) { pwrite(descriptor, $0.baseAddress!, 4, 4) }
    let error = written == 4 ? nil : failure()
    close(descriptor)
    if let error { throw error }
  }
}
