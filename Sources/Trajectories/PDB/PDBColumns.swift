/// Text in the fixed columns of the PDB format, version 3.3 (wwPDB, "Atomic Coordinate Entry Format Description").
enum PDBColumns {
  /// The four columns of an atom name: the element symbol ends in the second, unless the name needs all four.
  static func atomName(_ name: String, element symbol: String?) -> String? {
    guard !name.isEmpty, name.utf8.count <= 4, isPrintable(name) else { return nil }
    let startsEarly =
      name.utf8.count == 4
      || (symbol.map { $0.count == 2 && name.uppercased().hasPrefix($0.uppercased()) } ?? false)
    return left(startsEarly ? name : " " + name, 4)
  }

  /// `%8.3f`; nil when the number does not fit or is none.
  static func coordinate(_ value: Double) -> String? {
    guard value.isFinite, abs(value) < 1e5 else { return nil }
    let thousandths = Int((value * 1000).rounded())
    let whole = String(thousandths.magnitude / 1000)
    let rest = String(thousandths.magnitude % 1000)
    let zeros = String(repeating: "0", count: 3 - rest.count)
    let text = (thousandths < 0 ? "-" : "") + whole + "." + zeros + rest
    return text.utf8.count <= 8 ? right(text, 8) : nil
  }

  /// A number in `width` columns, nil when it does not fit.
  static func integer(_ value: Int, _ width: Int) -> String? {
    let text = String(value)
    return text.utf8.count <= width ? right(text, width) : nil
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }

  static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }

  /// ASCII without control characters.
  static func isPrintable(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } }
}
