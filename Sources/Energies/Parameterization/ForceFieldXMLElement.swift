import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An element of a force-field XML file with the line it starts on.
final class ForceFieldXMLElement {
  let name: String
  let attributes: [String: String]
  let source: String
  let line: Int
  var children: [ForceFieldXMLElement] = []
  var text = ""

  init(name: String, attributes: [String: String], source: String, line: Int) {
    self.name = name
    self.attributes = attributes
    self.source = source
    self.line = line
  }

  func error(_ problem: String, expected: String? = nil, found: String? = nil, advice: String? = nil) -> InputError {
    InputError(source, line: line, "<\(name)>: \(problem)", expected: expected, found: found, advice: advice)
  }

  func text(_ attribute: String) throws -> String {
    guard let value = attributes[attribute] else { throw error("the attribute \(attribute) is missing") }
    return value
  }

  func number(_ attribute: String) throws -> Double {
    let text = try text(attribute)
    guard let value = Double(text.trimmingCharacters(in: .whitespacesAndNewlines)), value.isFinite else {
      throw error("the attribute \(attribute) is not a number", expected: "a decimal number", found: text)
    }
    return value
  }

  func integer(_ attribute: String, in range: ClosedRange<Int>) throws -> Int {
    let text = try text(attribute)
    guard let value = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), range.contains(value) else {
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

  /// Parses a whole file.
  static func parse(path: String) throws -> ForceFieldXMLElement {
    let builder = XMLTreeBuilder(source: path)
    let parser = XMLParser(data: try InputFile.data(path: path))
    parser.delegate = builder
    let parsed = parser.parse()
    if !parsed || builder.root == nil {
      let reason = parser.parserError.map { ($0 as NSError).localizedDescription } ?? "unknown reason"
      throw InputError(
        path, line: max(1, parser.lineNumber), "this is not well-formed XML", expected: "a <ForceField> file",
        found: reason)
    }
    return builder.root!
  }
}

/// Builds the tree from the parser's events.
private final class XMLTreeBuilder: NSObject, XMLParserDelegate {
  let source: String
  var root: ForceFieldXMLElement?
  private var open: [ForceFieldXMLElement] = []

  init(source: String) { self.source = source }

  func parser(
    _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    let element = ForceFieldXMLElement(
      name: elementName, attributes: attributes, source: source, line: parser.lineNumber)
    if let parent = open.last { parent.children.append(element) } else if root == nil { root = element }
    open.append(element)
  }

  func parser(_ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?, qualifiedName: String?) {
    _ = open.popLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { open.last?.text += string }

  func parser(_ parser: XMLParser, foundCDATA block: Data) { open.last?.text += String(decoding: block, as: UTF8.self) }
}
