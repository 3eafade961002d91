import MolFlow
import Estimators

/// `summary.json`: what a run found, and whether to trust it. Scripts rely on the names.
struct RunSummary: Codable {
  /// What short replica exchange from the samples found.
  struct ForwardCheckResult: Codable {
    var frames: Int
    var ladders: Int
    /// Share of the frames that the model all but never draws.
    var missed_share: Double
    var missed_ladders: Int
    var energy_evaluations: Int
  }

  /// `adapt=`: what the model learned from, before any sample of the ensemble.
  struct Adaptation: Codable {
    var rounds: Int
    var energy_evaluations: Int
    var seconds: Double

    var text: String {
      "the model learned from chains of this molecule for \(rounds) rounds, \(energy_evaluations) energy evaluations in "
        + "\(significant(seconds, 3)) s (\(RunAdaptation.modelName))"
    }
  }

  var system: String
  var method: String
  /// Why this method, where it was not asked for.
  @ExplicitNull var method_reason: String?
  /// What the method says of itself.
  var method_diagnostics: [String: Double]
  var model: String
  /// Of transferable models: what of the molecule lies outside of what they were trained on; of first guesses, why no trained model draws.
  @ExplicitNull var model_scope: [String]?
  /// Where the model learned from chains of this molecule before the samples were drawn.
  @ExplicitNull var adaptation: Adaptation?
  var samples: Int
  /// What ended the sampling.
  var stopped_by: String
  var seed: UInt64
  var temperature_K: Double
  /// Kish's, nothing clipped; of methods whose samples depend on each other what averages are worth (`ess_of`).
  var ess: Double
  var ess_fraction: Double
  var ess_of: String
  @ExplicitNull var ess_fraction_trimmed: Double?
  var trim: String
  @ExplicitNull var ess_fraction_halves: [Double]?
  var largest_weight_share: Double
  @ExplicitNull var pareto_k: Double?
  var impossible_samples: Int
  var log_z: Double
  @ExplicitNull var log_z_error: Double?
  /// False where the weights' tail is so heavy that true errors exceed the bars.
  var error_bars_reliable: Bool
  var energy_evaluations: Int
  var seconds: Double
  var cost: SamplingCost
  /// Share of the weight on samples with the molecule's own bonds and handedness.
  var valid_structure_share: Double
  /// Of continuous flows: the first samples taken back and forth.
  @ExplicitNull var round_trip: RoundTripError?
  @ExplicitNull var forward_check: ForwardCheckResult?
  @ExplicitNull var reference: String?
  /// From the reference's frames; see `ForwardEffectiveSampleSize`.
  @ExplicitNull var forward_ess_fraction: Double?
  /// Samples, the first of all, that structures, distances, profiles and pictures are from.
  var analysed_samples: Int
  var distances: [ReferenceComparison.Distance]
  /// Frames of `resampled.nc`.
  var resampled_samples: Int
  var verdict: String
  var reasons: [String]
  var free_energies: [FreeEnergyResult]
  var configuration_digest: String
  var molsample_version: String

  static let kish = "Kish, nothing clipped"
  static let ofAverages = "from the scatter of walkers or populations"

  /// The table on the terminal.
  var text: String {
    var table = TextTable()
    table.add(
      "samples", "\(samples) (seed \(seed)), \(energy_evaluations) energy evaluations in \(significant(seconds, 3)) s")
    if let adaptation { table.add("before", adaptation.text) }
    table.add("method", method + (method_reason.map { ": \($0)" } ?? ""))
    for (name, value) in method_diagnostics.sorted(by: { $0.key < $1.key }) {
      table.add("", "\(name.replacingOccurrences(of: "_", with: " ")): \(significant(value, 3))")
    }
    table.add("effective samples", "\(significant(ess)) = \(significant(100 * ess_fraction, 3)) % of N (\(ess_of))")
    if let ess_fraction_trimmed, ess_of == Self.kish {
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
      "\(significant(log_z, 6)) ± \(bar(log_z_error)) (kT units, 3N − 6 coordinates)"
    )
    let portion = analysed_samples == samples ? "" : " of the first \(analysed_samples) samples"
    table.add("valid structures", "\(significant(100 * valid_structure_share, 3)) % of the weight\(portion)")
    if let round_trip { table.add("back and forth", round_trip.text) }
    if let check = forward_check {
      table.add(
        "forward check",
        "\(significant(100 * check.missed_share, 3)) % of \(check.frames) frames from dynamics where the model all but never is"
      )
    }
    if let forward_ess_fraction {
      table.add("forward ESS", "\(significant(100 * forward_ess_fraction, 3)) % of the reference's frames")
    }
    for free in free_energies {
      table.add("ΔF(\(free.name))", free.text(errorBar: bar))
    }
    table.add("cost", cost.text)
    for distance in distances {
      guard let value = distance.value else { continue }
      table.add(
        distance.name, "\(significant(value, 3)) \(distance.unit) from the reference",
        distance.noise_floor.map { "(two parts of it: \(significant($0, 3)))" } ?? "")
    }
    return table.text + "\nverdict: \(verdict)" + reasons.map { "\n  \($0)" }.joined()
  }

  /// An error bar in words, with a warning where it means little.
  func bar(_ error: Double?) -> String {
    guard let error else { return "unknown" }
    return significant(error, 2) + (error_bars_reliable ? "" : " or more")
  }
}

/// A value that is written as null, not left out, where there is none: scripts look for the key.
@propertyWrapper
struct ExplicitNull<Value: Codable>: Codable {
  var wrappedValue: Value?

  init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
  }
}
