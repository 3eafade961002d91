import Energies
import Foundation
import Trajectories

/// A transferable model on many peptides, one after the other; a line for each.
struct PeptideSetEvaluation {
  let list: PeptideList
  /// K; that of data sets where nothing is said.
  let temperature: Double?
  /// Each may have some of them; the first that has a peptide counts.
  let references: [ReferencePeptides]
  let evaluation: ModelEvaluation
  let folder: OutputFolder?

  struct Row: Codable {
    var sequence: String
    var atoms: Int
    var samples: Int
    var ess_fraction: Double
    @ExplicitNull var ess_fraction_trimmed: Double?
    /// Half of what lies between the quantiles of 16 and 84 % of ln w.
    @ExplicitNull var log_weight_spread: Double?
    @ExplicitNull var forward_ess_fraction: Double?
    @ExplicitNull var valid_bond_graph_fraction: Double?
    @ExplicitNull var valid_bond_graph_weight: Double?
    @ExplicitNull var correct_chirality_fraction: Double?
    @ExplicitNull var delta_f_phi_kT: Double?
    @ExplicitNull var error_kT: Double?
    /// Why the error may be larger, or why there is none.
    @ExplicitNull var error_doubt: String?
    @ExplicitNull var reference_delta_f_phi_kT: Double?
    @ExplicitNull var reference_error_kT: Double?
    /// Wasserstein distances of second order from the reference, and those of two parts of it: of energies in kT, of backbone torsions.
    @ExplicitNull var energy_w2: Double?
    @ExplicitNull var energy_w2_floor: Double?
    @ExplicitNull var torus_w2: Double?
    @ExplicitNull var torus_w2_floor: Double?
    var energy_evaluations: Int
    /// Of drawing and weighting.
    var seconds: Double
    /// What the reference's replica exchange spends for the same error of ΔF(φ), by 1/error² from its own; its seconds are those that this
    /// machine takes for as many energies with forces, and nothing else.
    @ExplicitNull var replica_exchange_energy_evaluations: Double?
    @ExplicitNull var replica_exchange_seconds: Double?
  }

  struct Result: Codable {
    /// Of all that decides the rows but the list.
    var digest: String
    @ExplicitNull var model: String?
    var samples: Int
    var seed: UInt64
    /// Peptides whose reference runs do not know ΔF(φ); see `RunAgreement`.
    var unconverged_references: [String]
    /// Of raw Kish shares, nothing clipped.
    var mean_ess_fraction: Double
    var smallest_ess_fraction: Double
    /// Mean of |ΔF(φ) − reference|, kT, over peptides that have both, the latter converged.
    @ExplicitNull var mean_absolute_error_kT: Double?
    var peptides: [Row]

    /// |ΔF(φ) − reference|, kT, of these peptides.
    var absoluteErrors: [Double] {
      peptides.filter { !unconverged_references.contains($0.sequence) }.compactMap { row in
        row.delta_f_phi_kT.flatMap { value in row.reference_delta_f_phi_kT.map { abs(value - $0) } }
      }
    }
  }

  private static let resultName = "evaluation.json"

  /// What a killed evaluation has done, in its folder until the end.
  private struct Unfinished: Codable {
    static let name = "evaluation.progress.json"
    /// Of all that decides the rows.
    var digest: String
    var rows: [Row]
  }

  private func digest() throws -> String {
    let model = try evaluation.model.map { try ModelCatalog.path(ofModel: $0, system: ModelCatalog.anyPeptide) }
    let files = ([model].compactMap { $0 } + references.flatMap { $0.files(of: list.sequences) }).map(
      ConfigurationDigest.ofFile)
    return ConfigurationDigest.of(
      "\(files) \(temperature.map { "\($0)" } ?? "") \(evaluation.samples) \(evaluation.seed) \(evaluation.transportSamples)"
        + " \(evaluation.integrator.map { "\($0)" } ?? "") \(evaluation.mostFrames ?? 0)")
  }

  /// Rows of an evaluation that was killed, as many as still are those of the list.
  private func finishedRows(_ digest: String, resuming: Bool) throws -> [Row] {
    guard let folder, let data = FileManager.default.contents(atPath: folder.file(Unfinished.name)) else { return [] }
    let advice = "choose another output=, or remove \(folder.file(Unfinished.name)) to begin anew"
    guard resuming else {
      throw UsageError(
        "\(folder.path) holds an unfinished evaluation", advice: "add --resume to go on with it, or \(advice)")
    }
    guard let progress = try? JSONOutput.decode(Unfinished.self, from: data) else {
      throw InputError(folder.file(Unfinished.name), "cannot be read", advice: advice)
    }
    guard progress.digest == digest else {
      throw InputError(
        folder.file(Unfinished.name), "is of another model, reference, or number of samples", advice: advice)
    }
    return zip(progress.rows, list.sequences).prefix(while: { $0.sequence == $1 }).map(\.0)
  }

  /// The evaluation that the folder holds; samples of other settings are never replaced.
  private func finished(_ digest: String, resuming: Bool) throws -> Result? {
    guard let folder, let data = FileManager.default.contents(atPath: folder.file(Self.resultName)) else { return nil }
    let advice = "choose another output=, or remove \(folder.file(Self.resultName)) to begin anew"
    guard let result = try? JSONOutput.decode(Result.self, from: data) else {
      throw InputError(
        folder.file(Self.resultName), "cannot be read", expected: "an evaluation of this version, whole", advice: advice
      )
    }
    guard result.digest == digest, result.peptides.map(\.sequence) == list.sequences else {
      throw InputError(folder.file(Self.resultName), "is an evaluation of other settings", advice: advice)
    }
    guard resuming else {
      throw UsageError("\(folder.path) holds this evaluation already", advice: "add --resume to show it, or \(advice)")
    }
    return result
  }

  /// - Parameter resuming: go on where a killed evaluation in the same folder was, and show one that is done.
  func run(json: Bool, resuming: Bool) throws {
    let digest = try digest()
    if let result = try finished(digest, resuming: resuming) { return try Self.show(result, json: json) }
    let known = try list.sequences.map { sequence -> ReferencePeptides.Known? in
      for folder in references { if let known = try folder.known(sequence) { return known } }
      return nil
    }
    for folder in references where try list.sequences.allSatisfy({ try folder.known($0) == nil }) {
      throw InputError(
        folder.folder, "has none of the peptides",
        expected: "\(DatasetTable.name) of `molsample dataset`, or SEQUENCE.nc with free energies in SEQUENCE.json",
        found: "neither of \(list.sequences.prefix(3).joined(separator: ", "))\(list.sequences.count > 3 ? ", …" : "")")
    }
    var settings = try Overrides([])
    var protocolOfSets = try DatasetConfiguration(overrides: &settings)
    if let temperature {
      guard temperature > 0 else { throw UsageError("temperature must be positive") }
      protocolOfSets.temperature = temperature
    }
    var rows = try finishedRows(digest, resuming: resuming)
    if !rows.isEmpty { Molsample.report("going on after \(rows.count) peptides") }
    for (sequence, known) in zip(list.sequences, known).dropFirst(rows.count) {
      var own = evaluation
      own.reference = known?.path
      own.ratesForces = known != nil
      own.goesBackAndForth = false
      if let path = own.reference, let of = try AmberTrajectoryReader(path: path).number("temperature"),
        abs(of - protocolOfSets.temperature) > 0.01
      {
        throw InputError(
          path, "is of another temperature", expected: "\(significant(protocolOfSets.temperature)) K",
          found: "\(significant(of)) K", advice: "give temperature=\(significant(of)), or another --reference")
      }
      let found = try own.run(try protocolOfSets.description(of: sequence))
      rows.append(Self.row(sequence, found, known))
      try folder?.write(Self.csv(rows), as: "evaluation.csv")
      try folder?.write(try JSONOutput.encode(Unfinished(digest: digest, rows: rows)), as: Unfinished.name)
      Molsample.report("\(rows.count)/\(list.sequences.count) \(Self.line(rows.last!).joined(separator: "  "))")
    }
    var result = Result(
      digest: digest, model: evaluation.model, samples: evaluation.samples, seed: evaluation.seed,
      unconverged_references: zip(list.sequences, known).filter { $1?.isConverged == false }.map(\.0),
      mean_ess_fraction: rows.reduce(0) { $0 + $1.ess_fraction } / Double(rows.count),
      smallest_ess_fraction: rows.map(\.ess_fraction).min()!, mean_absolute_error_kT: nil, peptides: rows)
    let errors = result.absoluteErrors
    if !errors.isEmpty { result.mean_absolute_error_kT = errors.reduce(0, +) / Double(errors.count) }
    if let folder {
      let report = PeptideSetReport(result)
      try folder.write(report.page.text, as: "evaluation.html")
      var charts = Charts(folder: folder)
      try charts.write(report.shares, as: "effective_shares")
      if !report.errors.bars.isEmpty { try charts.write(report.errors, as: "free_energy_errors") }
      // Last, since it says that all is done.
      try folder.write(try JSONOutput.encode(result) + "\n", as: Self.resultName)
      try? FileManager.default.removeItem(atPath: folder.file(Unfinished.name))
    }
    try Self.show(result, json: json)
  }

  private static func show(_ result: Result, json: Bool) throws {
    if json { return try JSONOutput.print(result) }
    let rows = result.peptides
    var text = TextTable()
    // Without references nothing has a price: no column of dashes.
    let isPriced = rows.contains { $0.replica_exchange_seconds != nil }
    func add(_ cells: [String], _ price: String) { text.add(cells + (isPriced ? [price] : [])) }
    add(["", "ESS", "trimmed", "forward", "bonds", "hands", "ΔF(φ), kT (reference)", "s"], "replica exchange, s")
    for row in rows { add(line(row), row.replica_exchange_seconds.map { significant($0, 3) } ?? "–") }
    print(text.text)
    print(
      "\(rows.count) peptides, N = \(result.samples) each, nothing clipped: mean raw ESS \(percent(result.mean_ess_fraction)), smallest \(percent(result.smallest_ess_fraction))"
        + (result.mean_absolute_error_kT.map {
          "; mean |error of ΔF(φ)| \(significant($0, 3)) kT of \(result.absoluteErrors.count)"
        } ?? ""))
    if !result.unconverged_references.isEmpty {
      print("references that are not converged: \(result.unconverged_references.joined(separator: " "))")
    }
  }

  private static func row(
    _ sequence: String, _ found: ModelEvaluation.Result, _ known: ReferencePeptides.Known?
  ) -> Row {
    let energy = found.free_energies.first
    func distance(_ name: String) -> ReferenceComparison.Distance? { found.distances.first { $0.name == name } }
    let needed = known.flatMap {
      ReferenceFreeEnergy.evaluations(
        $0.evaluations, error: $0.error, forError: energy?.reason == nil ? energy?.error_kT : nil)
    }
    return Row(
      sequence: sequence, atoms: found.atoms, samples: found.samples, ess_fraction: found.ess_fraction,
      ess_fraction_trimmed: found.ess_fraction_trimmed, log_weight_spread: found.log_weight_spread,
      forward_ess_fraction: found.forward_ess_fraction,
      valid_bond_graph_fraction: found.valid_bond_graph_fraction,
      valid_bond_graph_weight: found.valid_bond_graph_weight,
      correct_chirality_fraction: found.correct_chirality_fraction, delta_f_phi_kT: energy?.delta_f_kT,
      error_kT: energy?.error_kT, error_doubt: energy?.reason, reference_delta_f_phi_kT: known?.freeEnergy,
      reference_error_kT: known?.error,
      energy_w2: distance("energy-w2")?.value, energy_w2_floor: distance("energy-w2")?.noise_floor,
      torus_w2: distance("torus-w2")?.value, torus_w2_floor: distance("torus-w2")?.noise_floor,
      energy_evaluations: found.samples,
      seconds: 1e-3 * found.milliseconds_per_weighted_sample * Double(found.samples),
      replica_exchange_energy_evaluations: needed,
      replica_exchange_seconds: needed.flatMap { needed in found.forces_per_second.map { needed / $0 } })
  }

  private static func percent(_ value: Double?) -> String { value.map { "\(significant(100 * $0, 3)) %" } ?? "–" }

  private static func line(_ row: Row) -> [String] {
    func energy(_ value: Double?, _ error: Double?) -> String {
      value.map { "\(significant($0, 3)) ± \(error.map { significant($0, 2) } ?? "?")" } ?? "–"
    }
    return [
      row.sequence, percent(row.ess_fraction), percent(row.ess_fraction_trimmed), percent(row.forward_ess_fraction),
      percent(row.valid_bond_graph_fraction), percent(row.correct_chirality_fraction),
      energy(row.delta_f_phi_kT, row.error_kT) + (row.delta_f_phi_kT == nil || row.error_doubt == nil ? "" : " or more")
        + (row.reference_delta_f_phi_kT == nil
          ? "" : " (\(energy(row.reference_delta_f_phi_kT, row.reference_error_kT)))"),
      significant(row.seconds, 3),
    ]
  }

  private static func csv(_ rows: [Row]) -> String {
    func cells(_ row: Row) -> [(column: String, text: String)] {
      func word(_ column: String, _ value: Double?) -> (column: String, text: String) {
        (column, value.map { "\($0)" } ?? "")
      }
      return [
        ("sequence", row.sequence), ("atoms", "\(row.atoms)"), ("samples", "\(row.samples)"),
        word("ess_fraction", row.ess_fraction), word("ess_fraction_trimmed", row.ess_fraction_trimmed),
        word("log_weight_spread", row.log_weight_spread), word("forward_ess_fraction", row.forward_ess_fraction),
        word("valid_bond_graph_fraction", row.valid_bond_graph_fraction),
        word("valid_bond_graph_weight", row.valid_bond_graph_weight),
        word("correct_chirality_fraction", row.correct_chirality_fraction),
        word("delta_f_phi_kT", row.delta_f_phi_kT), word("error_kT", row.error_kT),
        ("error_doubt", row.error_doubt.map { "\"\($0.replacingOccurrences(of: "\"", with: "\"\""))\"" } ?? ""),
        word("reference_delta_f_phi_kT", row.reference_delta_f_phi_kT),
        word("reference_error_kT", row.reference_error_kT),
        word("energy_w2", row.energy_w2), word("energy_w2_floor", row.energy_w2_floor),
        word("torus_w2", row.torus_w2), word("torus_w2_floor", row.torus_w2_floor),
        ("energy_evaluations", "\(row.energy_evaluations)"), word("seconds", row.seconds),
        word("replica_exchange_energy_evaluations", row.replica_exchange_energy_evaluations),
        word("replica_exchange_seconds", row.replica_exchange_seconds),
      ]
    }
    let table = rows.map(cells)
    return ([table[0].map(\.column)] + table.map { $0.map(\.text) }).map { $0.joined(separator: ",") + "\n" }.joined()
  }
}
