import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An element of an XML file with the line it stands on.
struct MarkupElement {
  let name: String
  let attributes: [String: String]
  let line: Int
  var children: [MarkupElement] = []

  /// The root of an XML file that has elements and attributes only.
  ///
  /// Throws for malformed XML, document types (so no entities can be defined), text between elements, other encodings
  /// than UTF-8, and nesting deeper than `largestDepth`.
  static func root(of path: String) throws(InputError) -> MarkupElement {
    let contents = try InputFileContents(path: path)
    try contents.requireUTF8()
    try refuseDocumentTypes(contents)
    let builder = Builder()
    let parser = XMLParser(data: Data(contents.bytes))
    parser.shouldResolveExternalEntities = false
    parser.delegate = builder
    let succeeded = parser.parse()
    if let failure = builder.failure {
      throw InputError(path, line: failure.line, failure.problem, expected: failure.expected, found: failure.found)
    }
    guard succeeded, let root = builder.root, builder.stack.isEmpty else {
      let line = parser.lineNumber
      throw InputError(
        path, line: line > 0 ? line : nil, "this is not well-formed XML", expected: "a complete XML file",
        found: parser.parserError.map { "error \(($0 as NSError).code) of the XML parser" },
        advice: "is the file complete?")
    }
    return root
  }

  static let largestDepth = 16

  /// OpenMM writes neither; both are the way to make a parser expand without end.
  private static func refuseDocumentTypes(_ contents: InputFileContents) throws(InputError) {
    var line = 1
    let bytes = contents.bytes
    let marks = [Array("<!DOCTYPE".utf8), Array("<!ENTITY".utf8), Array("<![CDATA[".utf8)]
    for index in bytes.indices {
      if bytes[index] == 0x0A { line += 1 }
      if bytes[index] == 0 {
        throw InputError(contents.path, line: line, "the file holds a zero byte", expected: "XML in UTF-8")
      }
      guard bytes[index] == 0x3C, index + 1 < bytes.count, bytes[index + 1] == 0x21 else { continue }
      for mark in marks where bytes[index...].starts(with: mark) {
        throw InputError(
          contents.path, line: line, "document types, entities and CDATA are not accepted",
          expected: "elements with attributes, as OpenMM writes them",
          found: FixedWidthField.excerpt(bytes[index..<min(index + 40, bytes.count)]))
      }
    }
    let declaration = String(decoding: bytes.prefix(200), as: UTF8.self).lowercased()
    if declaration.hasPrefix("<?xml"), let end = declaration.range(of: "?>") {
      let head = declaration[..<end.lowerBound]
      if head.contains("encoding"), !head.contains("utf-8"), !head.contains("ascii") {
        throw InputError(
          contents.path, line: 1, "this encoding is not supported", expected: "UTF-8",
          found: FixedWidthField.excerpt(bytes.prefix(60)))
      }
    }
  }

  /// Collects elements as the parser reports them and stops it at the first thing that is not accepted.
  private final class Builder: NSObject, XMLParserDelegate {
    struct Failure {
      let line: Int
      let problem: String
      let expected: String
      let found: String?
    }

    var root: MarkupElement?
    var stack: [MarkupElement] = []
    var failure: Failure?

    func parser(
      _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?, qualifiedName qName: String?,
      attributes attributeDict: [String: String] = [:]
    ) {
      guard failure == nil else { return }
      guard stack.count < MarkupElement.largestDepth else {
        failure = Failure(
          line: parser.lineNumber, problem: "elements are nested too deeply",
          expected: "at most \(MarkupElement.largestDepth) levels", found: "<\(elementName.prefix(40))>")
        parser.abortParsing()
        return
      }
      stack.append(MarkupElement(name: elementName, attributes: attributeDict, line: parser.lineNumber))
    }

    func parser(
      _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?, qualifiedName qName: String?
    ) {
      guard failure == nil, let element = stack.popLast() else { return }
      if stack.isEmpty { root = element } else { stack[stack.count - 1].children.append(element) }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      guard failure == nil, !string.allSatisfy(\.isWhitespace) else { return }
      failure = Failure(
        line: parser.lineNumber, problem: "text stands between elements", expected: "elements with attributes only",
        found: "'\(string.prefix(40))'")
      parser.abortParsing()
    }
  }
}
