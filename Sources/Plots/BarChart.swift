/// Named bars with error bars: acceptance by pair of replicas, weights of states.
public struct BarChart: Chart {
  public struct Bar: Sendable {
    public var name: String
    public var value: Double
    /// Half the length of the error bar; nil or not finite draws none.
    public var error: Double?

    public init(_ name: String, value: Double, error: Double? = nil) {
      self.name = name
      self.value = value
      self.error = error
    }
  }

  /// A dashed line across all bars, such as a wanted acceptance.
  public struct Reference: Sendable {
    public var value: Double
    public var label: String

    public init(_ label: String, value: Double) {
      precondition(value.isFinite, "a reference line needs a finite value")
      self.value = value
      self.label = label
    }
  }

  public var title: String
  /// What the names are; may be empty.
  public var xLabel: String
  public var y: Axis
  public var bars: [Bar]
  public var reference: Reference?
  public var color: SeriesColor
  public var naturalSize: ChartSize

  public init(
    title: String, xLabel: String = "", y: Axis, bars: [Bar], reference: Reference? = nil,
    color: SeriesColor = .blue, size: ChartSize = .standard
  ) {
    precondition(y.scale == .linear, "the length of a bar is read from zero: a linear axis")
    self.title = title
    self.xLabel = xLabel
    self.y = y
    self.bars = bars
    self.reference = reference
    self.color = color
    self.naturalSize = size
  }

  public var droppedValueCount: Int { bars.filter { !$0.value.isFinite }.count }

  public func drawing(fitting size: ChartSize?) -> Drawing {
    let shown = bars.indices.filter { bars[$0].value.isFinite }
    let intervals: [DataInterval] = shown.compactMap { i in
      guard let error = bars[i].error, error.isFinite else { return nil }
      let interval = DataInterval(x: Double(i), lower: bars[i].value - error, upper: bars[i].value + error)
      return interval.lower.isFinite && interval.upper.isFinite ? interval : nil
    }
    let extent = LineChart.extent(
      shown.map { bars[$0].value } + intervals.flatMap { [$0.lower, $0.upper] }
        + (reference.map { [$0.value] } ?? []))
    var axis = y
    axis.includesZero = true
    let yEnds = axis.ends(data: extent, padding: 0.06)

    var layout = CartesianLayout(
      size: size ?? naturalSize, title: title,
      summary: "Bars of \(RichText(y.label).plain) for \(bars.count) names.",
      xAxis: { PlacedAxis(categories: bars.map(\.name), label: xLabel, length: $0) },
      yAxis: { PlacedAxis(axis, ends: yEnds, length: $0, isVertical: true) })
    if let reference {
      layout.legend = [LegendEntry(label: RichText(reference.label), ink: .series(.orange), isDashed: true)]
    }
    layout.notes = [ChartNotes.dropped(droppedValueCount)].compactMap(\.self)
    return layout.drawing { panel in
      let marks = shown.map { i in
        let error =
          intervals.first { $0.x == Double(i) }.map { " ± " + NumberText.short(($0.upper - $0.lower) / 2) } ?? ""
        return DataBar(
          left: Double(i) - 0.34, right: Double(i) + 0.34, value: bars[i].value,
          name: "\(bars[i].name): \(NumberText.short(bars[i].value))\(error)")
      }
      var layers: [Layer] = [.bars(marks, .series(color))]
      if let reference {
        let ends = [panel.x.ends.lower, panel.x.ends.upper].map { DataPoint(x: $0, y: reference.value) }
        layers.append(.line([ends], Stroke(ink: .series(.orange), width: 2, isDashed: true)))
      }
      if yEnds.lower < 0 {
        let ends = [panel.x.ends.lower, panel.x.ends.upper].map { DataPoint(x: $0, y: 0) }
        layers.append(.line([ends], Stroke(ink: .axis, width: 1)))
      }
      return layers + [.errorBars(intervals, .text)]
    }
  }
}
