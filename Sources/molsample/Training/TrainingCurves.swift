import Foundation
import Plots

/// Curves of a training run from its table `training.csv`.
enum TrainingCurves {
  /// Figure of the effective share, the likelihood and the gradients' norm against rounds; nil before the first round.
  static func figure(title: String, table: String) -> Figure? {
    var rounds: [Double] = []
    var nll: [Double] = []
    var ess: [Double] = []
    var norm: [Double] = []
    var energies: [Double] = []
    for line in table.split(separator: "\n").dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard cells.count == 6, let round = Double(cells[0]) else { continue }
      rounds.append(round)
      nll.append(Double(cells[2]) ?? .nan)
      ess.append(100 * (Double(cells[3]) ?? .nan))
      norm.append(Double(cells[4]) ?? .nan)
      energies.append(1e-6 * (Double(cells[5]) ?? .nan))
    }
    guard !rounds.isEmpty else { return nil }
    let whole = Axis("round", range: 0...rounds.last!)
    func line(_ y: Axis, _ values: [Double]) -> LineChart? {
      // A stage of training does not know everything; what it does not is left out.
      let known = values.indices.filter { values[$0].isFinite }
      guard !known.isEmpty else { return nil }
      return LineChart(
        title: "", x: whole, y: y,
        series: [LineChart.Series(y.label, x: known.map { rounds[$0] }, y: known.map { values[$0] })], legend: .hidden)
    }
    let charts: [LineChart?] = [
      line(Axis("ESS of own samples / %", range: 0...100), ess), line("−log p of frames", nll),
      line(.logarithmic("gradient norm"), norm.map { $0 > 0 ? $0 : .nan }),
      line(Axis("energies / 10^{6}", includesZero: true), energies),
    ]
    return Figure(title: title, charts: charts.compactMap { $0 }, columns: 2)
  }
}
