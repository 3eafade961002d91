import Energies
import Foundation
import Yams

/// One mapping of a YAML file with the lines of its keys, so that every complaint names the line.
struct YAMLMapping {
  let source: String
  let line: Int?
  private let entries: [(key: String, line: Int?, node: Node)]

  /// Largest file that is read: a configuration is a page of text.
  private static let largestFile = 1_000_000

  init(path: String) throws {
    let url = URL(fileURLWithPath: path)
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
      throw InputError(path, "there is no such file")
    }
    let size = (try? url.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0
    guard size <= Self.largestFile else {
      throw InputError(path, "is too large for a configuration", expected: "at most 1 MB", found: "\(size) bytes")
    }
    guard let data = FileManager.default.contents(atPath: path) else { throw InputError(path, "cannot be read") }
    guard let text = String(data: data, encoding: .utf8) else {
      throw InputError(path, "is not text", expected: "a YAML file in UTF-8")
    }
    try self.init(text: text, source: path)
  }

  init(text: String, source: String) throws {
    // Aliases can make a small file unfold to gigabytes; a configuration needs none.
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw InputError(source, "is not valid YAML", found: Self.describe(error))
    }
    guard let node, case .mapping(let mapping) = node else {
      throw InputError(source, "is not a YAML mapping", expected: "lines such as `temperature_K: 300`")
    }
    try self.init(mapping: mapping, source: source, line: node.mark?.line)
  }

  private init(mapping: Node.Mapping, source: String, line: Int?) throws {
    self.source = source
    self.line = line
    entries = try mapping.map { key, value in
      guard let name = key.scalar?.string else {
        throw InputError(source, line: key.mark?.line, "a key is not a word")
      }
      return (name, key.mark?.line, value)
    }
  }

  private static func describe(_ error: YamlError) -> String {
    "\(error)".split(separator: "\n").prefix(3).joined(separator: " ")
  }

  /// Throws for the first key that is not among `known`.
  func allow(_ known: [String]) throws {
    for entry in entries where !known.contains(entry.key) {
      throw InputError(
        source, line: entry.line, "unknown key '\(entry.key)'", expected: known.joined(separator: ", "))
    }
  }

  var keys: [String] { entries.map(\.key) }

  func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

  private func entry(_ key: String) -> (key: String, line: Int?, node: Node)? { entries.last { $0.key == key } }

  func error(_ key: String, _ problem: String, expected: String? = nil, found: String? = nil) -> InputError {
    InputError(source, line: entry(key)?.line ?? line, "\(key): \(problem)", expected: expected, found: found)
  }

  func text(_ key: String) throws -> String? {
    guard let entry = entry(key) else { return nil }
    guard let scalar = entry.node.scalar else { throw error(key, "is not a single value", expected: "text") }
    return scalar.string
  }

  func number(_ key: String) throws -> Double? {
    guard let text = try text(key) else { return nil }
    guard let value = Double(text), value.isFinite else {
      throw error(key, "is not a number", expected: "a number", found: text)
    }
    return value
  }

  func positive(_ key: String) throws -> Double? {
    guard let value = try number(key) else { return nil }
    guard value > 0 else { throw error(key, "must be positive", found: "\(value)") }
    return value
  }

  func flag(_ key: String) throws -> Bool? {
    guard let text = try text(key) else { return nil }
    switch text.lowercased() {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default: throw error(key, "is neither true nor false", expected: "true or false", found: text)
    }
  }

  func list(_ key: String) throws -> [String]? {
    guard let entry = entry(key) else { return nil }
    if let scalar = entry.node.scalar { return [scalar.string] }
    guard case .sequence(let sequence) = entry.node, sequence.allSatisfy({ $0.scalar != nil }) else {
      throw error(key, "is not a list of values", expected: "[a, b, …]")
    }
    return sequence.map { $0.scalar!.string }
  }

  func numbers(_ key: String, count: Int) throws -> [Double]? {
    guard let words = try list(key) else { return nil }
    let values = words.compactMap { Double($0) }.filter(\.isFinite)
    guard values.count == words.count, values.count == count else {
      throw error(key, "is not a list of \(count) numbers", found: "[\(words.joined(separator: ", "))]")
    }
    return values
  }

  func integers(_ key: String, count: Int) throws -> [Int]? {
    guard let words = try list(key) else { return nil }
    let values = words.compactMap { Int($0) }
    guard values.count == words.count, values.count == count else {
      throw error(key, "is not a list of \(count) whole numbers", found: "[\(words.joined(separator: ", "))]")
    }
    return values
  }

  /// The mappings of a list under `key`.
  func mappings(_ key: String) throws -> [YAMLMapping] {
    guard let entry = entry(key) else { return [] }
    guard case .sequence(let sequence) = entry.node else {
      throw error(key, "is not a list", expected: "lines `- name: …`")
    }
    return try sequence.map { node in
      guard case .mapping(let mapping) = node else {
        throw InputError(source, line: node.mark?.line, "\(key): an entry is not a mapping")
      }
      return try YAMLMapping(mapping: mapping, source: source, line: node.mark?.line)
    }
  }
}
