/// The Fortran format of one prmtop section, such as `(20a4)`, `(10I8)`, `(5E16.8)` or `(8(F9.5))`.
struct PrmtopFormat: Equatable {
  enum Kind: Equatable { case text, integer, real }

  let perLine: Int
  let kind: Kind
  let width: Int

  /// From what stands between the outer parentheses; nil for a composite such as `i2,a78`.
  init?(_ text: String) {
    var rest = Substring(text.filter { $0 != " " })
    let count = Self.takeNumber(&rest)
    // "8(F9.5)" repeats an inner group.
    var isGroup = false
    if rest.first == "(" {
      isGroup = true
      rest.removeFirst()
    }
    guard let letter = rest.popFirst() else { return nil }
    switch letter {
    case "a", "A": kind = .text
    case "i", "I": kind = .integer
    case "e", "E", "f", "F", "d", "D", "g", "G": kind = .real
    default: return nil
    }
    guard let width = Self.takeNumber(&rest) else { return nil }
    if rest.first == "." {
      guard kind == .real else { return nil }
      rest.removeFirst()
      guard Self.takeNumber(&rest) != nil else { return nil }
    }
    if isGroup {
      guard rest.first == ")" else { return nil }
      rest.removeFirst()
    }
    guard rest.isEmpty, (1...1000).contains(width), (1...1000).contains(count ?? 1) else { return nil }
    perLine = count ?? 1
    self.width = width
  }

  private static func takeNumber(_ text: inout Substring) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    text = text.dropFirst(digits.count)
    return digits.count <= 6 ? Int(digits) : nil
  }
}
