import ArgumentParser
import Energies
import Estimators
import Foundation
import Sampling
import Trajectories

struct ReweightCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reweight",
    abstract: "The ensemble of a run at another temperature, or in another force field or solvent.",
    discussion: """
      EXAMPLES
        molsample reweight alanine-dipeptide --input my-run temperature=350 output=at-350
        molsample reweight alanine-dipeptide --input my-run --force-field amber96 --solvent obc1 output=in-amber96
        molsample reweight alanine-dipeptide --input my-run temperature=320 --json

      SYSTEM with its flags is the new state; --input is a folder of `run`, or an ensemble.nc. No sample is drawn: each gets
      the weight that it has in the new state. How far that goes is told by the new effective sample size and by the overlap
      of the two weightings. Writes OUTPUT/ensemble.nc and summary.json (INPUT/reweighted without output=), and prints the
      free-energy difference −ln(Z₁/Z₀) between the states with its error.

      Temperatures use the energies of the file, which are exact. Another force field or solvent evaluates them at the file's
      coordinates, which are rounded to single precision: log-weights then err by some hundredths of kT.
      """)

  @OptionGroup var arguments: SystemArguments

  @Option(help: ArgumentHelp("Folder of a run, or an ensemble.nc.", valueName: "path"))
  var input: String

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  struct Result: Encodable {
    var system: String
    var input: String
    var from_temperature_K: Double
    var temperature_K: Double
    /// Whether energies were evaluated anew, at coordinates in single precision.
    var energies_recomputed: Bool
    var samples: Int
    var ess: Double
    var ess_fraction: Double
    /// As in `summary.json` of a run.
    var ess_of: String
    var from_ess_fraction: Double
    var largest_weight_share: Double
    @ExplicitNull var pareto_k: Double?
    /// (Σ √(w₀ w₁))² of the normalised weights.
    var overlap: Double
    /// −ln(Z₁/Z₀) of 3N − 6 coordinates.
    var delta_f_kT: Double
    @ExplicitNull var error_kT: Double?
    /// −kT ln(Z₁/Z₀); null between temperatures, where it has no one kT.
    @ExplicitNull var delta_f_kJ_mol: Double?
    @ExplicitNull var delta_f_kcal_mol: Double?
    @ExplicitNull var reason: String?
    var free_energies: [FreeEnergyResult]
  }

  /// Samples whose energies are evaluated at a time.
  private static let portion = 4096

  func run() throws {
    var overrides = try Overrides(arguments.words)
    let description = try arguments.description(overrides: &overrides)
    let threads = try overrides.takeThreads()
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: input, isDirectory: &isDirectory) else {
      throw InputError(input, "there is no such file or folder")
    }
    let file = isDirectory.boolValue ? input + "/ensemble.nc" : input
    let place = isDirectory.boolValue ? input : (input as NSString).deletingLastPathComponent
    let output = overrides.takeText("output") ?? (place.isEmpty ? "reweighted" : place + "/reweighted")
    try overrides.finish(known: ["temperature", "output", "threads"])

    let prepared = try PreparedSystem(description, needsStructure: false)
    let reader = try AmberTrajectoryReader(path: file)
    guard reader.atomCount == prepared.system.molecule.atomCount else {
      throw InputError(
        file, "is an ensemble of another molecule", expected: "\(prepared.system.molecule.atomCount) atoms",
        found: "\(reader.atomCount) atoms")
    }
    guard let energies = try reader.values(of: .potentialEnergy), let u = try reader.values(of: .reducedPotential),
      let logQ = try reader.values(of: .logProposal), let oldTemperature = reader.number("temperature")
    else {
      throw InputError(
        file, "has no energies and log-densities of its samples", expected: "an ensemble.nc of `molsample run`")
    }
    // The same system in another temperature keeps its energies.
    let isSameEnergy = reader.text("system") == description.name && hasCataloguedEnergy(description)
    let folder = try OutputFolder(path: output)
    // Samples depend on each other as before.
    let walkers = try reader.values(of: .replica)
    let writer = try EnsembleWriter(
      path: folder.file("ensemble.nc"), atomCount: reader.atomCount,
      variables: [.potentialEnergy, .reducedPotential, .logProposal] + (walkers == nil ? [] : [.replica]),
      provenance: EnsembleProvenance(
        title: "\(description.name), reweighted", programVersion: Version.current, system: description.name,
        temperature: description.temperature, seed: UInt64(reader.text("seed") ?? "") ?? 0,
        stratifiedGroup: reader.text("stratified_group").flatMap { Int($0) }))
    let target = MolecularEnergy(prepared.system, threads: threads)
    var newU: [Double] = []
    var dihedrals: [String: [Double]] = [:]
    for start in stride(from: 0, to: reader.frameCount, by: Self.portion) {
      let frames = start..<min(start + Self.portion, reader.frameCount)
      let x = try reader.configurations(frames: frames)
      let portion = isSameEnergy ? Array(energies[frames]) : try target.energies(of: x)
      let reduced = portion.map { $0 / prepared.state.kT }
      var values = [
        FrameVariable.potentialEnergy: portion, .reducedPotential: reduced, .logProposal: Array(logQ[frames]),
      ]
      if let walkers { values[.replica] = Array(walkers[frames]) }
      try writer.append(x, values: values)
      newU += reduced
      for region in description.regions {
        dihedrals[region.name, default: []] += x.dihedrals(region.atoms)
      }
    }
    let (old, new) = (zip(u, logQ).map { -$0 - $1 }, zip(newU, logQ).map { -$0 - $1 })
    let dependence = Self.dependence(of: reader, walkers: walkers)
    let ratio = try PartitionFunctionRatio(first: old, second: new, dependence: dependence)
    let statistics = try WeightStatistics(logWeights: new, dependence: dependence)
    try writer.finish(logWeights: new)
    func effectiveSampleSize(_ logWeights: [Double], _ reduced: [Double]) throws -> Double {
      try EnsembleDrawing.Drawn(logWeights: logWeights, reducedPotentials: reduced, dihedrals: dihedrals)
        .effectiveSampleSize(dependence)
    }
    let (effective, before) = (try effectiveSampleSize(new, newU), try effectiveSampleSize(old, u))
    let count = Double(reader.frameCount)
    let isDependent = if case .groups = dependence { true } else { false }
    let isOneTemperature = abs(oldTemperature - description.temperature) < 1e-9
    let kJ = ratio.deltaF * prepared.state.kT
    let result = Result(
      system: description.name, input: file, from_temperature_K: oldTemperature,
      temperature_K: description.temperature, energies_recomputed: !isSameEnergy, samples: reader.frameCount,
      ess: effective, ess_fraction: effective / count, ess_of: isDependent ? RunSummary.ofAverages : RunSummary.kish,
      from_ess_fraction: before / count, largest_weight_share: statistics.largestShare,
      pareto_k: statistics.paretoShape, overlap: ratio.overlap, delta_f_kT: ratio.deltaF,
      error_kT: ratio.standardError, delta_f_kJ_mol: isOneTemperature ? kJ : nil,
      delta_f_kcal_mol: isOneTemperature ? kJ / Units.kilojoulesPerKilocalorie : nil,
      reason: Verdict.doubtOfErrors(statistics)?.text,
      free_energies: description.regions.map {
        FreeEnergyResult(
          $0, angles: dihedrals[$0.name, default: []], logWeights: new, dependence: dependence,
          temperature: description.temperature, doubt: Verdict.doubtOfErrors(statistics)?.text)
      })
    try folder.write(try JSONOutput.encode(result) + "\n", as: "summary.json")
    if json { return try JSONOutput.print(result) }
    print(text(result))
    print("written: \(folder.path)/ensemble.nc, summary.json")
  }

  /// As the file says: by walkers, in pairs of one stratum, or independent.
  private static func dependence(of reader: AmberTrajectoryReader, walkers: [Double]?) -> SampleDependence {
    if let walkers, walkers.contains(where: { $0 != walkers[0] }) {
      return .groups(walkers.map { Int($0) })
    }
    return reader.text("stratified_group").flatMap { Int($0) }.map { .pairs(groupSize: $0) } ?? .independent
  }

  /// Whether no flag changes what the system's name stands for, so that energies in its files are its energies.
  private func hasCataloguedEnergy(_ description: SystemDescription) -> Bool {
    guard var catalogued = try? SystemCatalog.description(of: description.name) else { return false }
    catalogued.temperature = description.temperature
    return catalogued.yaml == description.yaml
  }

  private func text(_ r: Result) -> String {
    var table = TextTable()
    table.add("from", "\(r.input), \(significant(r.from_temperature_K)) K")
    table.add(
      "energies", r.energies_recomputed ? "evaluated anew at the file's coordinates (single precision)" : "of the file")
    table.add(
      "effective samples",
      "\(significant(r.ess)) = \(significant(100 * r.ess_fraction, 3)) % of \(r.samples), "
        + "\(significant(100 * r.from_ess_fraction, 3)) % before (\(r.ess_of))")
    table.add("overlap", significant(r.overlap, 3))
    var difference = "\(significant(r.delta_f_kT, 6)) ± \(r.error_kT.map { significant($0, 2) } ?? "unknown") kT"
    if let kJ = r.delta_f_kJ_mol, let kcal = r.delta_f_kcal_mol {
      difference += " = \(significant(kJ, 5)) kJ/mol = \(significant(kcal, 5)) kcal/mol"
    }
    table.add("−ln(Z₁/Z₀)", difference)
    for free in r.free_energies {
      table.add(
        "ΔF(\(free.name))",
        free.text())
    }
    if let reason = r.reason { table.add("doubt", reason) }
    return "\(r.system) at \(significant(r.temperature_K)) K\n\(table.text)"
  }
}
