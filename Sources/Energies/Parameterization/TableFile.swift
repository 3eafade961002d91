import Foundation

/// A line-oriented table: `[name argument …]` starts a section, fields are separated by blanks, `#` starts a comment.
///
/// The layout of the shipped force-field tables. Numbers are checked where they are taken from a row, so that an error
/// can name the line and what was expected there.
struct TableFile {
  struct Row {
    let source: String
    let line: Int
    let fields: [Substring]

    func error(_ problem: String, expected: String? = nil, found: String? = nil) -> InputError {
      InputError(source, line: line, problem, expected: expected, found: found)
    }

    func text(_ index: Int, _ meaning: String) throws -> String {
      guard fields.indices.contains(index) else {
        throw error("the line ends too early", expected: meaning, found: fields.joined(separator: " "))
      }
      return String(fields[index])
    }

    func number(_ index: Int, _ meaning: String) throws -> Double {
      let text = try text(index, meaning)
      guard let value = FixedWidthField.real(ArraySlice(text.utf8)) else {
        throw error("field \(index + 1) is not a number", expected: meaning, found: text)
      }
      return value
    }

    func integer(_ index: Int, _ meaning: String, in range: ClosedRange<Int>) throws -> Int {
      let text = try text(index, meaning)
      guard let value = Int(text), range.contains(value) else {
        throw error(
          "field \(index + 1) is not a whole number from \(range.lowerBound) to \(range.upperBound)",
          expected: meaning, found: text)
      }
      return value
    }

    /// The value of a field `key=value`.
    func option(_ key: String) -> Substring? {
      fields.first { $0.hasPrefix(key + "=") }?.dropFirst(key.count + 1)
    }

    func requireFields(_ count: Int, _ meaning: String) throws {
      guard fields.count == count else {
        throw error(
          "\(fields.count) fields where \(count) belong", expected: meaning, found: fields.joined(separator: " "))
      }
    }
  }

  struct Section {
    /// The fields between the brackets; the first is the name.
    let heading: Row
    var rows: [Row]

    var name: Substring { heading.fields[0] }
  }

  let source: String
  private(set) var sections: [Section] = []

  init(text: String, source: String) throws {
    self.source = source
    var number = 0
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      number += 1
      var fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      if let comment = fields.firstIndex(where: { $0.first == "#" }) { fields.removeSubrange(comment...) }
      guard let first = fields.first else { continue }
      if first.first == "[" {
        guard let last = fields.last, last.last == "]" else {
          throw InputError(source, line: number, "the section heading does not end", expected: "]")
        }
        fields[0] = fields[0].dropFirst()
        fields[fields.count - 1] = fields[fields.count - 1].dropLast()
        fields.removeAll { $0.isEmpty }
        guard !fields.isEmpty else { throw InputError(source, line: number, "the section has no name") }
        sections.append(Section(heading: Row(source: source, line: number, fields: fields), rows: []))
      } else {
        guard !sections.isEmpty else {
          throw InputError(
            source, line: number, "text before the first section", expected: "a line such as [types]",
            found: String(first))
        }
        sections[sections.count - 1].rows.append(Row(source: source, line: number, fields: fields))
      }
    }
  }

  init(path: String) throws {
    // Bytes that are no UTF-8 become replacement characters: they can only spoil comments and names.
    try self.init(text: String(decoding: InputFileContents(path: path).bytes, as: UTF8.self), source: path)
  }

  /// A table that comes with the package.
  static func shipped(_ name: String) throws -> TableFile {
    guard let url = Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "ForceFields") else {
      throw InputError(
        name + ".txt", "a table that belongs to the program is missing",
        advice: "install the folder MolFlow_Energies.resources beside the executable")
    }
    let bytes = try InputFileContents(path: url.path).bytes
    return try TableFile(text: String(decoding: bytes, as: UTF8.self), source: url.lastPathComponent)
  }
}
