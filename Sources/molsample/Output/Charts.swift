import Foundation
import Plots

/// Writes charts into an output folder: always the SVG, and a PNG where a program that draws it is installed.
struct Charts {
  let folder: OutputFolder
  private(set) var files: [String] = []
  /// Why there are no PNG files; nil while there are.
  private(set) var reasonWithoutPNG: String?

  init(folder: OutputFolder) { self.folder = folder }

  mutating func write(_ chart: some Chart, as name: String) throws {
    try folder.write(chart.svg(), as: name + ".svg")
    files.append(name + ".svg")
    switch PNGDrawer().write(chart, to: URL(fileURLWithPath: folder.file(name + ".png"))) {
    case .written: files.append(name + ".png")
    case .notWritten(let reason): reasonWithoutPNG = reason
    }
  }
}
