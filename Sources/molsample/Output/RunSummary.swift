import Estimators

/// `summary.json`: what a run found, and whether to trust it. Scripts rely on the names.
struct RunSummary: Encodable {
  struct FreeEnergy: Encodable {
    var name: String
    /// −ln(p/(1 − p)), p the weighted share of samples inside the region; null where it cannot be told.
    var delta_f_kT: Double?
    var error_kT: Double?
    var reason: String?
  }

  var system: String
  var method: String
  var model: String
  var samples: Int
  var seed: UInt64
  var temperature_K: Double
  var ess: Double
  var ess_fraction: Double
  var ess_fraction_trimmed: Double?
  var trim: String
  var ess_fraction_halves: [Double]?
  var largest_weight_share: Double
  var pareto_k: Double?
  var impossible_samples: Int
  var log_z: Double
  var log_z_error: Double?
  var energy_evaluations: Int
  var seconds: Double
  var verdict: String
  var reasons: [String]
  var free_energies: [FreeEnergy]
  var configuration_digest: String
  var molsample_version: String

  /// The table on the terminal.
  var text: String {
    var table = TextTable()
    table.add(
      "samples", "\(samples) (seed \(seed)), \(energy_evaluations) energy evaluations in \(significant(seconds, 3)) s")
    table.add(
      "effective samples", "\(significant(ess)) = \(significant(100 * ess_fraction, 3)) % of N (Kish, nothing clipped)")
    if let ess_fraction_trimmed {
      table.add("", "\(significant(100 * ess_fraction_trimmed, 3)) % after \(trim)")
    }
    if let halves = ess_fraction_halves {
      table.add("", "halves: \(halves.map { significant(100 * $0, 3) + " %" }.joined(separator: " and "))")
    }
    table.add("largest weight", "\(significant(100 * largest_weight_share, 3)) % of all weight")
    table.add("Pareto k", pareto_k.map { significant($0, 3) } ?? "cannot be fitted")
    table.add("impossible samples", "\(impossible_samples)")
    table.add(
      "log Z",
      "\(significant(log_z, 6)) ± \(log_z_error.map { significant($0, 2) } ?? "unknown") (kT units, 3N − 6 coordinates)"
    )
    for free in free_energies {
      let value = free.delta_f_kT.map {
        "\(significant($0)) ± \(free.error_kT.map { significant($0, 2) } ?? "unknown") kT"
      }
      table.add("ΔF(\(free.name))", value ?? "unknown: \(free.reason ?? "")")
    }
    return table.text + "\nverdict: \(verdict)" + reasons.map { "\n  \($0)" }.joined()
  }
}
