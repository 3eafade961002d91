/// Lines of name and value with aligned columns. What ends a line does not widen its column.
struct TextTable {
  private var rows: [[String]] = []

  mutating func add(_ cells: String...) { add(cells) }
  mutating func add(_ cells: [String]) { rows.append(cells) }

  var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { column + 1 < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        line += column + 1 == row.count ? cell : cell.padding(to: widths[column] + 2)
      }
      return "  " + line
    }.joined(separator: "\n")
  }
}

extension String {
  func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

/// Numbers for people: `digits` significant ones.
func significant(_ value: Double, _ digits: Int = 4) -> String {
  if value.isNaN { return "not a number" }
  if value.isInfinite { return value < 0 ? "−∞" : "∞" }
  return String(format: "%.\(digits)g", value)
}
