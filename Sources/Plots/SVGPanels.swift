/// Frames with their grids, axes, tick labels and colour bars.
extension SVGRenderer {
  mutating func append(_ panel: Panel, index: Int) {
    let frame = panel.frame
    let clip = "\(identifier)-c\(index + 1)"
    definitions += "<clipPath id=\"\(clip)\"><rect \(geometry(frame))/></clipPath>"
    let isMap = panel.layers.contains { if case .cells = $0 { true } else { false } }
    if isMap { body += "<rect \(geometry(frame))\(fill(.empty))/>\n" }
    if panel.hasGrid { appendGrid(panel) }
    body += "<g clip-path=\"url(#\(clip))\">\n"
    for layer in panel.layers { append(layer, in: panel) }
    body += "</g>\n"
    appendAxes(panel, isMap: isMap)
    if let bar = panel.colorBar { append(bar, index: index) }
  }

  private mutating func appendGrid(_ panel: Panel) {
    let frame = panel.frame
    var path = ""
    for tick in panel.y.ticks.major {
      path += "M\(number(frame.x)) \(number(panel.pageY(tick.value)))H\(number(frame.right))"
    }
    if !panel.x.isCategorical {
      for tick in panel.x.ticks.major {
        path += "M\(number(panel.pageX(tick.value))) \(number(frame.y))V\(number(frame.bottom))"
      }
    }
    body += "<path d=\"\(path)\" fill=\"none\"\(stroke(.grid))/>\n"
  }

  private mutating func appendAxes(_ panel: Panel, isMap: Bool) {
    let frame = panel.frame
    var path =
      isMap
      ? "M\(number(frame.x)) \(number(frame.y))H\(number(frame.right))V\(number(frame.bottom))H\(number(frame.x))Z"
      : "M\(number(frame.x)) \(number(frame.bottom))H\(number(frame.right))"
    if !panel.x.isCategorical {
      let marks = panel.x.ticks.major.map { ($0.value, 4.0) } + panel.x.ticks.minor.map { ($0, 2.5) }
      for (value, length) in marks {
        path += "M\(number(panel.pageX(value))) \(number(frame.bottom))v\(number(length))"
      }
    }
    if isMap {
      for tick in panel.y.ticks.major { path += "M\(number(frame.x)) \(number(panel.pageY(tick.value)))h-4" }
    }
    body += "<path d=\"\(path)\" fill=\"none\"\(stroke(.axis))/>\n"

    let size = TextMetrics.tickSize
    body += "<g font-size=\"\(number(size))\"\(fill(.text))>"
    for tick in panel.x.ticks.major {
      let x = panel.pageX(tick.value)
      if panel.x.isSlanted {
        let (left, top) = (number(x + 4), number(frame.bottom + 13))
        body += "<text x=\"\(left)\" y=\"\(top)\" text-anchor=\"end\" transform=\"rotate(-40 \(left) \(top))\">"
      } else {
        body += "<text x=\"\(number(x))\" y=\"\(number(frame.bottom + size + 5))\" text-anchor=\"middle\">"
      }
      body += spans(tick.label, size: size) + "</text>"
    }
    if panel.showsYTicks {
      for tick in panel.y.ticks.major {
        body += "<text x=\"\(number(frame.x - 7))\" y=\"\(number(panel.pageY(tick.value) + 4.5))\" text-anchor=\"end\">"
        body += spans(tick.label, size: size) + "</text>"
      }
    }
    body += "</g>\n"
  }

  private mutating func append(_ bar: ColorBar, index: Int) {
    let frame = bar.frame
    let gradient = "\(identifier)-b\(index + 1)"
    let stops = (0...16).map { step in
      let fraction = Double(step) / 16
      let color = bar.scale.map.color(at: fraction).hex
      return "<stop offset=\"\(NumberText.coordinate(fraction * 100))%\" stop-color=\"\(color)\"/>"
    }
    definitions +=
      "<linearGradient id=\"\(gradient)\" x1=\"0\" y1=\"1\" x2=\"0\" y2=\"0\">\(stops.joined())</linearGradient>"
    body += "<rect \(geometry(frame)) fill=\"url(#\(gradient))\"/>\n"
    var path =
      "M\(number(frame.x)) \(number(frame.y))H\(number(frame.right))V\(number(frame.bottom))H\(number(frame.x))Z"
    var labels = ""
    for tick in bar.axis.ticks.major {
      let y = frame.bottom - frame.height * bar.axis.fraction(tick.value)
      path += "M\(number(frame.right)) \(number(y))h3"
      labels += "<text x=\"\(number(frame.right + 6))\" y=\"\(number(y + 4.5))\">"
      labels += spans(tick.label, size: TextMetrics.tickSize) + "</text>"
    }
    body += "<path d=\"\(path)\" fill=\"none\"\(stroke(.axis))/>\n"
    body += "<g font-size=\"\(number(TextMetrics.tickSize))\"\(fill(.text))>\(labels)</g>\n"
  }
}
