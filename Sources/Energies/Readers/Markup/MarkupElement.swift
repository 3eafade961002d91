/// An element of an XML file with the line it starts on.
struct MarkupElement {
  let name: String
  let attributes: [String: String]
  let line: Int
  var children: [MarkupElement] = []
  /// All text directly inside, entities and CDATA resolved.
  var text = ""

  /// The root of an XML file that has elements and attributes only, as OpenMM serializes a System.
  ///
  /// Throws for malformed XML and for everything that `MarkupParser` refuses.
  static func root(of path: String) throws(InputError) -> MarkupElement {
    var parser = try MarkupParser(path: path, acceptsText: false)
    return try parser.parse()
  }

  /// The root of an XML file whose elements may hold text, such as a force field.
  static func rootWithText(of path: String) throws(InputError) -> MarkupElement {
    var parser = try MarkupParser(path: path, acceptsText: true)
    return try parser.parse()
  }
}
