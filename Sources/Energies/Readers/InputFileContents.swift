import Foundation

/// The bytes of a file that a user named, read only if it is a regular file of a sane size.
///
/// A directory, a device or a pipe is refused rather than read for ever.
struct InputFileContents {
  /// Path as the user gave it, for messages.
  let path: String
  let bytes: [UInt8]

  /// Larger than any topology or System of a molecule that this program can sample.
  static let largestSize = 512 << 20

  init(path: String) throws(InputError) {
    let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: resolved) else {
      throw InputError(path, "the file cannot be opened", advice: "check the path and its permissions")
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw InputError(path, "this is not a regular file", expected: "a file")
    }
    let size = (attributes[.size] as? NSNumber)?.int64Value ?? 0
    guard size <= Int64(Self.largestSize) else {
      throw InputError(
        path, "the file is too large", expected: "at most \(Self.largestSize) bytes", found: "\(size) bytes")
    }
    guard let data = FileManager.default.contents(atPath: resolved) else {
      throw InputError(path, "the file cannot be read", advice: "check its permissions")
    }
    self.path = path
    bytes = [UInt8](data)
  }

  /// Throws unless the file is UTF-8 throughout.
  func requireUTF8() throws(InputError) {
    guard String(bytes: bytes, encoding: .utf8) == nil else { return }
    let line = lines().firstIndex { String(bytes: $0, encoding: .utf8) == nil }
    throw InputError(path, line: line.map { $0 + 1 }, "the file holds bytes that are not text", expected: "UTF-8")
  }

  /// Line k (0-based) without its line ending; "\n" and "\r\n" both end a line.
  func lines() -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.endIndex
      var stop = end
      if stop > start, bytes[stop - 1] == 0x0D { stop -= 1 }
      lines.append(bytes[start..<stop])
      start = end + 1
    }
    return lines
  }
}
