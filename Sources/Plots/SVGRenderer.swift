/// Writes a drawing as SVG 1.1 with the `href` of SVG 2.
///
/// Colours stand in presentation attributes, which every viewer understands; a style sheet that only speaks when the reader prefers a
/// dark page overrides them through classes.
struct SVGRenderer {
  let drawing: Drawing
  let theme: Theme
  let identifier: String
  let cellMagnification: Int
  var body = ""
  var definitions = ""
  /// Inks in use, in order of first use, for the style sheet.
  private var usedInks: [Ink] = []

  static let fontFamily = "'Helvetica Neue',Helvetica,Arial,'Liberation Sans','DejaVu Sans',sans-serif"

  /// - Parameter cellMagnification: pixels along a side of a heat-map cell. One is enough for browsers, which keep the edges of cells
  ///   sharp; viewers that blur every image between its pixels need more.
  static func render(
    _ drawing: Drawing, identifier: String?, theme: Theme, hasBackground: Bool, cellMagnification: Int = 1
  ) -> String {
    if let identifier {
      precondition(
        identifier.first?.isLetter == true
          && identifier.utf8.allSatisfy { isIdentifierByte($0) },
        "an identifier is made of letters, digits, - and _, and starts with a letter")
      var renderer = SVGRenderer(
        drawing: drawing, theme: theme, identifier: identifier, cellMagnification: cellMagnification)
      return renderer.document(hasBackground: hasBackground)
    }
    // An identifier of the right length first: the digest of the contents then takes its place.
    let placeholder = "plot-00000000"
    var renderer = SVGRenderer(
      drawing: drawing, theme: theme, identifier: placeholder, cellMagnification: cellMagnification)
    let digest = Checksums.crc32(renderer.document(hasBackground: hasBackground).utf8)
    let hex = String(digest, radix: 16)
    let derived = "plot-" + String(repeating: "0", count: 8 - hex.count) + hex
    renderer = SVGRenderer(drawing: drawing, theme: theme, identifier: derived, cellMagnification: cellMagnification)
    return renderer.document(hasBackground: hasBackground)
  }

  private init(drawing: Drawing, theme: Theme, identifier: String, cellMagnification: Int) {
    self.cellMagnification = cellMagnification
    self.drawing = drawing
    self.theme = theme
    self.identifier = identifier
  }

  private static func isIdentifierByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  // MARK: The document

  private mutating func document(hasBackground: Bool) -> String {
    let (width, height) = (number(drawing.size.width), number(drawing.size.height))
    if hasBackground { body += "<rect width=\"\(width)\" height=\"\(height)\"\(fill(.background))/>\n" }
    for (index, panel) in drawing.panels.enumerated() { append(panel, index: index) }
    for shape in drawing.shapes { append(shape) }
    for text in drawing.texts { append(text) }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" id="\(identifier)" viewBox="0 0 \(width) \(height)" width="100%" \
      style="max-width:\(number(drawing.size.width * 1.6))px;height:auto" role="img" \
      aria-labelledby="\(identifier)-t \(identifier)-d" font-family="\(Self.fontFamily)">
      <title id="\(identifier)-t">\(XMLText.escaped(drawing.title))</title>
      <desc id="\(identifier)-d">\(XMLText.escaped(drawing.summary))</desc>
      \(styleSheet)\(definitions.isEmpty ? "" : "<defs>\(definitions)</defs>\n")\(body)</svg>

      """
  }

  private var styleSheet: String {
    guard theme == .automatic else { return "" }
    let rules = usedInks.map { ink in
      let (name, color) = (Self.className(ink), Theme.dark.hex(ink))
      return "#\(identifier) .f\(name){fill:\(color)}#\(identifier) .s\(name){stroke:\(color)}"
    }
    return "<style>@media (prefers-color-scheme:dark){\(rules.joined())}</style>\n"
  }

  // MARK: Page marks

  mutating func append(_ shape: PageShape) {
    switch shape {
    case .line(let from, let to, let style):
      body +=
        "<path d=\"M\(number(from.x)) \(number(from.y))L\(number(to.x)) \(number(to.y))\" fill=\"none\"\(attributes(style))/>\n"
    case .box(let rect, let ink, let opacity):
      body += "<rect \(geometry(rect)) fill-opacity=\"\(NumberText.coordinate(opacity))\"\(fill(ink))/>\n"
    }
  }

  mutating func append(_ text: PageText) {
    let (x, y) = (number(text.place.x), number(text.place.y))
    body += "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(number(text.size))\"\(fill(text.ink))"
    if text.anchor != .start { body += " text-anchor=\"\(text.anchor.rawValue)\"" }
    // Otherwise some viewers swallow the spaces beside a raised or lowered run.
    if text.content.runs.count > 1 { body += " xml:space=\"preserve\"" }
    if text.isBold { body += " font-weight=\"600\"" }
    if text.isUpright { body += " transform=\"rotate(-90 \(x) \(y))\"" }
    body += ">\(spans(text.content, size: text.size))</text>\n"
  }

  /// Raised and lowered runs by shifts of the baseline, which all viewers know.
  func spans(_ text: RichText, size: Double) -> String {
    var result = ""
    var shift = 0.0
    for run in text.runs {
      let wanted =
        switch run.level {
        case .base: 0.0
        case .superscript: -0.36 * size
        case .subscript: 0.2 * size
        }
      let escaped = XMLText.escaped(run.text)
      if wanted == shift && run.level == .base {
        result += escaped
      } else {
        let smaller = run.level == .base ? "" : " font-size=\"\(number(size * RichText.scriptScale))\""
        result += "<tspan dy=\"\(number(wanted - shift))\"\(smaller)>\(escaped)</tspan>"
      }
      shift = wanted
    }
    return result
  }

  // MARK: Attributes

  func number(_ value: Double) -> String { NumberText.coordinate(value) }

  func geometry(_ rect: PageRect) -> String {
    "x=\"\(number(rect.x))\" y=\"\(number(rect.y))\" width=\"\(number(max(0, rect.width)))\" height=\"\(number(max(0, rect.height)))\""
  }

  mutating func attributes(_ style: Stroke) -> String {
    let width = style.width == 1 ? "" : " stroke-width=\"\(NumberText.coordinate(style.width))\""
    return width + (style.isDashed ? " stroke-dasharray=\"6 4\"" : "") + stroke(style.ink)
  }

  mutating func fill(_ ink: Ink) -> String {
    note(ink)
    return " class=\"f\(Self.className(ink))\" fill=\"\(theme.hex(ink))\""
  }

  mutating func stroke(_ ink: Ink) -> String {
    note(ink)
    return " class=\"s\(Self.className(ink))\" stroke=\"\(theme.hex(ink))\""
  }

  private mutating func note(_ ink: Ink) {
    if !usedInks.contains(ink) { usedInks.append(ink) }
  }

  static func className(_ ink: Ink) -> String {
    switch ink {
    case .background: "b"
    case .empty: "e"
    case .text: "t"
    case .muted: "m"
    case .axis: "a"
    case .grid: "g"
    case .series(let color): "\(color.rawValue)"
    }
  }
}
