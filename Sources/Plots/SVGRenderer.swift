/// Writes a drawing as SVG 1.1 with the `href` of SVG 2.
///
/// Colours stand in presentation attributes, which every viewer understands; a style sheet that only speaks when the reader prefers a
/// dark page overrides them through classes.
struct SVGRenderer {
  private let drawing: Drawing
  private let theme: Theme
  private let identifier: String
  private let cellMagnification: Int
  private var body = ""
  private var definitions = ""
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

  // MARK: Panels

  private mutating func append(_ panel: Panel, index: Int) {
    let frame = panel.frame
    let clip = "\(identifier)-c\(index + 1)"
    definitions += "<clipPath id=\"\(clip)\"><rect \(geometry(frame))/></clipPath>"
    let isMap = panel.layers.contains { if case .cells = $0 { true } else { false } }
    if isMap { body += "<rect \(geometry(frame))\(fill(.empty))/>\n" }
    if panel.hasGrid { appendGrid(panel) }
    body += "<g clip-path=\"url(#\(clip))\">\n"
    for layer in panel.layers { append(layer, in: panel) }
    body += "</g>\n"
    appendAxes(panel, isMap: isMap)
    if let bar = panel.colorBar { append(bar, index: index) }
  }

  private mutating func appendGrid(_ panel: Panel) {
    let frame = panel.frame
    var path = ""
    for tick in panel.y.ticks.major {
      path += "M\(number(frame.x)) \(number(panel.pageY(tick.value)))H\(number(frame.right))"
    }
    if !panel.x.isCategorical {
      for tick in panel.x.ticks.major {
        path += "M\(number(panel.pageX(tick.value))) \(number(frame.y))V\(number(frame.bottom))"
      }
    }
    body += "<path d=\"\(path)\" fill=\"none\"\(stroke(.grid))/>\n"
  }

  private mutating func appendAxes(_ panel: Panel, isMap: Bool) {
    let frame = panel.frame
    var path =
      isMap
      ? "M\(number(frame.x)) \(number(frame.y))H\(number(frame.right))V\(number(frame.bottom))H\(number(frame.x))Z"
      : "M\(number(frame.x)) \(number(frame.bottom))H\(number(frame.right))"
    if !panel.x.isCategorical {
      let marks = panel.x.ticks.major.map { ($0.value, 4.0) } + panel.x.ticks.minor.map { ($0, 2.5) }
      for (value, length) in marks {
        path += "M\(number(panel.pageX(value))) \(number(frame.bottom))v\(number(length))"
      }
    }
    if isMap {
      for tick in panel.y.ticks.major { path += "M\(number(frame.x)) \(number(panel.pageY(tick.value)))h-4" }
    }
    body += "<path d=\"\(path)\" fill=\"none\"\(stroke(.axis))/>\n"

    let size = TextMetrics.tickSize
    body += "<g font-size=\"\(number(size))\"\(fill(.text))>"
    for tick in panel.x.ticks.major {
      let x = panel.pageX(tick.value)
      if panel.x.isSlanted {
        let (left, top) = (number(x + 4), number(frame.bottom + 13))
        body += "<text x=\"\(left)\" y=\"\(top)\" text-anchor=\"end\" transform=\"rotate(-40 \(left) \(top))\">"
      } else {
        body += "<text x=\"\(number(x))\" y=\"\(number(frame.bottom + size + 5))\" text-anchor=\"middle\">"
      }
      body += spans(tick.label, size: size) + "</text>"
    }
    if panel.showsYTicks {
      for tick in panel.y.ticks.major {
        body += "<text x=\"\(number(frame.x - 7))\" y=\"\(number(panel.pageY(tick.value) + 4.5))\" text-anchor=\"end\">"
        body += spans(tick.label, size: size) + "</text>"
      }
    }
    body += "</g>\n"
  }

  private mutating func append(_ bar: ColorBar, index: Int) {
    let frame = bar.frame
    let gradient = "\(identifier)-b\(index + 1)"
    let stops = (0...16).map { step in
      let fraction = Double(step) / 16
      let color = bar.scale.map.color(at: fraction).hex
      return "<stop offset=\"\(NumberText.coordinate(fraction * 100))%\" stop-color=\"\(color)\"/>"
    }
    definitions +=
      "<linearGradient id=\"\(gradient)\" x1=\"0\" y1=\"1\" x2=\"0\" y2=\"0\">\(stops.joined())</linearGradient>"
    body += "<rect \(geometry(frame)) fill=\"url(#\(gradient))\"/>\n"
    var path =
      "M\(number(frame.x)) \(number(frame.y))H\(number(frame.right))V\(number(frame.bottom))H\(number(frame.x))Z"
    var labels = ""
    for tick in bar.axis.ticks.major {
      let y = frame.bottom - frame.height * bar.axis.fraction(tick.value)
      path += "M\(number(frame.right)) \(number(y))h3"
      labels += "<text x=\"\(number(frame.right + 6))\" y=\"\(number(y + 4.5))\">"
      labels += spans(tick.label, size: TextMetrics.tickSize) + "</text>"
    }
    body += "<path d=\"\(path)\" fill=\"none\"\(stroke(.axis))/>\n"
    body += "<g font-size=\"\(number(TextMetrics.tickSize))\"\(fill(.text))>\(labels)</g>\n"
  }

  // MARK: Layers

  private mutating func append(_ layer: Layer, in panel: Panel) {
    switch layer {
    case .band(let pieces, let ink):
      let paths = pieces.filter { !$0.isEmpty }.map { piece in
        polyline(piece.map { panel.place($0.x, $0.upper) }, command: "M")
          + polyline(piece.reversed().map { panel.place($0.x, $0.lower) }, command: "L") + "Z"
      }
      guard !paths.isEmpty else { return }
      body += "<path d=\"\(paths.joined())\" fill-opacity=\".2\"\(fill(ink))/>\n"
    case .line(let pieces, let style):
      let path = pieces.filter { $0.count > 1 }.map { polyline($0.map { panel.place($0.x, $0.y) }, command: "M") }
        .joined()
      guard !path.isEmpty else { return }
      body += "<path d=\"\(path)\" fill=\"none\" stroke-linejoin=\"round\"\(attributes(style))/>\n"
    case .markers(let points, let ink):
      guard !points.isEmpty else { return }
      let path = points.map { point in
        let place = panel.place(point.x, point.y)
        return "M\(number(place.x)) \(number(place.y))h0"
      }
      body += "<path d=\"\(path.joined())\" fill=\"none\" stroke-width=\"7\" stroke-linecap=\"round\"\(stroke(ink))/>\n"
    case .errorBars(let intervals, let ink):
      guard !intervals.isEmpty else { return }
      let places = intervals.map { panel.pageX($0.x) }.sorted()
      let closest = zip(places, places.dropFirst()).map { $1 - $0 }.min() ?? 100
      let half = max(1, min(4, 0.3 * closest))
      let (left, cap) = (half, number(2 * half))
      let path = intervals.map { interval in
        let low = panel.place(interval.x, interval.lower)
        let high = panel.place(interval.x, interval.upper)
        return "M\(number(low.x)) \(number(low.y))V\(number(high.y))"
          + "M\(number(low.x - left)) \(number(low.y))h\(cap)M\(number(low.x - left)) \(number(high.y))h\(cap)"
      }
      body += "<path d=\"\(path.joined())\" fill=\"none\" stroke-width=\"1.5\"\(stroke(ink))/>\n"
    case .bars(let bars, let ink):
      guard !bars.isEmpty else { return }
      body += "<g\(fill(ink))>"
      for bar in bars {
        let top = panel.place(bar.left, max(0, bar.value))
        let bottom = panel.place(bar.right, min(0, bar.value))
        let rect = PageRect(x: top.x, y: top.y, width: bottom.x - top.x, height: bottom.y - top.y)
        body += "<rect \(geometry(rect))><title>\(XMLText.escaped(RichText(bar.name).plain))</title></rect>"
      }
      body += "</g>\n"
    case .cells(let grid): append(grid, in: panel)
    }
  }

  private mutating func append(_ grid: CellGrid, in panel: Panel) {
    guard grid.columns > 0 && grid.rows > 0 else { return }
    let empty = UInt8(ColorMap.count)
    let times = cellMagnification
    let pixels = grid.values.reversed().flatMap { row in
      let line = row.flatMap { value in
        repeatElement(value.map { UInt8(grid.scale.index($0)) } ?? empty, count: times)
      }
      return repeatElement(line, count: times).joined()
    }
    let file = IndexedPNG.encode(
      width: grid.columns * times, height: grid.rows * times, pixels: pixels,
      palette: grid.scale.map.colors + [ColorMap.RGB(red: 255, green: 255, blue: 255)], transparentIndex: Int(empty))
    let low = panel.place(grid.x.lowerBound, grid.y.lowerBound)
    let high = panel.place(grid.x.upperBound, grid.y.upperBound)
    let rect = PageRect(x: low.x, y: high.y, width: high.x - low.x, height: low.y - high.y)
    body += "<image \(geometry(rect)) preserveAspectRatio=\"none\" image-rendering=\"optimizeSpeed\" "
    body += "style=\"image-rendering:pixelated\" href=\"\(IndexedPNG.dataURI(file))\"/>\n"
  }

  // MARK: Page marks

  private mutating func append(_ shape: PageShape) {
    switch shape {
    case .line(let from, let to, let style):
      body +=
        "<path d=\"M\(number(from.x)) \(number(from.y))L\(number(to.x)) \(number(to.y))\" fill=\"none\"\(attributes(style))/>\n"
    case .box(let rect, let ink, let opacity):
      body += "<rect \(geometry(rect)) fill-opacity=\"\(NumberText.coordinate(opacity))\"\(fill(ink))/>\n"
    }
  }

  private mutating func append(_ text: PageText) {
    let (x, y) = (number(text.place.x), number(text.place.y))
    body += "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(number(text.size))\"\(fill(text.ink))"
    if text.anchor != .start { body += " text-anchor=\"\(text.anchor.rawValue)\"" }
    if text.isBold { body += " font-weight=\"600\"" }
    if text.isUpright { body += " transform=\"rotate(-90 \(x) \(y))\"" }
    body += ">\(spans(text.content, size: text.size))</text>\n"
  }

  /// Raised and lowered runs by shifts of the baseline, which all viewers know.
  private func spans(_ text: RichText, size: Double) -> String {
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

  private func number(_ value: Double) -> String { NumberText.coordinate(value) }

  private func geometry(_ rect: PageRect) -> String {
    "x=\"\(number(rect.x))\" y=\"\(number(rect.y))\" width=\"\(number(max(0, rect.width)))\" height=\"\(number(max(0, rect.height)))\""
  }

  /// Points joined by straight lines, as differences from the last point in tenths: shorter than absolute coordinates.
  private func polyline(_ points: [PagePoint], command: String) -> String {
    var result = ""
    var (lastX, lastY) = (0, 0)
    for (i, point) in points.enumerated() {
      let (x, y) = (Int((point.x * 10).rounded()), Int((point.y * 10).rounded()))
      if i == 0 {
        result += "\(command)\(Self.tenths(x)) \(Self.tenths(y))"
      } else if x == lastX && y == lastY {
        continue
      } else if y == lastY {
        result += "h\(Self.tenths(x - lastX))"
      } else if x == lastX {
        result += "v\(Self.tenths(y - lastY))"
      } else {
        result += "l\(Self.tenths(x - lastX)) \(Self.tenths(y - lastY))"
      }
      (lastX, lastY) = (x, y)
    }
    return result
  }

  private static func tenths(_ value: Int) -> String { NumberText.coordinate(Double(value) / 10) }

  private mutating func attributes(_ style: Stroke) -> String {
    let width = style.width == 1 ? "" : " stroke-width=\"\(NumberText.coordinate(style.width))\""
    return width + (style.isDashed ? " stroke-dasharray=\"6 4\"" : "") + stroke(style.ink)
  }

  private mutating func fill(_ ink: Ink) -> String {
    note(ink)
    return " class=\"f\(Self.className(ink))\" fill=\"\(theme.hex(ink))\""
  }

  private mutating func stroke(_ ink: Ink) -> String {
    note(ink)
    return " class=\"s\(Self.className(ink))\" stroke=\"\(theme.hex(ink))\""
  }

  private mutating func note(_ ink: Ink) {
    if !usedInks.contains(ink) { usedInks.append(ink) }
  }

  private static func className(_ ink: Ink) -> String {
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
