/// A picture that can be laid out, and then saved as SVG, gnuplot script or PNG.
public protocol Chart: Sendable {
  /// The width and height the chart takes by itself.
  var naturalSize: ChartSize { get }

  /// The chart laid out on a page, in its natural size or stretched towards `size`; only the height of maps may differ from it.
  func drawing(fitting size: ChartSize?) -> Drawing

  /// Values that are not finite (or not positive on a logarithmic axis): they are never drawn, but counted here and in a note.
  var droppedValueCount: Int { get }

  /// The parts that may stand below one another on a narrow page; one group of one for a simple chart.
  var groups: [ChartGroup] { get }
}

extension Chart {
  public var groups: [ChartGroup] { [ChartGroup(title: "", charts: [self])] }

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

  /// The chart as HTML: its parts side by side where the page is wide, below one another on a phone.
  ///
  /// - Parameter identifier: prefix of every `id` inside, unique in the page.
  public func html(identifier: String) -> String {
    var index = 0
    let blocks = groups.map { group in
      // A title without charts is that of the whole.
      let size = group.charts.isEmpty ? "1.2em" : "1em"
      let heading =
        group.title.isEmpty
        ? "" : "<p style=\"font-weight:600;font-size:\(size);margin:0 0 8px\">\(RichText(group.title).html)</p>"
      let items = group.charts.map { chart in
        index += 1
        let width = NumberText.coordinate(chart.naturalSize.width * 1.3)
        let svg = chart.svg(identifier: "\(identifier)-\(index)", hasBackground: false)
        return "<div style=\"max-width:\(width)px\">\(svg)</div>"
      }
      guard !items.isEmpty else { return heading }
      // Three quarters of their natural width leave the tick labels 10 pixels.
      let least = NumberText.coordinate(0.75 * (group.charts.map(\.naturalSize.width).max() ?? 0))
      return heading + "<div style=\"display:grid;gap:16px;align-items:start;"
        + "grid-template-columns:repeat(auto-fit,minmax(min(100%,\(least)px),1fr))\">\(items.joined())</div>"
    }
    return blocks.map { "<div style=\"margin:0 0 16px\">\($0)</div>" }.joined(separator: "\n") + "\n"
  }
}

/// Charts that belong side by side, with a title of their own where the charts do not carry it.
public struct ChartGroup: Sendable {
  public var title: String
  public var charts: [any Chart]

  public init(title: String, charts: [any Chart]) {
    self.title = title
    self.charts = charts
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
