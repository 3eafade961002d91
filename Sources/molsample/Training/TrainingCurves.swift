import Foundation
import Plots

/// Curves of a training run from its table `training.csv`.
enum TrainingCurves {
  /// A column of the table and how it is drawn.
  struct Curve {
    var column: String
    var axis: Axis
    var scale = 1.0
  }

  static let ofMolecule = [
    Curve(column: "ess_fraction", axis: Axis("ESS of own samples / %", range: 0...100), scale: 100),
    Curve(column: "negative_log_likelihood", axis: "−log p of frames"),
    Curve(column: "gradient_norm", axis: .logarithmic("gradient norm")),
    Curve(column: "energy_evaluations", axis: Axis("energies / 10^{6}", includesZero: true), scale: 1e-6),
  ]

  static let ofPeptides = [
    Curve(
      column: "forward_ess_fraction", axis: Axis("forward ESS of validation / %", includesZero: true), scale: 100),
    Curve(column: "validation", axis: "loss of validation"), Curve(column: "training", axis: "loss of training"),
    Curve(column: "variance", axis: .logarithmic("Var ln w of frames")),
    Curve(column: "gradient_norm", axis: .logarithmic("gradient norm")),
    Curve(column: "ess_fraction", axis: Axis("ESS of own samples / %", includesZero: true), scale: 100),
  ]

  /// The curves against rounds; nil before the first round.
  static func figure(title: String, table: String, curves: [Curve]) -> Figure? {
    let lines = table.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    guard let header = lines.first else { return nil }
    let rows = lines.dropFirst().filter { $0.count == header.count && Double($0[0]) != nil }
    guard let last = rows.last.flatMap({ Double($0[0]) }) else { return nil }
    let charts = curves.compactMap { curve -> LineChart? in
      guard let place = header.firstIndex(of: curve.column) else { return nil }
      // A stage of training does not know everything; what it does not is left out.
      let known = rows.compactMap { row -> (x: Double, y: Double)? in
        guard let x = Double(row[0]), let y = Double(row[place]), y.isFinite else { return nil }
        return curve.axis.scale == .logarithmic && y <= 0 ? nil : (x, curve.scale * y)
      }
      guard !known.isEmpty else { return nil }
      return LineChart(
        title: "", x: Axis("round", range: 0...last), y: curve.axis,
        series: [LineChart.Series(curve.axis.label, x: known.map(\.x), y: known.map(\.y))], legend: .hidden)
    }
    return Figure(title: title, charts: charts, columns: 2)
  }
}
