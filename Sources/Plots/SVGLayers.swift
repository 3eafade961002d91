/// The marks of a panel's data.
extension SVGRenderer {
  mutating func append(_ layer: Layer, in panel: Panel) {
    switch layer {
    case .band(let pieces, let ink):
      let paths = pieces.filter { !$0.isEmpty }.map { piece in
        polyline(piece.map { panel.place($0.x, $0.upper) }, command: "M")
          + polyline(piece.reversed().map { panel.place($0.x, $0.lower) }, command: "L") + "Z"
      }
      guard !paths.isEmpty else { return }
      body += "<path d=\"\(paths.joined())\" fill-opacity=\".2\"\(fill(ink))/>\n"
    case .line(let pieces, let style):
      let path = pieces.filter { $0.count > 1 }.map { polyline($0.map { panel.place($0.x, $0.y) }, command: "M") }
        .joined()
      guard !path.isEmpty else { return }
      body += "<path d=\"\(path)\" fill=\"none\" stroke-linejoin=\"round\"\(attributes(style))/>\n"
    case .markers(let points, let ink):
      guard !points.isEmpty else { return }
      let path = points.map { point in
        let place = panel.place(point.x, point.y)
        return "M\(number(place.x)) \(number(place.y))h0"
      }
      body += "<path d=\"\(path.joined())\" fill=\"none\" stroke-width=\"7\" stroke-linecap=\"round\"\(stroke(ink))/>\n"
    case .errorBars(let intervals, let ink):
      guard !intervals.isEmpty else { return }
      let places = intervals.map { panel.pageX($0.x) }.sorted()
      let closest = zip(places, places.dropFirst()).map { $1 - $0 }.min() ?? 100
      let half = max(1, min(4, 0.3 * closest))
      let (left, cap) = (half, number(2 * half))
      let path = intervals.map { interval in
        let low = panel.place(interval.x, interval.lower)
        let high = panel.place(interval.x, interval.upper)
        return "M\(number(low.x)) \(number(low.y))V\(number(high.y))"
          + "M\(number(low.x - left)) \(number(low.y))h\(cap)M\(number(low.x - left)) \(number(high.y))h\(cap)"
      }
      body += "<path d=\"\(path.joined())\" fill=\"none\" stroke-width=\"1.5\"\(stroke(ink))/>\n"
    case .bars(let bars, let ink):
      guard !bars.isEmpty else { return }
      body += "<g\(fill(ink))>"
      for bar in bars {
        let top = panel.place(bar.left, max(0, bar.value))
        let bottom = panel.place(bar.right, min(0, bar.value))
        let rect = PageRect(x: top.x, y: top.y, width: bottom.x - top.x, height: bottom.y - top.y)
        body += "<rect \(geometry(rect))><title>\(XMLText.escaped(RichText(bar.name).plain))</title></rect>"
      }
      body += "</g>\n"
    case .cells(let grid): append(grid, in: panel)
    }
  }

  private mutating func append(_ grid: CellGrid, in panel: Panel) {
    guard grid.columns > 0 && grid.rows > 0 else { return }
    let empty = UInt8(ColorMap.count)
    let times = cellMagnification
    let pixels = grid.values.reversed().flatMap { row in
      let line = row.flatMap { value in
        repeatElement(value.map { UInt8(grid.scale.index($0)) } ?? empty, count: times)
      }
      return repeatElement(line, count: times).joined()
    }
    let file = IndexedPNG.encode(
      width: grid.columns * times, height: grid.rows * times, pixels: pixels,
      palette: grid.scale.map.colors + [ColorMap.RGB(red: 255, green: 255, blue: 255)], transparentIndex: Int(empty))
    let low = panel.place(grid.x.lowerBound, grid.y.lowerBound)
    let high = panel.place(grid.x.upperBound, grid.y.upperBound)
    let rect = PageRect(x: low.x, y: high.y, width: high.x - low.x, height: low.y - high.y)
    body += "<image \(geometry(rect)) preserveAspectRatio=\"none\" image-rendering=\"optimizeSpeed\" "
    body += "style=\"image-rendering:pixelated\" href=\"\(IndexedPNG.dataURI(file))\"/>\n"
  }

  /// Points joined by straight lines, as differences from the last point in tenths: shorter than absolute coordinates.
  private func polyline(_ points: [PagePoint], command: String) -> String {
    var result = ""
    var (lastX, lastY) = (0, 0)
    for (i, point) in points.enumerated() {
      let (x, y) = (Int((point.x * 10).rounded()), Int((point.y * 10).rounded()))
      if i == 0 {
        result += "\(command)\(Self.tenths(x)) \(Self.tenths(y))"
      } else if x == lastX && y == lastY {
        continue
      } else if y == lastY {
        result += "h\(Self.tenths(x - lastX))"
      } else if x == lastX {
        result += "v\(Self.tenths(y - lastY))"
      } else {
        result += "l\(Self.tenths(x - lastX)) \(Self.tenths(y - lastY))"
      }
      (lastX, lastY) = (x, y)
    }
    return result
  }

  private static func tenths(_ value: Int) -> String { NumberText.coordinate(Double(value) / 10) }
}
