import Energies
import Estimators
import Foundation
import Plots

/// The pictures of `analyze`.
struct AnalysisCharts {
  let title: String
  let ensemble: SampledFrames
  let reference: SampledFrames?
  let features: EnsembleFeatures

  /// Weights for pictures: those of the ensemble, or none.
  private func weights(_ frames: SampledFrames) -> [Double]? {
    guard let logWeights = frames.logWeights, let checked = try? LogWeights(logWeights) else { return nil }
    return checked.normalized.map { exp($0) }
  }

  /// Maps of (φ, ψ), as drawn, reweighted and of the reference, for each pair of torsions.
  func ramachandran(bins: Int = 60) -> [(name: String, chart: HeatMap, csv: String)] {
    pairs.compactMap { first, second, name in
      let axis = HistogramAxis.circular(bins: bins)
      func surface(_ frames: SampledFrames, weighted: Bool) -> FreeEnergySurface? {
        try? FreeEnergySurface(
          x: frames.x.dihedrals(first.atoms), y: frames.x.dihedrals(second.atoms), xAxis: axis, yAxis: axis,
          logWeights: weighted ? frames.logWeights : nil)
      }
      func cells(_ surface: FreeEnergySurface) -> [[Double?]] {
        (0..<bins).map { row in (0..<bins).map { column in surface[column, row] } }
      }
      var panels: [HeatMap.Panel] = []
      guard let main = surface(ensemble, weighted: true) else { return nil }
      if ensemble.logWeights != nil, let drawn = surface(ensemble, weighted: false) {
        panels.append(HeatMap.Panel("proposal", cells: cells(drawn)))
        panels.append(HeatMap.Panel("reweighted", cells: cells(main)))
      } else {
        panels.append(HeatMap.Panel("sampled", cells: cells(main)))
      }
      if let reference, let surface = surface(reference, weighted: true) {
        panels.append(HeatMap.Panel("reference", cells: cells(surface)))
      }
      let chart = HeatMap(
        title: title, x: .torsion(first.label), y: .torsion(second.label), colorLabel: "F / kT", colorRange: 0...8,
        panels: panels)
      var lines = ["x_rad,y_rad,free_energy_kT"]
      for (i, x) in axis.centers.enumerated() {
        for (j, y) in axis.centers.enumerated() { lines.append("\(x),\(y),\(main[i, j].map { "\($0)" } ?? "")") }
      }
      return (name, chart, lines.joined(separator: "\n") + "\n")
    }
  }

  /// (φ, ψ) of residues that have both; of a zwitterionic dipeptide ψ of the first and φ of the second.
  private var pairs: [(BackboneDihedrals.Torsion, BackboneDihedrals.Torsion, String)] {
    let pairs = features.backbone.ramachandranPairs
    if !pairs.isEmpty {
      return pairs.map { ($0.phi, $0.psi, pairs.count == 1 ? "ramachandran" : "ramachandran-\($0.phi.name)") }
    }
    guard let phi = features.backbone.phi.first, let psi = features.backbone.psi.first else { return [] }
    return [(phi, psi, "ramachandran")]
  }

  func energies() -> Histogram? {
    guard let energies = ensemble.potentialEnergies else { return nil }
    var distributions: [Histogram.Distribution] = []
    let shown = energies.sorted()
    // A proposal's tail of clashes would leave the rest a line at the left.
    let high =
      (reference?.potentialEnergies ?? (ensemble.logWeights == nil ? energies : nil))?.max()
      ?? shown[shown.count / 2]
    let low = min(shown[0], reference?.potentialEnergies?.min() ?? shown[0])
    if ensemble.logWeights != nil {
      distributions.append(.init("proposal", values: energies, color: .orange))
      distributions.append(.init("reweighted", values: energies, weights: weights(ensemble), color: .blue))
    } else {
      distributions.append(.init("sampled", values: energies))
    }
    if let reference, let values = reference.potentialEnergies {
      distributions.append(.init("reference", values: values, weights: weights(reference), isFilled: false))
    }
    let width = max(high - low, 1)
    return Histogram(
      title: title, x: Axis("U / kJ/mol", range: low - 0.05 * width...high + 0.15 * width), distributions: distributions
    )
  }

  /// Free energies along all backbone torsions φ and ψ, with errors, and the reference's dashed.
  func profiles(bins: Int = 60) -> [(name: String, chart: LineChart)] {
    (features.backbone.phi + features.backbone.psi).compactMap { torsion in
      let axis = HistogramAxis.circular(bins: bins)
      func profile(_ frames: SampledFrames) -> FreeEnergyProfile? {
        try? FreeEnergyProfile(
          of: frames.x.dihedrals(torsion.atoms), axis: axis, logWeights: frames.logWeights,
          dependence: frames.dependence)
      }
      guard let main = profile(ensemble) else { return nil }
      func series(_ label: String, _ profile: FreeEnergyProfile, dashed: Bool) -> LineChart.Series {
        // Bins that one sample decides (an error of 1) would be a picture of noise.
        let shown = zip(profile.values, profile.standardErrors).map { value, error in
          value != nil && error.map { $0 < 0.8 } ?? false
        }
        return LineChart.Series(
          label, x: axis.centers, y: zip(profile.values, shown).map { $1 ? $0! : .nan },
          errors: profile.standardErrors.map { $0 ?? 0 }, isDashed: dashed)
      }
      var lines = [series(ensemble.logWeights == nil ? "sampled" : "reweighted", main, dashed: false)]
      if let reference, let other = profile(reference) { lines.append(series("reference", other, dashed: true)) }
      return (
        "profile-\(torsion.name)",
        LineChart(
          title: title, x: .torsion(torsion.label), y: Axis("F / kT", includesZero: true), series: lines)
      )
    }
  }

  /// Autocorrelation of energies and torsions along walkers; nil where the frames are no series.
  func autocorrelation() -> LineChart? {
    let series = ensemble.series
    guard ensemble.logWeights == nil, let length = series.map(\.count).min(), length >= 8 else { return nil }
    var lines: [LineChart.Series] = []
    func add(_ label: String, _ values: [Double]) {
      guard let found = try? Autocorrelation(ofIndependent: series.map { $0.map { values[$0] } }) else { return }
      let shown = min(found.values.count, max(4, length / 2), 100)
      lines.append(LineChart.Series(label, x: (0..<shown).map(Double.init), y: Array(found.values[..<shown])))
    }
    if let energies = ensemble.potentialEnergies { add("U", energies) }
    for torsion in (features.backbone.phi + features.backbone.psi).prefix(4) {
      add("cos \(torsion.label)", ensemble.x.dihedrals(torsion.atoms).map { cos($0) })
    }
    return lines.isEmpty
      ? nil : LineChart(title: title, x: "lag / frames", y: Axis("autocorrelation", includesZero: true), series: lines)
  }

  func tica(_ components: IndependentComponents) -> Scatter? {
    guard components.components.count == 2 else { return nil }
    let points = components.projected(features.tica(ensemble.x).values)
    return Scatter(
      title: title, x: "TIC 1", y: "TIC 2", xs: stride(from: 0, to: points.count, by: 2).map { points[$0] },
      ys: stride(from: 1, to: points.count, by: 2).map { points[$0] }, weights: weights(ensemble))
  }
}
