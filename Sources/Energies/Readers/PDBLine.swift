/// One line of a PDB file, by columns.
struct PDBLine {
  let bytes: [UInt8]
  let source: String
  let number: Int

  /// Columns 1–6.
  var recordName: String { field(1...6) }

  /// The text in 1-based columns, without blanks around it; empty beyond the end of the line.
  func field(_ columns: ClosedRange<Int>) -> String {
    guard columns.lowerBound <= bytes.count else { return "" }
    var slice = bytes[(columns.lowerBound - 1)..<min(columns.upperBound, bytes.count)]
    while let first = slice.first, first <= 32 { slice.removeFirst() }
    while let last = slice.last, last <= 32 { slice.removeLast() }
    return String(decoding: slice, as: UTF8.self)
  }

  /// A coordinate in Å.
  func coordinate(_ columns: ClosedRange<Int>, _ axis: String) throws -> Double {
    let text = field(columns)
    guard let value = FixedWidthField.real(ArraySlice(text.utf8)) else {
      throw error(
        "the \(axis) coordinate is not a number",
        expected: "a number in columns \(columns.lowerBound)–\(columns.upperBound)",
        found: text.isEmpty ? "nothing" : text)
    }
    return value
  }

  /// A whole number, or hexadecimal where it has outgrown its columns (A000 follows 9999); nil where it is blank or stars.
  func index(_ columns: ClosedRange<Int>, _ meaning: String) throws -> Int? {
    let text = field(columns)
    if text.isEmpty || text.allSatisfy({ $0 == "*" }) { return nil }
    if let value = Int(text) { return value }
    let width = columns.count
    if text.count == width, let value = Int(text, radix: 16), value >= 10 << (4 * (width - 1)) {
      let decimal = (0..<width).reduce(1) { power, _ in power * 10 }
      return value - 10 << (4 * (width - 1)) + decimal
    }
    throw error(
      "the \(meaning) is not a whole number",
      expected: "a number in columns \(columns.lowerBound)–\(columns.upperBound)", found: text)
  }

  /// The serial numbers of a CONECT record: the atom, then those it is bonded to.
  func connectedSerials() throws -> [Int] {
    var serials: [Int] = []
    for start in stride(from: 7, through: 27, by: 5) {
      if let serial = try index(start...(start + 4), "atom serial number") { serials.append(serial) }
    }
    return serials
  }

  func error(_ problem: String, expected: String? = nil, found: String? = nil) -> InputError {
    InputError(source, line: number, problem, expected: expected, found: found)
  }
}
