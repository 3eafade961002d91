/// Maps of a quantity over two coordinates, side by side on one colour scale: the free energy over the Ramachandran angles as proposed,
/// reweighted, and in the reference ensemble.
public struct HeatMap: Chart {
  public struct Panel: Sendable {
    public var title: String
    /// [row][column]: row 0 at the lower end of y, column 0 at the lower end of x; nil where nothing was seen.
    public var cells: [[Double?]]

    public init(_ title: String, cells: [[Double?]]) {
      precondition(cells.allSatisfy { $0.count == cells[0].count }, "rows of equal length")
      self.title = title
      self.cells = cells
    }
  }

  /// What the colours mean.
  public enum Coloring: Sendable {
    /// Low values dark: a free energy, whose basins shall stand out on a light page.
    case darkIsLow
    /// High values dark: a density.
    case darkIsHigh

    var map: ColorMap { self == .darkIsLow ? .sequential : .reversed }
  }

  public var title: String
  public var x: Axis
  public var y: Axis
  public var colorLabel: String
  /// The values at the ends of the colour bar; values beyond take the colour of the end. nil takes the extremes of all panels.
  public var colorRange: ClosedRange<Double>?
  public var coloring: Coloring
  public var panels: [Panel]
  /// Panels beside one another before a new row begins.
  public var columns: Int
  public var notes: [String]
  /// The side of a panel in user units; nil chooses it from the number of panels.
  public var panelSide: Double?

  /// A map over linear axes, which need a `range`, or torsions.
  public init(
    title: String, x: Axis, y: Axis, colorLabel: String, colorRange: ClosedRange<Double>? = nil,
    coloring: Coloring = .darkIsLow, panels: [Panel], columns: Int = 3
  ) {
    precondition(!panels.isEmpty && columns > 0, "a map has panels")
    precondition(
      x.scale != .logarithmic && y.scale != .logarithmic, "cells of equal width need linear axes or torsions")
    precondition(
      (x.scale == .torsion || x.range != nil) && (y.scale == .torsion || y.range != nil),
      "cells need the ends of the axes")
    self.title = title
    self.x = x
    self.y = y
    self.colorLabel = colorLabel
    self.colorRange = colorRange
    self.coloring = coloring
    self.panels = panels
    self.columns = columns
    self.notes = []
  }

  /// The free energy over φ and ψ in kT, by default from 0 to 8 kT.
  public static func ramachandran(
    title: String, panels: [Panel], colorLabel: String = "F / kT", colorRange: ClosedRange<Double>? = 0...8
  ) -> HeatMap {
    HeatMap(
      title: title, x: .torsion("φ / rad"), y: .torsion("ψ / rad"), colorLabel: colorLabel, colorRange: colorRange,
      panels: panels)
  }

  /// Cells that hold NaN or an infinity.
  public var droppedValueCount: Int {
    panels.reduce(0) { sum, panel in
      sum + panel.cells.reduce(0) { $0 + $1.filter { $0.map { !$0.isFinite } ?? false }.count }
    }
  }

  /// One map for each panel, all on the scale of the whole.
  public var groups: [ChartGroup] {
    guard panels.count > 1 else { return [ChartGroup(title: "", charts: [self])] }
    return [
      ChartGroup(
        title: title,
        charts: panels.map { panel in
          var map = self
          map.title = panel.title
          map.panels = [Panel("", cells: panel.cells)]
          map.colorRange = colorEnds.lower...colorEnds.upper
          map.panelSide = naturalSide
          return map
        })
    ]
  }

  private var colorEnds: AxisEnds {
    if let colorRange { return AxisEnds.linear(colorRange.lowerBound, colorRange.upperBound, padding: 0) }
    let values = panels.flatMap { $0.cells.joined().compactMap(\.self).filter(\.isFinite) }
    return Axis("").ends(data: LineChart.extent(values), padding: 0)
  }

  // MARK: Layout

  public var naturalSize: ChartSize { layout(side: naturalSide).size }

  private var naturalSide: Double {
    panelSide ?? (panels.count == 1 ? 310 : (panels.count == 2 ? 260 : 232))
  }

  public func drawing(fitting size: ChartSize?) -> Drawing {
    var side = naturalSide
    if let size {
      let across = Double(min(columns, panels.count))
      side = max(120, min(1.3 * side, side + (size.width - naturalSize.width) / across))
    }
    let layout = layout(side: side)
    var drawing = layout.drawing
    if let size, size.width > layout.size.width {
      // What the map cannot fill is shared by both sides.
      var wider = Drawing(
        size: ChartSize(width: size.width, height: layout.size.height), title: drawing.title, summary: drawing.summary)
      wider.append(drawing, atX: ((size.width - layout.size.width) / 2).rounded(), y: 0)
      drawing = wider
    }
    return drawing
  }

  private func layout(side: Double) -> (size: ChartSize, drawing: Drawing) {
    HeatMapLayout(map: self, side: side, ends: colorEnds).placed()
  }
}
