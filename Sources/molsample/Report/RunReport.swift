import Energies
import Estimators
import Foundation
import MolFlow
import Plots
import Trajectories

/// `report.html`: one page that needs nothing else, for a browser without a network, light or dark, on a wide screen or a phone.
struct RunReport {
  let summary: RunSummary
  let ensemble: SampledFrames
  let reference: SampledFrames?
  let features: EnsembleFeatures
  /// ln w of all samples of the run; `ensemble` may be their beginning only.
  let logWeights: [Double]
  /// Samples for the picture of the molecule, drawn by weight.
  let shown: Configurations

  /// Writes `report.html` of a run's folder; molecules to look at come from `resampled.nc`.
  static func write(
    _ summary: RunSummary, to folder: OutputFolder, features: EnsembleFeatures, ensemble: SampledFrames,
    reference: SampledFrames?, logWeights: [Double]
  ) throws {
    let resampled = try AmberTrajectoryReader(path: folder.file("resampled.nc"))
    let report = RunReport(
      summary: summary, ensemble: ensemble, reference: reference, features: features, logWeights: logWeights,
      shown: try resampled.configurations(frames: 0..<min(20, resampled.frameCount)))
    try folder.write(report.html(), as: "report.html")
  }

  func html() -> String {
    let charts = AnalysisCharts(title: "", ensemble: ensemble, reference: reference, features: features)
    var sections: [String] = []
    func section(_ title: String, _ note: String, _ body: String) {
      sections.append("<section><h2>\(title)</h2><p class=\"note\">\(note)</p>\(body)</section>")
    }
    section(
      "The molecule", "Samples of the equilibrium, drawn by weight. Drag to turn it.",
      MoleculeViewer(molecule: features.molecule, frames: shown).html())
    for (index, map) in charts.ramachandran().enumerated() {
      section(
        "Backbone torsions", "Free energy in kT; blank where no sample is.", map.chart.html(identifier: "map\(index)"))
    }
    let profiles = charts.profiles()
    if !profiles.isEmpty {
      section(
        "Free energies along torsions", "Bands are one standard error of a bin.",
        "<div class=\"row\">"
          + profiles.enumerated().map { $1.chart.html(identifier: "profile\($0)") }.joined() + "</div>")
    }
    if let energies = charts.energies() {
      section(
        "Energies", "As the model draws them, as they are weighted, and in the reference where there is one.",
        energies.html(identifier: "energies"))
    }
    section(
      "Weights", "Left: where the weights lie about their mean. Right: effective samples against samples drawn.",
      "<div class=\"row\">" + weightHistogram.html(identifier: "weights") + growth.html(identifier: "growth") + "</div>"
    )
    return HTMLPage(
      title: "\(summary.system): \(summary.verdict)",
      header: """
        <h1>\(escaped(summary.system))</h1>
        <p class="verdict \(summary.verdict.replacingOccurrences(of: " ", with: "-"))">\(summary.verdict)</p>
        <ul>\(summary.reasons.map { "<li>\(escaped($0))</li>" }.joined())</ul>
        """,
      body: "<section><h2>Numbers</h2><div class=\"scroll\"><table>\(rows)</table></div></section>\n"
        + sections.joined(separator: "\n"),
      footer:
        "molsample \(summary.molsample_version), seed \(summary.seed), configuration \(summary.configuration_digest)"
    ).text
  }

  private func escaped(_ text: String) -> String { HTMLPage.escaped(text) }

  // MARK: Numbers

  private var rows: String {
    func percent(_ value: Double) -> String { "\(significant(100 * value, 3)) %" }
    func row(_ name: String, _ value: String) -> String {
      "<tr><th>\(escaped(name))</th><td>\(escaped(value))</td></tr>"
    }
    var text = row("temperature", "\(significant(summary.temperature_K)) K")
    text += row("samples", "\(summary.samples) of model \(summary.model), \(significant(summary.seconds, 3)) s")
    if let adaptation = summary.adaptation { text += row("before", adaptation.text) }
    text += row("method", summary.method + (summary.method_reason.map { ": \($0)" } ?? ""))
    text += row(
      "effective samples",
      "\(significant(summary.ess)), \(percent(summary.ess_fraction)) of all (\(summary.ess_of))")
    if let halves = summary.ess_fraction_halves {
      text += row("in each half", halves.map(percent).joined(separator: " and "))
    }
    text += row("largest weight", "\(percent(summary.largest_weight_share)) of all weight")
    text += row("Pareto k", summary.pareto_k.map { significant($0, 3) } ?? "cannot be fitted")
    text += row("valid structures", "\(percent(summary.valid_structure_share)) of the weight")
    if let trip = summary.round_trip { text += row("integrated back and forth", trip.text) }
    if summary.analysed_samples < summary.samples {
      text += row("structures, distances and pictures", "of the first \(summary.analysed_samples) samples")
    }
    if let check = summary.forward_check {
      text += row(
        "frames the model all but never draws",
        "\(percent(check.missed_share)) of \(check.frames) from dynamics in \(check.ladders) ladders")
    }
    if let forward = summary.forward_ess_fraction { text += row("forward ESS of the reference", percent(forward)) }
    text += row(
      "log Z", "\(significant(summary.log_z, 6)) ± \(summary.bar(summary.log_z_error))")
    for free in summary.free_energies {
      text += row("ΔF(\(free.name))", free.text(errorBar: summary.bar))
    }
    text += row("cost", summary.cost.text)
    for distance in summary.distances {
      guard let value = distance.value else { continue }
      let floor = distance.noise_floor.map { "; two parts of the reference \(significant($0, 3))" } ?? ""
      text += row("\(distance.name) from the reference", "\(significant(value, 3)) \(distance.unit)\(floor)")
    }
    return text
  }

  // MARK: Weights

  private var weightHistogram: Histogram {
    let finite = logWeights.filter { $0 > -.infinity }
    let mean = LogSumExp.of(logWeights) - log(Double(logWeights.count))
    let shown = finite.prefix(100_000).map { $0 - mean }.sorted()
    // A first guess has weights over hundreds of kT; all but the highest would be one line.
    let low = max(shown[shown.count / 200], shown.last! - 30)
    return Histogram(
      title: "", x: Axis("ln(w/mean w)", range: low...max(shown.last!, low + 1)),
      distributions: [.init("samples", values: shown)])
  }

  private var growth: LineChart {
    let counts = (1...40).map { max(1, logWeights.count * $0 / 40) }
    var running = RunningEffectiveSampleSize()
    var done = 0
    let effective = counts.map { count in
      running.add(logWeights[done..<count])
      done = count
      return running.value
    }
    let x = counts.map(Double.init)
    return LineChart(
      title: "", x: "samples", y: Axis("effective samples", includesZero: true),
      series: [
        LineChart.Series("effective", x: x, y: effective),
        LineChart.Series("all equal", x: x, y: x, isDashed: true),
      ])
  }
}
