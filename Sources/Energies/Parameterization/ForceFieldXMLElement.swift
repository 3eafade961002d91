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
    let bytes = try InputFileContents(path: path).bytes
    try refuseDeclarations(bytes, path)
    let builder = XMLTreeBuilder(source: path)
    let parser = XMLParser(data: Data(bytes))
    parser.shouldResolveExternalEntities = false
    parser.delegate = builder
    // `parse` may return true after an error: the parser tries to go on, without what it did not understand.
    let parsed = parser.parse()
    if let failure = builder.failure { throw failure }
    guard parsed, let root = builder.root, builder.isComplete else {
      throw InputError(path, "this is not well-formed XML", expected: "a complete <ForceField> file")
    }
    return root
  }

  private static func refuseDeclarations(_ bytes: [UInt8], _ path: String) throws {
    let marks = ["<!DOCTYPE", "<!ENTITY"].map { Array($0.utf8) }
    // FoundationXML traps on names that are no UTF-8.
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    where String(validating: line, as: UTF8.self) == nil {
      throw InputError(path, line: index + 1, "this is not UTF-8 text", expected: "XML in UTF-8")
    }
    var line = 1
    for index in bytes.indices {
      switch bytes[index] {
      case 0x0A: line += 1
      case 0: throw InputError(path, line: line, "the file holds a zero byte", expected: "XML in UTF-8")
      case UInt8(ascii: "<"):
        if marks.contains(where: { bytes[index...].starts(with: $0) }) {
          throw InputError(path, line: line, "document types and entities are not accepted")
        }
      default: break
      }
    }
  }
}

/// Builds the tree from the parser's events.
private final class XMLTreeBuilder: NSObject, XMLParserDelegate {
  static let largestDepth = 64

  let source: String
  var root: ForceFieldXMLElement?
  var failure: InputError?
  private var open: [ForceFieldXMLElement] = []

  init(source: String) { self.source = source }

  var isComplete: Bool { open.isEmpty }

  func parser(
    _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    guard failure == nil else { return }
    let element = ForceFieldXMLElement(
      name: elementName, attributes: attributes, source: source, line: parser.lineNumber)
    guard open.count < Self.largestDepth else {
      failure = element.error("elements are nested too deeply", expected: "at most \(Self.largestDepth) levels")
      parser.abortParsing()
      return
    }
    if let parent = open.last { parent.children.append(element) } else if root == nil { root = element }
    open.append(element)
  }

  func parser(_ parser: XMLParser, parseErrorOccurred parseError: any Error) {
    guard failure == nil else { return }
    let line = parser.lineNumber
    failure = InputError(
      source, line: line > 0 ? line : nil, "this is not well-formed XML", expected: "a complete <ForceField> file",
      found: "error \((parseError as NSError).code) of the XML parser")
    parser.abortParsing()
  }

  func parser(_ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?, qualifiedName: String?) {
    _ = open.popLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { open.last?.text += string }

  func parser(_ parser: XMLParser, foundCDATA block: Data) { open.last?.text += String(decoding: block, as: UTF8.self) }
}
