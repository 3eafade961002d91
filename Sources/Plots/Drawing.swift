/// A chart laid out on its page: what every renderer (SVG, gnuplot) draws.
///
/// Panels hold their marks in data coordinates and their frame in page coordinates, so that a renderer with axes of its own can use them;
/// titles, legends and notes are placed on the page.
public struct Drawing: Sendable {
  var size: ChartSize
  /// Read aloud by screen readers, and the title in a browser.
  var title: String
  var summary: String
  var panels: [Panel] = []
  var shapes: [PageShape] = []
  var texts: [PageText] = []

  mutating func append(_ other: Drawing, atX dx: Double, y dy: Double) {
    panels += other.panels.map { panel in
      var moved = panel
      moved.frame = panel.frame.translated(x: dx, y: dy)
      moved.colorBar?.frame = panel.colorBar!.frame.translated(x: dx, y: dy)
      return moved
    }
    shapes += other.shapes.map { $0.translated(x: dx, y: dy) }
    texts += other.texts.map { text in
      var moved = text
      moved.place = PagePoint(x: text.place.x + dx, y: text.place.y + dy)
      return moved
    }
  }
}

/// Axes, marks and, for cells, the bar that explains their colours.
struct Panel: Sendable {
  var frame: PageRect
  var x: PlacedAxis
  var y: PlacedAxis
  var showsYTicks = true
  var hasGrid = true
  var layers: [Layer]
  var colorBar: ColorBar?

  /// The page coordinate of a place in the data; far outside the frame it is held near it, so that no renderer meets a huge number.
  func place(_ x: Double, _ y: Double) -> PagePoint { PagePoint(x: pageX(x), y: pageY(y)) }

  func pageX(_ value: Double) -> Double { frame.x + frame.width * max(-20, min(20, x.fraction(value))) }

  func pageY(_ value: Double) -> Double { frame.bottom - frame.height * max(-20, min(20, y.fraction(value))) }
}

struct DataPoint: Sendable, Equatable {
  var x: Double
  var y: Double
}

/// An interval of y at a place x.
struct DataInterval: Sendable, Equatable {
  var x: Double
  var lower: Double
  var upper: Double
}

/// An upright bar from the axis to `value`.
struct DataBar: Sendable, Equatable {
  var left: Double
  var right: Double
  var value: Double
  /// Shown by browsers under the pointer.
  var name: String
}

/// The stroke of a line.
struct Stroke: Sendable, Equatable {
  var ink: Ink
  var width = 2.0
  var isDashed = false
}

/// Marks in data coordinates, drawn in order and clipped to the frame.
enum Layer: Sendable {
  /// Translucent areas between two curves, one per unbroken piece.
  case band([[DataInterval]], Ink)
  /// Lines, one per unbroken piece.
  case line([[DataPoint]], Stroke)
  case markers([DataPoint], Ink)
  case errorBars([DataInterval], Ink)
  case bars([DataBar], Ink)
  case cells(CellGrid)
}

/// Equally wide cells of an image; row 0 lies at the lower end of y.
struct CellGrid: Sendable {
  var x: ClosedRange<Double>
  var y: ClosedRange<Double>
  var columns: Int
  var rows: Int
  /// [row][column], nil where nothing is known.
  var values: [[Double?]]
  var scale: ColorScale
}

/// The colours of a range of values.
struct ColorScale: Sendable, Equatable {
  var map: ColorMap
  var ends: AxisEnds

  func index(_ value: Double) -> Int { ColorMap.index(of: (value - ends.lower) / (ends.upper - ends.lower)) }
}

struct ColorBar: Sendable {
  var frame: PageRect
  var scale: ColorScale
  var axis: PlacedAxis
}

/// A mark placed on the page.
enum PageShape: Sendable {
  case line(from: PagePoint, to: PagePoint, Stroke)
  case box(PageRect, Ink, opacity: Double)

  func translated(x dx: Double, y dy: Double) -> PageShape {
    switch self {
    case .line(let from, let to, let stroke):
      .line(
        from: PagePoint(x: from.x + dx, y: from.y + dy), to: PagePoint(x: to.x + dx, y: to.y + dy), stroke)
    case .box(let rect, let ink, let opacity): .box(rect.translated(x: dx, y: dy), ink, opacity: opacity)
    }
  }
}

/// A line of text; `place` is the end of its baseline that `anchor` names.
struct PageText: Sendable {
  enum Anchor: String, Sendable { case start, middle, end }

  var content: RichText
  var place: PagePoint
  var size: Double
  var anchor = Anchor.start
  var ink = Ink.text
  var isBold = false
  /// Reads from bottom to top.
  var isUpright = false
}
