import Plots

/// `evaluation.html`: a transferable model on many peptides, as pictures and as a table.
struct PeptideSetReport {
  let result: PeptideSetEvaluation.Result

  init(_ result: PeptideSetEvaluation.Result) { self.result = result }

  var page: HTMLPage {
    var sections = [
      section(
        "Effective samples",
        "Kish's share of N = \(result.samples) samples of each peptide, nothing clipped, the best first.",
        shares.html(identifier: "shares"))
    ]
    if !errors.bars.isEmpty {
      sections.append(
        section(
          "Free energies", "ΔF(φ) less that of the replica exchange, with both errors.",
          errors.html(identifier: "errors")))
    }
    sections.append(
      section(
        "Numbers",
        "ln w: two thirds of it lie within ± this. Bonds and hands: shares of samples with the molecule's bonds and handedness, of bonds also by weight. E-W2 and T-W2: distances from the reference of "
          + "energies (kT) and of backbone torsions (rad), and in brackets those of two parts of it. Replica exchange: what it needs for "
          + "the same error of ΔF(φ).",
        "<div class=\"scroll\"><table>\(table)</table></div>"))
    let mean = Self.percent(result.mean_ess_fraction), least = Self.percent(result.smallest_ess_fraction)
    return HTMLPage(
      title: "\(result.peptides.count) peptides",
      header: """
        <h1>\(result.peptides.count) peptides</h1>
        <p class="note">\(HTMLPage.escaped(result.model ?? "")): mean effective share \(mean), smallest \(least)\
        \(result.mean_absolute_error_kT.map { "; mean absolute error of ΔF(φ) \(significant($0, 3)) kT" } ?? "")</p>
        """,
      body: sections.joined(separator: "\n"), footer: "molsample \(Version.current), seed \(result.seed)")
  }

  private func section(_ title: String, _ note: String, _ body: String) -> String {
    "<section><h2>\(title)</h2><p class=\"note\">\(note)</p>\(body)</section>"
  }

  private var size: ChartSize { ChartSize(width: Double(max(480, 160 + 15 * result.peptides.count)), height: 320) }

  /// Shares of the peptides, the best first.
  var shares: BarChart {
    BarChart(
      title: "", y: "effective share (%)",
      bars: result.peptides.sorted { $0.ess_fraction > $1.ess_fraction }.map {
        .init($0.sequence, value: 100 * $0.ess_fraction)
      }, reference: .init("mean", value: 100 * result.mean_ess_fraction), size: size)
  }

  /// Differences from the reference.
  var errors: BarChart {
    BarChart(
      title: "", y: "ΔF(φ) − reference (kT)",
      bars: result.peptides.compactMap { row in
        guard let own = row.delta_f_phi_kT, let other = row.reference_delta_f_phi_kT else { return nil }
        let (a, b) = (row.error_kT ?? .nan, row.reference_error_kT ?? .nan)
        return .init(row.sequence, value: own - other, error: (a * a + b * b).squareRoot())
      }, size: size)
  }

  private var table: String {
    func cells(_ kind: String, _ words: [String]) -> String {
      "<tr>" + words.map { "<\(kind)>\(HTMLPage.escaped($0))</\(kind)>" }.joined() + "</tr>"
    }
    func pair(_ value: Double?, _ floor: Double?) -> String {
      value.map { significant($0, 3) + (floor.map { " (\(significant($0, 2)))" } ?? "") } ?? "–"
    }
    func energy(_ value: Double?, _ error: Double?) -> String {
      value.map { "\(significant($0, 3)) ± \(error.map { significant($0, 2) } ?? "?")" } ?? "–"
    }
    return cells(
      "th",
      [
        "peptide", "atoms", "ESS", "trimmed", "ln w", "forward", "bonds", "of weight", "hands", "ΔF(φ), kT",
        "reference",
        "E-W2", "T-W2",
        "energies", "s", "replica exchange: energies", "s",
      ])
      + result.peptides.map { row in
        cells(
          "td",
          [
            row.sequence, "\(row.atoms)", Self.percent(row.ess_fraction), Self.percent(row.ess_fraction_trimmed),
            row.log_weight_spread.map { significant($0, 3) } ?? "–",
            Self.percent(row.forward_ess_fraction), Self.percent(row.valid_bond_graph_fraction),
            Self.percent(row.valid_bond_graph_weight),
            Self.percent(row.correct_chirality_fraction),
            energy(row.delta_f_phi_kT, row.error_kT)
              + (row.delta_f_phi_kT == nil || row.error_doubt == nil ? "" : " or more"),
            energy(row.reference_delta_f_phi_kT, row.reference_error_kT), pair(row.energy_w2, row.energy_w2_floor),
            pair(row.torus_w2, row.torus_w2_floor), "\(row.energy_evaluations)", significant(row.seconds, 3),
            row.replica_exchange_energy_evaluations.map { significant($0, 2) } ?? "–",
            row.replica_exchange_seconds.map { significant($0, 2) } ?? "–",
          ])
      }.joined()
  }

  private static func percent(_ value: Double?) -> String { value.map { "\(significant(100 * $0, 3)) %" } ?? "–" }
}
