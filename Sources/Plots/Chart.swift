/// A picture that can be laid out, and then saved as SVG, gnuplot script or PNG.
public protocol Chart: Sendable {
  /// The width and height the chart takes by itself.
  var naturalSize: ChartSize { get }

  /// The chart laid out on a page, in its natural size or stretched towards `size`; only the height of maps may differ from it.
  func drawing(fitting size: ChartSize?) -> Drawing

  /// Values that are not finite (or not positive on a logarithmic axis): they are never drawn, but counted here and in a note.
  var droppedValueCount: Int { get }

  /// The parts that may stand below one another on a narrow page; one for a simple chart.
  var pieces: [any Chart] { get }
}

extension Chart {
  public var pieces: [any Chart] { [self] }

  /// The chart as one SVG element: a file by itself, or part of an HTML page.
  ///
  /// It takes the width of its container (up to 1.6 times its natural width), needs no font, script or style sheet, and follows the
  /// reader's choice of a light or dark page. The same chart gives the same bytes.
  ///
  /// - Parameters:
  ///   - identifier: prefix of every `id` inside, unique in the page; letters, digits, `-` and `_`. By default it is derived from the
  ///     contents, so that different charts never share one.
  ///   - theme: light, dark, or as the viewer asks.
  ///   - hasBackground: paints the page; without, the container shines through.
  public func svg(identifier: String? = nil, theme: Theme = .automatic, hasBackground: Bool = true) -> String {
    SVGRenderer.render(drawing(fitting: nil), identifier: identifier, theme: theme, hasBackground: hasBackground)
  }

  /// The chart as a gnuplot script (version 5.2 or later) with its data inside.
  ///
  /// - Parameters:
  ///   - output: the PNG file the script writes.
  ///   - scale: pixels per user unit.
  public func gnuplotScript(output: String, theme: Theme = .light, scale: Double = 2) -> String {
    GnuplotScript.script(drawing(fitting: nil), output: output, theme: theme, scale: scale)
  }

  /// The pieces of the chart as HTML: side by side where the page is wide, below one another on a phone.
  ///
  /// - Parameter identifier: prefix of every `id` inside, unique in the page.
  public func html(identifier: String) -> String {
    let items = pieces.enumerated().map { index, piece in
      let width = NumberText.coordinate(piece.naturalSize.width)
      let svg = piece.svg(identifier: "\(identifier)-\(index + 1)", hasBackground: false)
      return "<div style=\"flex:1 1 \(NumberText.coordinate(min(320, piece.naturalSize.width)))px;"
        + "max-width:calc(1.35*\(width)px);min-width:0\">\(svg)</div>"
    }
    return "<div style=\"display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start\">"
      + items.joined() + "</div>"
  }
}

/// Notes at the foot of a chart.
enum ChartNotes {
  /// - Parameter isLogarithmic: whether values that are not positive were dropped as well.
  static func dropped(_ count: Int, isLogarithmic: Bool = false) -> String? {
    guard count > 0 else { return nil }
    return NumberText.count(count) + (count == 1 ? " value" : " values")
      + (isLogarithmic ? " not finite or not positive, not drawn" : " not finite, not drawn")
  }

  static func outside(_ count: Int) -> String? {
    count == 0 ? nil : NumberText.count(count) + (count == 1 ? " value" : " values") + " outside the range"
  }
}
