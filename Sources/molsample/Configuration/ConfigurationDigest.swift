import Foundation

/// A short name of a configuration's text, to see whether two runs are the same.
enum ConfigurationDigest {
  /// 64-bit FNV-1a hash (Fowler, Noll, Vo; RFC 9923), in hexadecimal.
  static func of(_ text: String) -> String { of(text.utf8) }

  /// Of a file's contents; "unreadable" where there are none, which whoever opens the file then says.
  static func ofFile(_ path: String) -> String {
    FileManager.default.contents(atPath: path).map { of($0) } ?? "unreadable"
  }

  private static func of(_ bytes: some Sequence<UInt8>) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return String(format: "%016llx", hash)
  }
}
