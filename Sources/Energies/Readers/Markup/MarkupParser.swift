/// Reads XML without document types: declaration, comments, elements, attributes, text, CDATA, and the five predefined
/// entities with numeric character references (W3C, Extensible Markup Language 1.0, fifth edition).
///
/// Foundation's XMLParser is not used because on Linux (Swift 6.3) it crashes on some malformed files. Document types and
/// processing instructions are refused, so no entity can expand; memory is bounded by the size of the file.
struct MarkupParser {
  private let path: String
  private let bytes: [UInt8]
  private let acceptsText: Bool
  private var position = 0
  private var line = 1

  static let largestDepth = 64

  init(path: String, acceptsText: Bool) throws(InputError) {
    let contents = try InputFileContents(path: path)
    try contents.requireUTF8()
    self.path = path
    self.acceptsText = acceptsText
    bytes = contents.bytes
  }

  mutating func parse() throws(InputError) -> MarkupElement {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    try readDeclaration()
    var root: MarkupElement?
    // Elements that are open, outermost first.
    var stack: [MarkupElement] = []
    while position < bytes.count {
      guard bytes[position] == UInt8(ascii: "<") else {
        let text = try readText()
        guard !text.allSatisfy({ " \t\n".contains($0) }) else { continue }
        guard acceptsText, !stack.isEmpty else {
          throw error("text stands between elements", expected: "elements with attributes only", found: text)
        }
        stack[stack.count - 1].text += text
        continue
      }
      if follows("<!--") {
        try skipComment()
      } else if follows("<![CDATA["), acceptsText, !stack.isEmpty {
        stack[stack.count - 1].text += try readCharacterData()
      } else if follows("<!") {
        throw error(
          "document types, entities and CDATA are not accepted here", expected: "elements with attributes",
          found: excerpt())
      } else if follows("<?") {
        throw error("processing instructions are not accepted", expected: "elements with attributes", found: excerpt())
      } else if follows("</") {
        let element = try closeElement(stack.last)
        stack.removeLast()
        if stack.isEmpty { root = element } else { stack[stack.count - 1].children.append(element) }
      } else {
        guard root == nil else { throw malformed("a second root element", expected: "the end of the file") }
        let (element, isEmpty) = try openElement()
        guard stack.count < Self.largestDepth else {
          throw InputError(
            path, line: element.line, "elements are nested too deeply", expected: "at most \(Self.largestDepth) levels",
            found: "<\(element.name.prefix(40))>")
        }
        if !isEmpty {
          stack.append(element)
        } else if stack.isEmpty {
          root = element
        } else {
          stack[stack.count - 1].children.append(element)
        }
      }
    }
    if let open = stack.last {
      throw malformed("<\(open.name.prefix(40))> of line \(open.line) is not closed", expected: "a complete file")
    }
    guard let root else { throw malformed("there is no element", expected: "a complete file") }
    return root
  }

  // MARK: Elements

  /// After the name: attributes and ">" or "/>".
  private mutating func openElement() throws(InputError) -> (element: MarkupElement, isEmpty: Bool) {
    let start = line
    position += 1
    let name = try readName()
    var attributes: [String: String] = [:]
    while true {
      let hadSpace = skipSpace()
      if follows("/>") || follows(">") {
        let isEmpty = bytes[position] == UInt8(ascii: "/")
        position += isEmpty ? 2 : 1
        return (MarkupElement(name: name, attributes: attributes, line: start), isEmpty)
      }
      guard hadSpace else { throw malformed("<\(name.prefix(40))> is garbled", expected: "a blank, > or />") }
      let attribute = try readName()
      skipSpace()
      guard follows("=") else { throw malformed("the attribute \(attribute.prefix(40)) has no value", expected: "=") }
      position += 1
      skipSpace()
      let value = try readQuoted()
      guard attributes.updateValue(value, forKey: attribute) == nil else {
        throw malformed("the attribute \(attribute.prefix(40)) appears twice", expected: "it once")
      }
    }
  }

  /// "</name>", which must close `open`.
  private mutating func closeElement(_ open: MarkupElement?) throws(InputError) -> MarkupElement {
    position += 2
    let name = try readName()
    skipSpace()
    guard let open, open.name == name, follows(">") else {
      throw malformed(
        "an end tag is out of place", expected: open.map { "</\($0.name.prefix(40))>" } ?? "an element",
        found: "</\(name.prefix(40))")
    }
    position += 1
    return open
  }

  private mutating func readName() throws(InputError) -> String {
    let start = position
    while position < bytes.count, isNameByte(bytes[position], isFirst: position == start) { position += 1 }
    guard position > start else { throw malformed("a name is missing", expected: "a letter", found: excerpt()) }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private func isNameByte(_ byte: UInt8, isFirst: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...0xFF:
      true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"): !isFirst
    default: false
    }
  }

  // MARK: Text

  private mutating func readQuoted() throws(InputError) -> String {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'") else {
      throw malformed("an attribute's value is not quoted", expected: "\" or '", found: excerpt())
    }
    let quote = bytes[position]
    position += 1
    var value: [UInt8] = []
    while position < bytes.count, bytes[position] != quote {
      guard bytes[position] != UInt8(ascii: "<") else {
        throw malformed("< inside an attribute", expected: "&lt; or a closing quote", found: excerpt())
      }
      try readCharacter(into: &value)
    }
    guard position < bytes.count else { throw malformed("a quote is not closed", expected: "a complete file") }
    position += 1
    return String(decoding: value, as: UTF8.self)
  }

  /// Up to the next "<" or the end of the file.
  private mutating func readText() throws(InputError) -> String {
    var value: [UInt8] = []
    while position < bytes.count, bytes[position] != UInt8(ascii: "<") { try readCharacter(into: &value) }
    return String(decoding: value, as: UTF8.self)
  }

  /// One byte, or one entity; "\r\n" and "\r" become "\n".
  private mutating func readCharacter(into value: inout [UInt8]) throws(InputError) {
    switch bytes[position] {
    case UInt8(ascii: "&"): value += try readEntity()
    case 0x0D:
      position += 1
      if position < bytes.count, bytes[position] == 0x0A { return }
      value.append(0x0A)
    case 0x0A:
      line += 1
      position += 1
      value.append(0x0A)
    case 0x00..<0x20 where bytes[position] != 0x09:
      throw malformed("a control character", expected: "text", found: "byte \(bytes[position])")
    default:
      value.append(bytes[position])
      position += 1
    }
  }

  private mutating func readEntity() throws(InputError) -> [UInt8] {
    let rest = bytes[(position + 1)..<min(position + 12, bytes.count)]
    guard let end = rest.firstIndex(of: UInt8(ascii: ";")) else {
      throw malformed("an & begins no entity", expected: "&amp;", found: excerpt())
    }
    let name = String(decoding: rest[..<end], as: UTF8.self)
    let predefined = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
    var resolved = predefined[name]
    if name.hasPrefix("#") {
      let isHexadecimal = name.hasPrefix("#x")
      let code = UInt32(name.dropFirst(isHexadecimal ? 2 : 1), radix: isHexadecimal ? 16 : 10)
      if let code, code >= 0x20 || code == 9 || code == 10 || code == 13, let scalar = Unicode.Scalar(code) {
        resolved = String(Character(scalar))
      }
    }
    guard let resolved else {
      throw malformed("an unknown entity", expected: "&amp; &lt; &gt; &quot; &apos; or &#…;", found: "&\(name);")
    }
    position = end + 1
    return Array(resolved.utf8)
  }

  // MARK: What is read over

  private mutating func readDeclaration() throws(InputError) {
    guard follows("<?xml") else { return }
    guard let end = find("?>") else { throw malformed("<?xml is not closed", expected: "?>") }
    let declaration = String(decoding: bytes[position..<end], as: UTF8.self).lowercased()
    if declaration.contains("encoding"), !declaration.contains("utf-8"), !declaration.contains("ascii") {
      throw error("this encoding is not supported", expected: "UTF-8", found: excerpt())
    }
    skip(to: end + 2)
  }

  private mutating func skipComment() throws(InputError) {
    position += 4
    guard let end = find("-->") else { throw malformed("a comment is not closed", expected: "-->") }
    skip(to: end + 3)
  }

  private mutating func readCharacterData() throws(InputError) -> String {
    position += 9
    guard let end = find("]]>") else { throw malformed("CDATA is not closed", expected: "]]>") }
    let text = String(decoding: bytes[position..<end], as: UTF8.self)
    skip(to: end + 3)
    return text
  }

  @discardableResult private mutating func skipSpace() -> Bool {
    let start = position
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      if bytes[position] == 0x0A { line += 1 }
      position += 1
    }
    return position > start
  }

  private mutating func skip(to end: Int) {
    for byte in bytes[position..<end] where byte == 0x0A { line += 1 }
    position = end
  }

  private func follows(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] { return false }
    return true
  }

  /// Where `text` next begins, from here on.
  private func find(_ text: StaticString) -> Int? {
    var copy = self
    while copy.position < bytes.count {
      if copy.follows(text) { return copy.position }
      copy.position += 1
    }
    return nil
  }

  // MARK: Messages

  private func excerpt() -> String { FixedWidthField.excerpt(bytes[position..<min(position + 60, bytes.count)]) }

  private func error(_ problem: String, expected: String, found: String) -> InputError {
    InputError(path, line: line, problem, expected: expected, found: String(found.prefix(80)))
  }

  private func malformed(_ problem: String, expected: String, found: String? = nil) -> InputError {
    InputError(
      path, line: line, "this is not well-formed XML: \(problem)", expected: expected, found: found,
      advice: position >= bytes.count ? "is the file complete?" : nil)
  }
}
