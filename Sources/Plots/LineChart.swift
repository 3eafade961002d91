import Foundation

/// Lines over a common x: free-energy profiles, autocorrelation functions, the effective sample size against N, temperature ladders.
///
/// Errors are drawn as a translucent band, or as bars where the points themselves are shown. On a torsion axis the points are wrapped,
/// sorted, and joined across ±π. A value that cannot be drawn breaks its line: nothing is invented between its neighbours.
public struct LineChart: Chart {
  public struct Series: Sendable {
    public var label: String
    public var x: [Double]
    public var y: [Double]
    /// [point] the lower and upper end of the error interval, or nil.
    public var lower: [Double]?
    public var upper: [Double]?
    public var color: SeriesColor?
    public var isDashed: Bool
    public var showsPoints: Bool

    /// A line through (x, y) with the error interval y ± errors.
    public init(
      _ label: String, x: [Double], y: [Double], errors: [Double]? = nil, color: SeriesColor? = nil,
      isDashed: Bool = false, showsPoints: Bool = false
    ) {
      precondition(errors == nil || errors!.count == y.count, "one error for each point")
      self.init(
        label, x: x, y: y, lower: errors.map { zip(y, $0).map { $0 - $1 } },
        upper: errors.map { zip(y, $0).map { $0 + $1 } }, color: color, isDashed: isDashed,
        showsPoints: showsPoints)
    }

    /// A line through (x, y) with the error interval from `lower` to `upper`.
    public init(
      _ label: String, x: [Double], y: [Double], lower: [Double]?, upper: [Double]?, color: SeriesColor? = nil,
      isDashed: Bool = false, showsPoints: Bool = false
    ) {
      precondition(x.count == y.count, "as many x as y")
      precondition((lower == nil) == (upper == nil), "an interval has two ends")
      precondition(lower == nil || (lower!.count == y.count && upper!.count == y.count), "one interval for each point")
      self.label = label
      self.x = x
      self.y = y
      self.lower = lower
      self.upper = upper
      self.color = color
      self.isDashed = isDashed
      self.showsPoints = showsPoints
    }
  }

  public var title: String
  public var x: Axis
  public var y: Axis
  public var series: [Series]
  public var legend: LegendPlacement
  public var naturalSize: ChartSize

  public init(
    title: String, x: Axis, y: Axis, series: [Series], legend: LegendPlacement = .automatic,
    size: ChartSize = .standard
  ) {
    self.title = title
    self.x = x
    self.y = y
    self.series = series
    self.legend = legend
    self.naturalSize = size
  }

  public var droppedValueCount: Int { series.reduce(0) { $0 + pieces(of: $1).dropped } }

  public func drawing(fitting size: ChartSize?) -> Drawing {
    let lines = series.map { pieces(of: $0) }
    let xEnds = x.ends(
      data: Self.extent(lines.flatMap { $0.pieces.joined().lazy.map(\.x) }),
      padding: series.contains(where: \.showsPoints) ? 0.03 : 0)
    let visible = lines.flatMap { $0.pieces.joined().filter { $0.x >= xEnds.lower && $0.x <= xEnds.upper } }
    let yData = Self.extent(
      visible.flatMap { [$0.y, $0.lower ?? $0.y, $0.upper ?? $0.y] }.filter { y.canShow($0) })
    let yEnds = y.ends(data: yData, padding: 0.05)
    let inks = series.indices.map { Ink.series(series[$0].color ?? .cycling($0)) }
    let dropped = lines.reduce(0) { $0 + $1.dropped }

    var layout = CartesianLayout(
      size: size ?? naturalSize, title: title, summary: summary,
      xAxis: { PlacedAxis(x, ends: xEnds, length: $0, isVertical: false) },
      yAxis: { PlacedAxis(y, ends: yEnds, length: $0, isVertical: true) })
    layout.notes = [
      ChartNotes.dropped(dropped, isLogarithmic: x.scale == .logarithmic || y.scale == .logarithmic)
    ].compactMap(\.self)
    if legend != .hidden && !(series.count == 1 && series[0].label.isEmpty) {
      layout.legend = series.indices.map {
        LegendEntry(label: RichText(series[$0].label), ink: inks[$0], isDashed: isDashed($0))
      }
    }
    if legend == .automatic && (2...8).contains(series.count) {
      let placed = PlacedAxis(x, ends: xEnds, length: 100, isVertical: false)
      let ends = lines.compactMap { $0.pieces.last?.last { $0.x <= xEnds.upper } }
      if ends.count == series.count && ends.allSatisfy({ placed.fraction($0.x) > 0.95 }) {
        layout.lineEnds = ends.map(\.y)
      }
    }
    return layout.drawing { panel in
      let reduced = lines.map { LineReduction.reduced(Self.onAxis($0.pieces, panel.y), on: panel.x) }
      let bands = series.indices.filter { series[$0].lower != nil && !series[$0].showsPoints }.map { i in
        Layer.band(
          reduced[i].map { $0.map { DataInterval(x: $0.x, lower: $0.lower ?? $0.y, upper: $0.upper ?? $0.y) } },
          inks[i])
      }
      return bands
        + series.indices.flatMap { lineLayers(series[$0], reduced[$0], ink: inks[$0], isDashed: isDashed($0)) }
    }
  }

  /// The pieces with intervals that reach below zero cut at the end of a logarithmic axis, where they leave the frame.
  private static func onAxis(_ pieces: [[LinePoint]], _ axis: PlacedAxis) -> [[LinePoint]] {
    guard axis.scale == .logarithmic else { return pieces }
    return pieces.map { piece in
      piece.map { point in
        var cut = point
        cut.lower = point.lower.map { max($0, min(axis.ends.lower, point.y)) }
        cut.upper = point.upper.map { max($0, point.y) }
        return cut
      }
    }
  }

  private func isDashed(_ index: Int) -> Bool { series[index].isDashed || index >= SeriesColor.allCases.count }

  private func lineLayers(_ series: Series, _ pieces: [[LinePoint]], ink: Ink, isDashed: Bool) -> [Layer] {
    let points = pieces.map { $0.map { DataPoint(x: $0.x, y: $0.y) } }
    // A point without neighbours has no line to be seen by.
    let single = points.filter { $0.count == 1 }.flatMap(\.self)
    var layers: [Layer] = []
    if series.showsPoints && series.lower != nil {
      layers.append(
        .errorBars(
          pieces.joined().map { DataInterval(x: $0.x, lower: $0.lower ?? $0.y, upper: $0.upper ?? $0.y) }, ink))
    }
    // Thousands of points fill the frame with ink: a thin line keeps its texture.
    let width = pieces.contains { $0.count > LineReduction.columns } ? 1.0 : 2
    layers.append(.line(points.filter { $0.count > 1 }, Stroke(ink: ink, width: width, isDashed: isDashed)))
    let markers = series.showsPoints ? points.flatMap(\.self) : single
    if !markers.isEmpty { layers.append(.markers(markers, ink)) }
    return layers
  }

  private var summary: String {
    "Lines of \(RichText(y.label).plain) over \(RichText(x.label).plain): "
      + series.map { RichText($0.label).plain }.joined(separator: ", ") + "."
  }

  // MARK: Points that can be drawn

  /// The unbroken pieces of a line in drawing order, and how many points were dropped.
  private func pieces(of series: Series) -> (pieces: [[LinePoint]], dropped: Int) {
    var dropped = 0
    var points: [LinePoint?] = series.x.indices.map { i in
      guard x.canShow(series.x[i]) && y.canShow(series.y[i]) else {
        dropped += 1
        return nil
      }
      var point = LinePoint(x: series.x[i], y: series.y[i])
      if let lower = series.lower?[i], let upper = series.upper?[i], lower.isFinite, upper.isFinite {
        point.lower = lower
        point.upper = upper
      }
      return point
    }
    if x.scale == .torsion { points = Self.aroundTheCircle(points, at: series.x) }
    let pieces = points.split(separator: nil, omittingEmptySubsequences: true).map { $0.compactMap(\.self) }
    return (pieces, dropped)
  }

  /// The points wrapped to −π…π and sorted, with those nearest the seam repeated beyond the other end so that the line runs through it.
  private static func aroundTheCircle(_ points: [LinePoint?], at x: [Double]) -> [LinePoint?] {
    let wrapped = points.indices.filter { x[$0].isFinite }
      .map { (angle: remainder(x[$0], 2 * .pi), point: points[$0]) }
      .sorted { $0.angle < $1.angle }
    guard wrapped.count > 1 else { return wrapped.map { $0.point?.moved(to: $0.angle) } }
    let placed = wrapped.map { $0.point?.moved(to: $0.angle) }
    let first = wrapped[0].point?.moved(to: wrapped[0].angle + 2 * .pi)
    let last = wrapped[wrapped.count - 1].point?.moved(to: wrapped[wrapped.count - 1].angle - 2 * .pi)
    return [last] + placed + [first]
  }

  /// The smallest and largest of the values.
  static func extent(_ values: [Double]) -> (lower: Double, upper: Double)? {
    guard let lower = values.min(), let upper = values.max() else { return nil }
    return (lower, upper)
  }
}

/// A point of a line with its error interval.
struct LinePoint: Sendable, Equatable {
  var x: Double
  var y: Double
  var lower: Double?
  var upper: Double?

  func moved(to x: Double) -> LinePoint { LinePoint(x: x, y: y, lower: lower, upper: upper) }
}
