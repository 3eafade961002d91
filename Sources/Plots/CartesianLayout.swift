/// The page of a chart with one pair of axes: title, legend, frame, labels, notes, each in its own strip so that none can overlap.
struct CartesianLayout {
  var size: ChartSize
  var title: String
  var summary: String
  var legend: [LegendEntry] = []
  /// The y values at which the lines of the legend's entries end at the right edge; nil where names at the ends are not wanted.
  var lineEnds: [Double]?
  var notes: [String] = []
  /// The axes for a given length.
  var xAxis: (Double) -> PlacedAxis
  var yAxis: (Double) -> PlacedAxis

  private static let edge = 12.0

  /// The drawing with the layers that `layers` makes for the settled axes.
  func drawing(layers: (Panel) -> [Layer]) -> Drawing {
    if let lineEnds, let drawing = placed(layers: layers, lineEnds: lineEnds) { return drawing }
    return placed(layers: layers, lineEnds: nil)!
  }

  /// nil where names at the ends of lines have no room.
  private func placed(layers: (Panel) -> [Layer], lineEnds: [Double]?) -> Drawing? {
    var drawing = Drawing(size: size, title: RichText(title).plain, summary: summary)
    let tick = TextMetrics.tickSize
    let labelSize = TextMetrics.labelSize
    let available = size.width - 2 * Self.edge
    var top = Self.edge + TitleBlock.place(title, x: Self.edge, y: Self.edge, width: available, in: &drawing)

    // The legend needs the left margin only for its indentation, which is that of the title.
    if lineEnds == nil && !legend.isEmpty {
      LegendRows.place(legend, x: Self.edge, y: top, width: available, in: &drawing)
      top += LegendRows.height(legend, width: available)
    }
    top += 8

    var right = Self.edge + 4
    if lineEnds != nil {
      let widest = legend.map { $0.label.width(size: tick) }.max() ?? 0
      guard widest <= 0.3 * size.width else { return nil }
      right = Self.edge + LineEndLabels.leader + widest
    }

    // The margins depend on the tick labels and these on the lengths: a second pass settles both.
    var frame = PageRect(x: 60, y: top, width: size.width - 60 - right, height: max(40, size.height - top - 60))
    var x = xAxis(frame.width)
    var y = yAxis(frame.height)
    for _ in 0..<2 {
      let left = Self.edge + (y.label.isEmpty ? 0 : labelSize + 8) + y.widestLabel + 7
      let tickHeight = x.isSlanted ? 10 + 0.64 * x.widestLabel + 8 : tick + 8
      let notesHeight = notes.isEmpty ? 0 : TextMetrics.noteSize + 8
      let bottom = Self.edge - 2 + tickHeight + (x.label.isEmpty ? 0 : labelSize + 6) + notesHeight
      var rightMargin = right
      if lineEnds == nil, !x.isSlanted, let last = x.ticks.major.last {
        let overhang = last.label.width(size: tick) / 2 - (1 - x.fraction(last.value)) * frame.width
        rightMargin = max(right, overhang + 6)
      }
      frame = PageRect(
        x: left, y: top, width: max(40, size.width - left - rightMargin), height: max(40, size.height - top - bottom))
      x = xAxis(frame.width)
      y = yAxis(frame.height)
    }

    let panelWithoutLayers = Panel(frame: frame, x: x, y: y, layers: [])
    var panel = panelWithoutLayers
    panel.layers = layers(panelWithoutLayers)
    drawing.panels = [panel]
    placeLabels(of: panel, in: &drawing)
    if let lineEnds {
      guard placeLineEnds(lineEnds, of: panel, in: &drawing) else { return nil }
    }
    return drawing
  }

  private func placeLabels(of panel: Panel, in drawing: inout Drawing) {
    let frame = panel.frame
    let labelSize = TextMetrics.labelSize
    if !panel.x.label.isEmpty {
      let label = panel.x.label.truncated(to: size.width - 2 * Self.edge, size: labelSize)
      let width = label.width(size: labelSize)
      let middle = max(
        Self.edge + width / 2, min(size.width - Self.edge - width / 2, frame.x + frame.width / 2))
      let notesHeight = notes.isEmpty ? 0 : TextMetrics.noteSize + 8
      drawing.texts.append(
        PageText(
          content: label, place: PagePoint(x: middle, y: size.height - Self.edge - notesHeight),
          size: labelSize, anchor: .middle, ink: .muted))
    }
    if !panel.y.label.isEmpty {
      // The strip beside the frame, down to the notes: above it lie title and legend.
      let notesHeight = notes.isEmpty ? 0 : TextMetrics.noteSize + 8
      let (top, bottom) = (frame.y - 4, size.height - Self.edge - notesHeight)
      let label = panel.y.label.truncated(to: bottom - top, size: labelSize)
      let half = label.width(size: labelSize) / 2
      let middle = max(top + half, min(bottom - half, frame.y + frame.height / 2))
      drawing.texts.append(
        PageText(
          content: label, place: PagePoint(x: Self.edge + 11, y: middle), size: labelSize, anchor: .middle,
          ink: .muted, isUpright: true))
    }
    if !notes.isEmpty {
      let note = RichText(notes.joined(separator: " · "))
        .truncated(to: size.width - 2 * Self.edge, size: TextMetrics.noteSize)
      drawing.texts.append(
        PageText(
          content: note, place: PagePoint(x: Self.edge, y: size.height - Self.edge + 2),
          size: TextMetrics.noteSize, ink: .muted))
    }
  }

  private func placeLineEnds(_ ends: [Double], of panel: Panel, in drawing: inout Drawing) -> Bool {
    let frame = panel.frame
    let pageEnds = ends.map { panel.pageY($0) }
    guard pageEnds.allSatisfy({ $0 >= frame.y - 1 && $0 <= frame.bottom + 1 }),
      let heights = LineEndLabels.heights(pageEnds, frame: frame)
    else { return false }
    for (i, entry) in legend.enumerated() {
      drawing.shapes.append(
        .line(
          from: PagePoint(x: frame.right + 2, y: pageEnds[i]),
          to: PagePoint(x: frame.right + LineEndLabels.leader - 4, y: heights[i]),
          Stroke(ink: entry.ink, width: 2, isDashed: false)))
      drawing.texts.append(
        PageText(
          content: entry.label, place: PagePoint(x: frame.right + LineEndLabels.leader, y: heights[i] + 4.5),
          size: TextMetrics.tickSize))
    }
    return true
  }
}

/// A title in as many lines as it needs.
enum TitleBlock {
  /// Places the title below `y` and returns its height.
  static func place(
    _ title: String, x: Double, y: Double, width: Double, size: Double = TextMetrics.titleSize,
    in drawing: inout Drawing
  ) -> Double {
    let lines = RichText.wrapped(title, to: width, size: size, bold: true)
    for (i, line) in lines.enumerated() {
      drawing.texts.append(
        PageText(
          content: line, place: PagePoint(x: x, y: y + Double(i) * size * 1.3 + size * 0.95), size: size,
          isBold: true))
    }
    return lines.isEmpty ? 0 : Double(lines.count) * size * 1.3 + 4
  }
}
