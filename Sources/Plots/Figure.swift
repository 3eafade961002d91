/// Several charts in rows under one title, saved as one SVG or PNG.
///
/// Every row is as wide as the widest; charts with axes are stretched to fill their row, and all charts of a row are equally high.
public struct Figure: Chart {
  public var title: String
  public var rows: [[any Chart]]

  public init(title: String, rows: [[any Chart]]) {
    precondition(!rows.isEmpty && rows.allSatisfy { !$0.isEmpty }, "a figure has charts in every row")
    self.title = title
    self.rows = rows
  }

  /// The charts in rows of `columns`.
  public init(title: String, charts: [any Chart], columns: Int) {
    precondition(columns > 0, "at least one column")
    self.init(
      title: title,
      rows: stride(from: 0, to: charts.count, by: columns).map { Array(charts[$0..<min($0 + columns, charts.count)]) })
  }

  public var droppedValueCount: Int { rows.joined().reduce(0) { $0 + $1.droppedValueCount } }

  /// Row by row; within a row charts without a group of their own stay together.
  public var groups: [ChartGroup] {
    var result = title.isEmpty ? [] : [ChartGroup(title: title, charts: [])]
    for row in rows {
      var single = ChartGroup(title: "", charts: [])
      for chart in row {
        let own = chart.groups
        if own.count == 1 && own[0].title.isEmpty {
          single.charts += own[0].charts
        } else {
          result += own
        }
      }
      if !single.charts.isEmpty { result.append(single) }
    }
    return result
  }

  public var naturalSize: ChartSize { drawing(fitting: nil).size }

  private static let gap = 12.0

  public func drawing(fitting size: ChartSize?) -> Drawing {
    let widths = rows.map { row in
      row.reduce(0) { $0 + $1.naturalSize.width } + Double(row.count - 1) * Self.gap
    }
    let width = max(size?.width ?? 0, widths.max() ?? 0)
    var figure = Drawing(
      size: .standard, title: RichText(title).plain, summary: "\(rows.joined().count) charts.")
    var y = TitleBlock.place(title, x: 12, y: 14, width: width - 24, size: TextMetrics.figureTitleSize, in: &figure)
    y += y > 0 ? 16 : 0
    for row in rows {
      let gaps = Double(row.count - 1) * Self.gap
      let natural = row.reduce(0) { $0 + $1.naturalSize.width }
      let stretch = (width - gaps) / natural
      // Maps settle their own height; the charts beside them follow.
      var height = row.map(\.naturalSize.height).max() ?? 0
      let first = row.map { chart in
        chart.drawing(
          fitting: ChartSize(width: chart.naturalSize.width * stretch, height: chart.naturalSize.height))
      }
      height = max(height, first.map(\.size.height).max() ?? 0)
      var x = 0.0
      for chart in row {
        let space = chart.naturalSize.width * stretch
        figure.append(chart.drawing(fitting: ChartSize(width: space, height: height)), atX: x, y: y)
        x += space + Self.gap
      }
      y += height + Self.gap
    }
    figure.size = ChartSize(width: width.rounded(.up), height: (y - Self.gap).rounded(.up))
    return figure
  }
}
