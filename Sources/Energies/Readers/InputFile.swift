import Foundation

/// Reading of a user's file as a whole.
enum InputFile {
  static func data(path: String) throws -> Data {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw InputError(path, "there is no such file", advice: "check the path")
    }
    guard !isFolder.boolValue else { throw InputError(path, "this is a folder", expected: "a file") }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw InputError(path, "the file cannot be read", advice: "check its permissions")
    }
    return data
  }

  /// Bytes that are no UTF-8 become replacement characters: they can only spoil comments and names.
  static func text(path: String) throws -> String {
    String(decoding: try data(path: path), as: UTF8.self)
  }
}
