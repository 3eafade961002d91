/// An expression of an OpenMM custom force, `main; name = definition; …`, as tokens.
///
/// It is recognised, not evaluated: `matches` compares it with a template token by token.
struct LeptonExpression {
  enum Token: Equatable {
    case number(Double)
    case name(String)
    case symbol(Character)
  }

  let main: [Token]
  let definitions: [String: [Token]]

  /// nil if it cannot be cut into tokens, or defines a name twice.
  init?(_ text: String) {
    var parts: [[Token]] = []
    for part in text.split(separator: ";", omittingEmptySubsequences: true) {
      guard let tokens = Self.tokens(part) else { return nil }
      if !tokens.isEmpty { parts.append(tokens) }
    }
    guard let main = parts.first else { return nil }
    var definitions: [String: [Token]] = [:]
    for part in parts.dropFirst() {
      guard part.count >= 3, case .name(let name) = part[0], part[1] == .symbol("="), definitions[name] == nil else {
        return nil
      }
      definitions[name] = Array(part[2...])
    }
    self.main = main
    self.definitions = definitions
  }

  /// Definitions that are plain numbers.
  var constants: [String: Double] {
    var constants: [String: Double] = [:]
    for (name, tokens) in definitions {
      if let value = Self.constant(tokens) { constants[name] = value }
    }
    return constants
  }

  /// Names of the definitions that are not plain numbers.
  var formulas: Set<String> { Set(definitions.keys.filter { Self.constant(definitions[$0]!) == nil }) }

  func definition(_ name: String, matches template: String) -> Bool {
    guard let tokens = definitions[name] else { return false }
    return Self.match(tokens, template) != nil
  }

  func mainMatches(_ template: String) -> [String: Double]? { Self.match(main, template) }

  /// The numbers at the places that the template calls `$name`; nil if anything else differs.
  static func match(_ tokens: [Token], _ template: String) -> [String: Double]? {
    guard let pattern = Self.tokens(Substring(template)), pattern.count == tokens.count else { return nil }
    var captured: [String: Double] = [:]
    for (found, wanted) in zip(tokens, pattern) {
      if case .name(let name) = wanted, name.hasPrefix("$") {
        guard case .number(let value) = found else { return nil }
        captured[name] = value
      } else if found != wanted {
        return nil
      }
    }
    return captured
  }

  private static func constant(_ tokens: [Token]) -> Double? {
    if tokens.count == 1, case .number(let value) = tokens[0] { return value }
    if tokens.count == 2, tokens[0] == .symbol("-"), case .number(let value) = tokens[1] { return -value }
    return nil
  }

  private static func tokens(_ text: Substring) -> [Token]? {
    var tokens: [Token] = []
    var rest = text
    while let character = rest.first {
      if character == " " || character == "\t" || character == "\n" {
        rest.removeFirst()
      } else if isDigit(character) || character == "." {
        var digits = rest.prefix { isDigit($0) || $0 == "." }
        // An exponent belongs to the number only if digits follow.
        let tail = rest[digits.endIndex...]
        if let e = tail.first, e == "e" || e == "E" {
          let afterE = tail.dropFirst()
          let sign = afterE.prefix { $0 == "+" || $0 == "-" }
          let exponent = afterE.dropFirst(sign.count).prefix(while: isDigit)
          if sign.count <= 1, !exponent.isEmpty { digits = rest[rest.startIndex..<exponent.endIndex] }
        }
        guard let value = FixedWidthField.real(ArraySlice(digits.utf8)) else { return nil }
        tokens.append(.number(value))
        rest = rest[digits.endIndex...]
      } else if character.isASCII, character.isLetter || character == "_" || character == "$" {
        let name = rest.prefix { $0.isASCII && ($0.isLetter || isDigit($0) || $0 == "_" || $0 == "$") }
        tokens.append(.name(String(name)))
        rest = rest[name.endIndex...]
      } else if "+-*/^(),=".contains(character) {
        tokens.append(.symbol(character))
        rest.removeFirst()
      } else {
        return nil
      }
    }
    return tokens
  }

  private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
}
