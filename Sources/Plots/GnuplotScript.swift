/// Writes a drawing as a gnuplot script with its data inside, laid out as the SVG is: frames, ticks and colours agree.
///
/// The script is meant to be edited as well: every panel is an ordinary `plot` in data coordinates with named data blocks.
struct GnuplotScript {
  private let drawing: Drawing
  private let theme: Theme
  private let scale: Double
  private var data = ""
  private var commands = ""
  private var blockCount = 0

  static func script(_ drawing: Drawing, output: String, theme: Theme, scale: Double) -> String {
    precondition(scale > 0 && scale <= 10, "between 0 and 10 pixels per unit")
    var script = GnuplotScript(drawing: drawing, theme: theme, scale: scale)
    return script.text(output: output)
  }

  private init(drawing: Drawing, theme: Theme, scale: Double) {
    self.drawing = drawing
    self.theme = theme
    self.scale = scale
  }

  private mutating func text(output: String) -> String {
    for panel in drawing.panels { append(panel) }
    let (width, height) = (Int((drawing.size.width * scale).rounded()), Int((drawing.size.height * scale).rounded()))
    let header = """
      set encoding utf8
      set terminal pngcairo enhanced size \(width),\(height) font 'Arial,\(points(TextMetrics.tickSize))' \
      background rgb \(quoted(theme.hex(.background)))
      set output \(quoted(output))

      """
    var page = "set multiplot\nunset key\n"
    var tag = 0
    for shape in drawing.shapes { page += command(shape, tag: &tag) }
    for (i, label) in drawing.texts.enumerated() { page += command(label, tag: i + 1) }
    // The page itself is an empty plot that carries titles and legends.
    page += """
      unset border
      unset tics
      set lmargin at screen 0
      set rmargin at screen 1
      set bmargin at screen 0
      set tmargin at screen 1
      set xrange [0:1]
      set yrange [0:1]
      plot NaN
      unset label
      unset arrow
      unset object

      """
    return header + data + page + commands + "unset multiplot\nset output\n"
  }

  // MARK: Panels

  private mutating func append(_ panel: Panel) {
    let frame = panel.frame
    let isMap = panel.layers.contains { if case .cells = $0 { true } else { false } }
    let axis = theme.hex(.axis)
    commands += """

      set lmargin at screen \(across(frame.x))
      set rmargin at screen \(across(frame.right))
      set tmargin at screen \(up(frame.y))
      set bmargin at screen \(up(frame.bottom))
      set border \(isMap ? 15 : 1) lc rgb \(quoted(axis)) lw \(number(scale)) front
      \(rangeCommands("x", panel.x))
      \(rangeCommands("y", panel.y))
      \(tickCommands("x", panel.x, isShown: true, isMap: isMap))
      \(tickCommands("y", panel.y, isShown: panel.showsYTicks, isMap: isMap))
      \(gridCommand(panel))

      """
    if isMap {
      commands +=
        "set object 1 rect from graph 0,0 to graph 1,1 behind fc rgb \(quoted(theme.hex(.empty))) fs solid noborder\n"
    }
    commands += colorCommands(panel)
    var plots: [String] = []
    for layer in panel.layers { plots += self.plots(layer) }
    commands += plots.isEmpty ? "plot NaN\n" : "plot " + plots.joined(separator: ", \\\n     ") + "\n"
    if isMap { commands += "unset object 1\n" }
  }

  private func gridCommand(_ panel: Panel) -> String {
    guard panel.hasGrid else { return "unset grid" }
    let lines = panel.x.isCategorical ? "noxtics ytics" : "xtics ytics"
    return "set grid \(lines) back lt 1 lc rgb \(quoted(theme.hex(.grid))) lw \(number(scale))"
  }

  /// The range a little wider than the axis: gnuplot leaves out a tick that rounding puts outside.
  private func rangeCommands(_ name: String, _ axis: PlacedAxis) -> String {
    let (lower, upper) = (axis.ends.lower, axis.ends.upper)
    if axis.scale == .logarithmic {
      return "set logscale \(name)\nset \(name)range [\(lower * (1 - 1e-9)):\(upper * (1 + 1e-9))]"
    }
    let margin = (upper - lower) * 1e-9
    return "unset logscale \(name)\nset \(name)range [\(lower - margin):\(upper + margin)]"
  }

  private func tickCommands(_ name: String, _ axis: PlacedAxis, isShown: Bool, isMap: Bool) -> String {
    let marks =
      axis.ticks.major.map { "\(quoted(isShown ? Self.enhanced($0.label) : "")) \($0.value)" }
      + (name == "x" ? axis.ticks.minor.map { "'' \($0) 1" } : [])
    let length = name == "x" ? (axis.isCategorical ? 0 : 0.4) : (isMap ? 0.4 : 0)
    let slant = axis.isSlanted && name == "x" ? " rotate by 40 right" : " norotate"
    return
      "set \(name)tics nomirror out scale \(length),0.25\(slant) offset 0,\(name == "x" ? (axis.isSlanted ? "0" : "0.1") : "0") "
      + "textcolor rgb \(quoted(theme.hex(.text))) (\(marks.joined(separator: ", ")))"
  }

  private mutating func colorCommands(_ panel: Panel) -> String {
    var result = "unset colorbox\n"
    for case .cells(let grid) in panel.layers {
      let stops = stride(from: 0, through: ColorMap.count - 1, by: 2).map {
        "\($0) \(quoted(grid.scale.map.colors[$0].hex))"
      }
      result += "set palette defined (\(stops.joined(separator: ", ")))\n"
      result += "set cbrange [\(grid.scale.ends.lower):\(grid.scale.ends.upper)]\n"
    }
    if let bar = panel.colorBar {
      let frame = bar.frame
      let marks = bar.axis.ticks.major.map { "\(quoted(Self.enhanced($0.label))) \($0.value)" }
      result += "set colorbox user origin screen \(across(frame.x)),\(up(frame.bottom)) "
      result +=
        "size screen \(number(frame.width / drawing.size.width)),\(number(frame.height / drawing.size.height))\n"
      result +=
        "set cbtics nomirror out scale 0.3 textcolor rgb \(quoted(theme.hex(.text))) (\(marks.joined(separator: ", ")))\n"
    }
    return result
  }

  // MARK: Layers

  private mutating func plots(_ layer: Layer) -> [String] {
    switch layer {
    case .band(let pieces, let ink):
      guard pieces.contains(where: { !$0.isEmpty }) else { return [] }
      let block = addBlock(pieces.map { $0.map { "\($0.x) \($0.lower) \($0.upper)" } })
      return [
        "\(block) using 1:2:3 with filledcurves fs transparent solid 0.2 noborder fc rgb \(quoted(theme.hex(ink)))"
      ]
    case .line(let pieces, let style):
      guard pieces.contains(where: { $0.count > 1 }) else { return [] }
      let block = addBlock(pieces.map { $0.map { "\($0.x) \($0.y)" } })
      let dash = style.isDashed ? " dt (10,7)" : ""
      return [
        "\(block) using 1:2 with lines lw \(number(style.width * scale)) lc rgb \(quoted(theme.hex(style.ink)))\(dash)"
      ]
    case .markers(let points, let ink):
      guard !points.isEmpty else { return [] }
      let block = addBlock([points.map { "\($0.x) \($0.y)" }])
      return ["\(block) using 1:2 with points pt 7 ps \(number(0.95 * scale)) lc rgb \(quoted(theme.hex(ink)))"]
    case .errorBars(let intervals, let ink):
      guard !intervals.isEmpty else { return [] }
      let block = addBlock([intervals.map { "\($0.x) \($0.lower) \($0.upper)" }])
      return [
        "\(block) using 1:2:(0):($3-$2) with vectors heads size screen 0.004,90 lw \(number(1.5 * scale)) lc rgb \(quoted(theme.hex(ink)))"
      ]
    case .bars(let bars, let ink):
      guard !bars.isEmpty else { return [] }
      let block = addBlock([
        bars.map {
          "\(($0.left + $0.right) / 2) \($0.value) \($0.left) \($0.right) \(min(0, $0.value)) \(max(0, $0.value))"
        }
      ])
      return ["\(block) using 1:2:3:4:5:6 with boxxyerror fs solid noborder fc rgb \(quoted(theme.hex(ink)))"]
    case .cells(let grid):
      guard grid.columns > 0 && grid.rows > 0 else { return [] }
      let block = addBlock([
        grid.values.map { row in
          row.map { value in value.map { NumberText.significant($0) } ?? "NaN" }.joined(separator: " ")
        }
      ])
      let dx = (grid.x.upperBound - grid.x.lowerBound) / Double(grid.columns)
      let dy = (grid.y.upperBound - grid.y.lowerBound) / Double(grid.rows)
      let x = "(\(grid.x.lowerBound + dx / 2) + \(dx) * $1)"
      let y = "(\(grid.y.lowerBound + dy / 2) + \(dy) * $2)"
      return ["\(block) matrix using \(x):\(y):3 with image"]
    }
  }

  /// A named data block; pieces are parted by an empty line, which breaks a curve.
  private mutating func addBlock(_ pieces: [[String]]) -> String {
    blockCount += 1
    let name = "$data\(blockCount)"
    let lines = pieces.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    data += "\(name) << EOD\n\(lines.joined(separator: "\n\n"))\nEOD\n"
    return name
  }

  // MARK: The page

  private func command(_ shape: PageShape, tag: inout Int) -> String {
    tag += 1
    switch shape {
    case .line(let from, let to, let style):
      return
        "set arrow \(tag) from screen \(across(from.x)),\(up(from.y)) to screen \(across(to.x)),\(up(to.y)) nohead "
        + "lw \(number(style.width * scale)) lc rgb \(quoted(theme.hex(style.ink)))\(style.isDashed ? " dt (10,7)" : "")\n"
    case .box(let rect, let ink, let opacity):
      return
        "set object \(tag) rect from screen \(across(rect.x)),\(up(rect.bottom)) to screen \(across(rect.right)),\(up(rect.y)) "
        + "fc rgb \(quoted(theme.hex(ink))) fs transparent solid \(number(opacity)) noborder\n"
    }
  }

  private func command(_ text: PageText, tag: Int) -> String {
    let anchor =
      switch text.anchor {
      case .start: "left"
      case .middle: "center"
      case .end: "right"
      }
    // gnuplot centres a label on its height, SVG sets it on its baseline.
    let lift = 0.34 * text.size
    let x = text.isUpright ? text.place.x - lift : text.place.x
    let y = text.isUpright ? text.place.y : text.place.y - lift
    let content = text.isBold ? "{/:Bold \(Self.enhanced(text.content))}" : Self.enhanced(text.content)
    return
      "set label \(tag) \(quoted(content)) at screen \(across(x)),\(up(y)) \(anchor)\(text.isUpright ? " rotate by 90" : "") "
      + "font ',\(points(text.size))' textcolor rgb \(quoted(theme.hex(text.ink)))\n"
  }

  // MARK: Numbers and text

  private func across(_ x: Double) -> String { number(x / drawing.size.width) }

  private func up(_ y: Double) -> String { number(1 - y / drawing.size.height) }

  /// Six decimals.
  private func number(_ value: Double) -> String { "\((value * 1e6).rounded() / 1e6)" }

  /// The terminal draws a point of text as a pixel and a third.
  private func points(_ size: Double) -> String { number(size * scale * 0.75) }

  /// A string in single quotes, in which gnuplot replaces nothing; in double quotes it would run what stands between backticks.
  private func quoted(_ text: String) -> String {
    var result = "'"
    for character in text where !character.isNewline {
      result.append(character)
      if character == "'" { result.append("'") }
    }
    return result + "'"
  }

  /// Text in gnuplot's enhanced mode, where a backslash takes the meaning from the next character.
  static func enhanced(_ text: RichText) -> String {
    text.runs.map { run in
      var escaped = ""
      for character in run.text {
        if "\\{}^_@&~".contains(character) { escaped.append("\\") }
        escaped.append(character)
      }
      return switch run.level {
      case .base: escaped
      case .superscript: "^{\(escaped)}"
      case .subscript: "_{\(escaped)}"
      }
    }.joined()
  }
}
