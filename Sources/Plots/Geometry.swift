/// A place on the page: user units of the SVG's viewBox, x to the right, y downwards.
struct PagePoint: Sendable, Equatable {
  var x: Double
  var y: Double
}

/// A rectangle on the page, given by its upper left corner.
struct PageRect: Sendable, Equatable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }

  func translated(x dx: Double, y dy: Double) -> PageRect {
    PageRect(x: x + dx, y: y + dy, width: width, height: height)
  }
}

/// The size of a chart in user units. Text is 13 units high, so at 480 × 320 it stays legible on a phone of 360 pixels.
public struct ChartSize: Sendable, Equatable {
  public var width: Double
  public var height: Double

  public init(width: Double, height: Double) {
    precondition(width >= 160 && height >= 120, "a chart needs at least 160 × 120 units")
    precondition(width <= 10_000 && height <= 10_000, "a chart is at most 10 000 units wide or high")
    self.width = width
    self.height = height
  }

  /// 480 × 320.
  public static let standard = ChartSize(width: 480, height: 320)
}
