/// Values of one section with the line each one stands on, for messages.
struct PrmtopValues<Value: Sendable>: Sendable {
  let flag: String
  /// Line of the `%FLAG`.
  let flagLine: Int
  var values: [Value] = []
  /// Line of each value.
  var lines: [Int] = []

  var count: Int { values.count }
  subscript(index: Int) -> Value { values[index] }
}

/// A prmtop file cut into its `%FLAG` sections (AMBER file format specification, ambermd.org/FileFormats.php).
///
/// Holds the raw lines; a section's numbers are parsed when asked for, by the section's own `%FORMAT`.
struct PrmtopSections {
  struct Section {
    let flag: String
    let flagLine: Int
    /// Text between the outer parentheses of `%FORMAT(…)`.
    var formatText: String?
    var formatLine: Int?
    var lines: [(number: Int, bytes: ArraySlice<UInt8>)] = []
  }

  let path: String
  /// In the order of the file.
  let sections: [Section]
  private let indices: [String: Int]

  init(path: String) throws(InputError) {
    let contents = try InputFileContents(path: path)
    self.path = path
    var sections: [Section] = []
    var indices: [String: Int] = [:]
    var sawVersion = false
    for (index, line) in contents.lines().enumerated() {
      let number = index + 1
      guard line.first == UInt8(ascii: "%") else {
        if sections.isEmpty {
          if !sawVersion { throw Self.notAPrmtop(path, line: number, found: line) }
          if FixedWidthField.trimmed(line).isEmpty { continue }
          throw InputError(
            path, line: number, "data stand before the first %FLAG", found: FixedWidthField.excerpt(line))
        }
        if sections[sections.count - 1].formatText == nil {
          if FixedWidthField.trimmed(line).isEmpty { continue }
          throw InputError(
            path, line: number, "data of %FLAG \(sections[sections.count - 1].flag) stand before its %FORMAT",
            found: FixedWidthField.excerpt(line))
        }
        sections[sections.count - 1].lines.append((number, line))
        continue
      }
      guard let text = FixedWidthField.text(line) else {
        throw InputError(
          path, line: number, "a % line holds bytes that are not text", found: FixedWidthField.excerpt(line))
      }
      if text.hasPrefix("%COMMENT") { continue }
      if text.hasPrefix("%VERSION") {
        guard text.contains("V0001.") else {
          throw InputError(
            path, line: number, "this version of the prmtop format is unknown", expected: "VERSION_STAMP = V0001.000",
            found: FixedWidthField.excerpt(line))
        }
        sawVersion = true
      } else if text.hasPrefix("%FLAG") {
        if !sawVersion { throw Self.notAPrmtop(path, line: number, found: line) }
        let flag = String(text.dropFirst(5).drop { $0 == " " })
        guard !flag.isEmpty, !flag.contains(" ") else {
          throw InputError(
            path, line: number, "a %FLAG needs one name", expected: "%FLAG NAME", found: FixedWidthField.excerpt(line))
        }
        if let first = indices[flag] {
          throw InputError(
            path, line: number, "%FLAG \(flag) appears twice", expected: "each section once",
            found: "also in line \(sections[first].flagLine)")
        }
        indices[flag] = sections.count
        sections.append(Section(flag: flag, flagLine: number))
      } else if text.hasPrefix("%FORMAT") {
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close,
          !sections.isEmpty, sections[sections.count - 1].formatText == nil
        else {
          throw InputError(
            path, line: number, "a misplaced or malformed %FORMAT", expected: "%FORMAT(…) once after each %FLAG",
            found: FixedWidthField.excerpt(line))
        }
        sections[sections.count - 1].formatText = String(text[text.index(after: open)..<close])
        sections[sections.count - 1].formatLine = number
      } else {
        throw InputError(
          path, line: number, "an unknown % line", expected: "%VERSION, %FLAG, %FORMAT or %COMMENT",
          found: FixedWidthField.excerpt(line))
      }
    }
    guard !sections.isEmpty else {
      throw InputError(path, "the file holds no %FLAG section", expected: "an AMBER prmtop (parm7) file")
    }
    self.sections = sections
    self.indices = indices
  }

  private static func notAPrmtop(_ path: String, line: Int, found: ArraySlice<UInt8>) -> InputError {
    InputError(
      path, line: line, "this is not an AMBER prmtop of version 7 or later", expected: "%VERSION as the first line",
      found: FixedWidthField.excerpt(found), advice: "write it again with tleap or ParmEd")
  }

  func contains(_ flag: String) -> Bool { indices[flag] != nil }

  /// The section, or an error that says it is missing.
  func section(_ flag: String) throws(InputError) -> Section {
    guard let index = indices[flag] else {
      throw InputError(path, "%FLAG \(flag) is missing", expected: "a complete AMBER prmtop")
    }
    return sections[index]
  }

  /// The first line of a section as text, blanks removed; nil if the section is absent or empty.
  func firstLine(_ flag: String) -> String? {
    guard let index = indices[flag], let line = sections[index].lines.first else { return nil }
    return FixedWidthField.text(line.bytes)
  }

  func integers(_ flag: String, count: Int? = nil) throws(InputError) -> PrmtopValues<Int> {
    try values(flag, kind: .integer, count: count, "an integer", FixedWidthField.integer)
  }

  func reals(_ flag: String, count: Int? = nil) throws(InputError) -> PrmtopValues<Double> {
    try values(flag, kind: .real, count: count, "a finite number", FixedWidthField.real)
  }

  func texts(_ flag: String, count: Int? = nil) throws(InputError) -> PrmtopValues<String> {
    try values(flag, kind: .text, count: count, "printable text", FixedWidthField.text)
  }

  private func values<Value: Sendable>(
    _ flag: String, kind: PrmtopFormat.Kind, count: Int?, _ expected: String,
    _ parse: (ArraySlice<UInt8>) -> Value?
  ) throws(InputError) -> PrmtopValues<Value> {
    let section = try section(flag)
    guard let text = section.formatText, let format = PrmtopFormat(text), format.kind == kind else {
      throw InputError(
        path, line: section.formatLine ?? section.flagLine, "%FLAG \(flag) has a format that does not fit its content",
        expected: "\(kind == .text ? "(20a4)" : kind == .integer ? "(10I8)" : "(5E16.8)") or another of that kind",
        found: section.formatText.map { "(\($0))" } ?? "no %FORMAT")
    }
    var result = PrmtopValues<Value>(flag: flag, flagLine: section.flagLine)
    for line in section.lines {
      let fields = FixedWidthField.cut(line.bytes, width: format.width)
      guard fields.count <= format.perLine else {
        throw InputError(
          path, line: line.number, "%FLAG \(flag): the line is longer than its format allows",
          expected: "\(format.perLine) fields of \(format.width) columns", found: "\(line.bytes.count) columns")
      }
      for field in fields {
        guard let value = parse(field) else {
          throw InputError(
            path, line: line.number, "%FLAG \(flag): value \(result.count + 1) is unreadable", expected: expected,
            found: FixedWidthField.excerpt(field))
        }
        result.values.append(value)
        result.lines.append(line.number)
      }
    }
    if let count, result.count != count {
      throw InputError(
        path, line: section.flagLine, "%FLAG \(flag) has the wrong number of values",
        expected: "\(count), from POINTERS and the sections before", found: "\(result.count)",
        advice: "is the file complete?")
    }
    return result
  }
}
