/// The page of a heat map: a grid of square frames with one colour bar at the right.
struct HeatMapLayout {
  var map: HeatMap
  var side: Double
  var ends: AxisEnds

  private let edge = 12.0
  private let gap = 28.0
  private let barWidth = 14.0

  func placed() -> (size: ChartSize, drawing: Drawing) {
    let tick = TextMetrics.tickSize
    let labelSize = TextMetrics.labelSize
    let across = min(map.columns, map.panels.count)
    let down = (map.panels.count + across - 1) / across
    let x = PlacedAxis(map.x, ends: map.x.ends(data: nil, padding: 0), length: side, isVertical: false)
    let y = PlacedAxis(map.y, ends: map.y.ends(data: nil, padding: 0), length: side, isVertical: true)
    let bar = PlacedAxis(Axis(map.colorLabel), ends: ends, length: side, isVertical: true)

    let left = edge + (y.label.isEmpty ? 0 : labelSize + 8) + y.widestLabel + 7
    let right = 18 + barWidth + 6 + bar.widestLabel + (bar.label.isEmpty ? 0 : labelSize + 10) + edge
    let width = (left + Double(across) * side + Double(across - 1) * gap + right).rounded(.up)
    var drawing = Drawing(
      size: .standard, title: RichText(map.title).plain,
      summary:
        "Maps of \(RichText(map.colorLabel).plain) over \(RichText(map.x.label).plain) and \(RichText(map.y.label).plain)"
        + ": " + map.panels.map { RichText($0.title).plain }.joined(separator: ", ") + ".")

    let top = edge + TitleBlock.place(map.title, x: edge, y: edge, width: width - 2 * edge, in: &drawing) + 4
    let panelTitle = map.panels.contains { !$0.title.isEmpty } ? labelSize + 8 : 4
    let below = tick + 8 + (x.label.isEmpty ? 0 : labelSize + 8)
    let rowHeight = panelTitle + side + below
    for (i, panel) in map.panels.enumerated() {
      let frame = PageRect(
        x: left + Double(i % across) * (side + gap),
        y: top + panelTitle + Double(i / across) * (rowHeight + 10), width: side, height: side)
      place(panel, x: x, y: y, frame: frame, isFirst: i % across == 0, in: &drawing)
    }
    let last = drawing.panels[across - 1].frame
    let barFrame = PageRect(x: last.right + 18, y: last.y, width: barWidth, height: side)
    drawing.panels[across - 1].colorBar = ColorBar(frame: barFrame, scale: scale, axis: bar)
    if !bar.label.isEmpty {
      drawing.texts.append(
        PageText(
          content: bar.label.truncated(to: side, size: labelSize),
          place: PagePoint(x: barFrame.right + 6 + bar.widestLabel + labelSize + 6, y: barFrame.y + side / 2),
          size: labelSize, anchor: .middle, ink: .muted, isUpright: true))
    }

    var height = top + Double(down) * rowHeight + Double(down - 1) * 10 + edge - 4
    let notes = map.notes + [ChartNotes.dropped(map.droppedValueCount)].compactMap(\.self)
    if !notes.isEmpty {
      height += TextMetrics.noteSize + 6
      drawing.texts.append(
        PageText(
          content: RichText(notes.joined(separator: " · ")).truncated(to: width - 2 * edge, size: TextMetrics.noteSize),
          place: PagePoint(x: edge, y: height - edge + 2), size: TextMetrics.noteSize, ink: .muted))
    }
    drawing.size = ChartSize(width: width, height: height.rounded(.up))
    return (drawing.size, drawing)
  }

  private var scale: ColorScale { ColorScale(map: map.coloring.map, ends: ends) }

  private func place(
    _ source: HeatMap.Panel, x: PlacedAxis, y: PlacedAxis, frame: PageRect, isFirst: Bool, in drawing: inout Drawing
  ) {
    let labelSize = TextMetrics.labelSize
    let cells = source.cells.map { row in row.map { $0.flatMap { $0.isFinite ? $0 : nil } } }
    let grid = CellGrid(
      x: x.ends.lower...x.ends.upper, y: y.ends.lower...y.ends.upper, columns: cells.first?.count ?? 0,
      rows: cells.count,
      values: cells, scale: scale)
    drawing.panels.append(
      Panel(frame: frame, x: x, y: y, showsYTicks: isFirst, hasGrid: false, layers: [.cells(grid)]))
    if !source.title.isEmpty {
      drawing.texts.append(
        PageText(
          content: RichText(source.title).truncated(to: side, size: labelSize, bold: true),
          place: PagePoint(x: frame.x + side / 2, y: frame.y - 8), size: labelSize, anchor: .middle, isBold: true))
    }
    if !x.label.isEmpty {
      drawing.texts.append(
        PageText(
          content: x.label.truncated(to: side + gap - 8, size: labelSize),
          place: PagePoint(x: frame.x + side / 2, y: frame.bottom + TextMetrics.tickSize + 6 + labelSize + 4),
          size: labelSize, anchor: .middle, ink: .muted))
    }
    if isFirst && !y.label.isEmpty {
      drawing.texts.append(
        PageText(
          content: y.label.truncated(to: side, size: labelSize),
          place: PagePoint(x: edge + 11, y: frame.y + side / 2), size: labelSize, anchor: .middle, ink: .muted,
          isUpright: true))
    }
  }
}
