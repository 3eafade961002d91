import Foundation

/// Makes PNG files with a program that is installed.
///
/// `rsvg-convert` comes first: it draws the SVG itself, so the PNG shows the same picture. `gnuplot` draws the same layout from a script
/// of its own, with small differences in text.
public struct PNGDrawer: Sendable {
  public enum Tool: String, Sendable, CaseIterable {
    case rsvgConvert = "rsvg-convert"
    case gnuplot
  }

  /// What became of a PNG.
  public enum Outcome: Sendable, Equatable {
    case written(URL, by: Tool)
    /// Why there is none: no program found, or what the programs said.
    case notWritten(reason: String)
  }

  /// Tools in the order in which they are tried.
  public var tools: [Tool]
  /// Folders to look for them in, parted by colons.
  public var searchPath: String
  /// Seconds for each tool.
  public var timeLimit: Double
  /// Pixels per user unit.
  public var scale: Double
  public var theme: Theme

  public init(
    tools: [Tool] = Tool.allCases, searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? "",
    timeLimit: Double = 60, scale: Double = 2, theme: Theme = .light
  ) {
    precondition(timeLimit > 0 && scale > 0 && scale <= 10, "a positive time limit and 0 to 10 pixels per unit")
    self.tools = tools
    self.searchPath = searchPath
    self.timeLimit = timeLimit
    self.scale = scale
    self.theme = theme
  }

  /// Draws the chart into the file, which appears complete or not at all.
  public func write(_ chart: some Chart, to url: URL) -> Outcome {
    let found = tools.compactMap { tool in
      ExternalTool.find(tool.rawValue, searchPath: searchPath).map { (tool, $0) }
    }
    guard !found.isEmpty else {
      let names = tools.map(\.rawValue).joined(separator: " nor ")
      return .notWritten(
        reason: "neither \(names) was found on the search path; the SVG shows the same picture in any browser")
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "plot-\(UUID().uuidString)", isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      return .notWritten(reason: "no temporary folder: \(error.localizedDescription)")
    }
    defer { try? FileManager.default.removeItem(at: folder) }

    var reasons: [String] = []
    for (tool, program) in found {
      switch draw(chart, with: tool, program, in: folder) {
      case .success(let image):
        do {
          try image.write(to: url, options: .atomic)
          return .written(url, by: tool)
        } catch {
          return .notWritten(reason: "cannot write \(url.path): \(error.localizedDescription)")
        }
      case .failure(let failure): reasons.append(failure.reason)
      }
    }
    return .notWritten(reason: reasons.joined(separator: "; "))
  }

  private struct Failure: Error { var reason: String }

  private func draw(_ chart: some Chart, with tool: Tool, _ program: ExternalTool, in folder: URL) -> Result<
    Data, Failure
  > {
    // Programs see only names in their own temporary folder: no path has to be quoted for anyone.
    let source: String
    let arguments: [String]
    switch tool {
    case .rsvgConvert:
      source = SVGRenderer.render(
        chart.drawing(fitting: nil), identifier: "plot", theme: theme == .automatic ? .light : theme,
        hasBackground: true,
        cellMagnification: 8)
      arguments = ["--zoom", "\(scale)", "--format", "png", "--output", "chart.png", "chart.source"]
    case .gnuplot:
      source = chart.gnuplotScript(output: "chart.png", theme: theme, scale: scale)
      arguments = ["chart.source"]
    }
    do {
      try Data(source.utf8).write(to: folder.appendingPathComponent("chart.source"))
    } catch {
      return .failure(Failure(reason: "cannot write the input of \(tool.rawValue): \(error.localizedDescription)"))
    }
    if case .failed(let reason) = program.run(arguments, in: folder, timeLimit: timeLimit) {
      return .failure(Failure(reason: reason))
    }
    guard let image = try? Data(contentsOf: folder.appendingPathComponent("chart.png")),
      image.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    else { return .failure(Failure(reason: "\(tool.rawValue) left no PNG")) }
    return .success(image)
  }
}

extension Chart {
  /// Saves NAME.svg, and NAME.png beside it where a program can draw it.
  ///
  /// - Parameter base: the path without extension.
  /// - Returns: the SVG's place and what became of the PNG.
  /// - Throws: `PlotError.cannotWrite` where the SVG cannot be written.
  public func save(to base: URL, png drawer: PNGDrawer = PNGDrawer()) throws(PlotError) -> (
    svg: URL, png: PNGDrawer.Outcome
  ) {
    let svgURL = base.appendingPathExtension("svg")
    do {
      try Data(svg().utf8).write(to: svgURL, options: .atomic)
    } catch {
      throw .cannotWrite(path: svgURL.path, reason: error.localizedDescription)
    }
    return (svgURL, drawer.write(self, to: base.appendingPathExtension("png")))
  }
}
