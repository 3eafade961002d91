/// Where the names of series stand; never on the data.
public enum LegendPlacement: Sendable {
  /// At the ends of the lines where they all end at the right edge and leave room for their names, otherwise above.
  case automatic
  case above
  case hidden
}

/// A name and the mark it explains.
struct LegendEntry: Sendable {
  var label: RichText
  var ink: Ink
  var isDashed = false
  var isFilled = false
}

/// Names in rows above the frame.
enum LegendRows {
  static let rowHeight = 20.0
  private static let keyWidth = 22.0
  private static let gap = 18.0

  /// The height of the rows for `width` units.
  static func height(_ entries: [LegendEntry], width: Double) -> Double {
    entries.isEmpty ? 0 : Double(rows(entries, width: width).count) * rowHeight + 4
  }

  /// Places the rows below `y` from `x` on.
  static func place(_ entries: [LegendEntry], x: Double, y: Double, width: Double, in drawing: inout Drawing) {
    let size = TextMetrics.tickSize
    for (index, row) in rows(entries, width: width).enumerated() {
      let baseline = y + Double(index) * rowHeight + 14
      var left = x
      for entry in row {
        let middle = baseline - 4.5
        if entry.isFilled {
          let box = PageRect(x: left, y: middle - 5, width: keyWidth - 6, height: 10)
          drawing.shapes.append(.box(box, entry.ink, opacity: 0.3))
          drawing.shapes.append(
            .line(
              from: PagePoint(x: box.x, y: box.y), to: PagePoint(x: box.right, y: box.y),
              Stroke(ink: entry.ink, width: 2, isDashed: entry.isDashed)))
        } else {
          drawing.shapes.append(
            .line(
              from: PagePoint(x: left, y: middle), to: PagePoint(x: left + keyWidth - 4, y: middle),
              Stroke(ink: entry.ink, width: 2.5, isDashed: entry.isDashed)))
        }
        drawing.texts.append(
          PageText(content: entry.label, place: PagePoint(x: left + keyWidth + 2, y: baseline), size: size))
        left += keyWidth + 2 + entry.label.width(size: size) + gap
      }
    }
  }

  private static func rows(_ entries: [LegendEntry], width: Double) -> [[LegendEntry]] {
    var rows: [[LegendEntry]] = [[]]
    var used = 0.0
    for var entry in entries {
      entry.label = entry.label.truncated(to: width - keyWidth - 2, size: TextMetrics.tickSize)
      let needed = keyWidth + 2 + entry.label.width(size: TextMetrics.tickSize)
      if !rows[rows.count - 1].isEmpty && used + needed > width {
        rows.append([])
        used = 0
      }
      rows[rows.count - 1].append(entry)
      used += needed + gap
    }
    return rows
  }
}

/// Names at the right ends of lines.
enum LineEndLabels {
  static let lineHeight = 17.0
  /// From the frame to the text.
  static let leader = 16.0

  /// The baselines' middles for lines that end at the heights `ends`, moved apart where they would overlap and kept inside the frame;
  /// nil where a name would have to move so far that its line could not be told.
  static func heights(_ ends: [Double], frame: PageRect) -> [Double]? {
    guard Double(ends.count) * lineHeight <= frame.height else { return nil }
    let order = ends.indices.sorted { ends[$0] < ends[$1] }
    // Names that would overlap form a block, centred on the mean of their lines' ends; blocks that would overlap are joined.
    var blocks: [(center: Double, count: Int)] = []
    let (top, bottom) = (frame.y, frame.bottom)
    for i in order {
      var block = (center: ends[i], count: 1)
      func confine() {
        let half = Double(block.count) * lineHeight / 2
        block.center = max(top + half, min(bottom - half, block.center))
      }
      confine()
      while let last = blocks.last,
        block.center - last.center < Double(block.count + last.count) * lineHeight / 2
      {
        let count = block.count + last.count
        block = ((block.center * Double(block.count) + last.center * Double(last.count)) / Double(count), count)
        blocks.removeLast()
        confine()
      }
      blocks.append(block)
    }
    let places = blocks.flatMap { block in
      (0..<block.count).map { block.center + (Double($0) - Double(block.count - 1) / 2) * lineHeight }
    }
    var result = ends
    for (k, i) in order.enumerated() { result[i] = places[k] }
    return zip(result, ends).allSatisfy { abs($0 - $1) <= 1.1 * lineHeight } ? result : nil
  }
}
