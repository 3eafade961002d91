/// An element of a force-field XML file with the line it starts on.
final class ForceFieldXMLElement {
  let name: String
  let attributes: [String: String]
  let source: String
  let line: Int
  var children: [ForceFieldXMLElement] = []
  var text = ""

  func error(_ problem: String, expected: String? = nil, found: String? = nil, advice: String? = nil) -> InputError {
    InputError(source, line: line, "<\(name)>: \(problem)", expected: expected, found: found, advice: advice)
  }

  func text(_ attribute: String) throws -> String {
    guard let value = attributes[attribute] else { throw error("the attribute \(attribute) is missing") }
    return value
  }

  func number(_ attribute: String) throws -> Double {
    let text = try text(attribute)
    guard let value = FixedWidthField.real(ArraySlice(text.utf8)) else {
      throw error("the attribute \(attribute) is not a number", expected: "a decimal number", found: text)
    }
    return value
  }

  func integer(_ attribute: String, in range: ClosedRange<Int>) throws -> Int {
    let text = try text(attribute)
    guard let value = FixedWidthField.integer(ArraySlice(text.utf8)), range.contains(value) else {
      throw error(
        "the attribute \(attribute) is not a whole number from \(range.lowerBound) to \(range.upperBound)", found: text)
    }
    return value
  }

  /// Children, all of which must have one of the given names.
  func children(named names: String...) throws -> [ForceFieldXMLElement] {
    for child in children where !names.contains(child.name) {
      throw child.error("not understood within <\(name)>", expected: names.joined(separator: ", "))
    }
    return children
  }

  /// Parses a whole file. Document types, and with them entities that a parser would expand without end, are refused.
  static func parse(path: String) throws -> ForceFieldXMLElement {
    ForceFieldXMLElement(try MarkupElement.rootWithText(of: path), source: path)
  }

  /// The nesting is bounded by the parser, and with it this recursion.
  private init(_ element: MarkupElement, source: String) {
    name = element.name
    attributes = element.attributes
    self.source = source
    line = element.line
    children = element.children.map { ForceFieldXMLElement($0, source: source) }
    text = element.text
  }
}
