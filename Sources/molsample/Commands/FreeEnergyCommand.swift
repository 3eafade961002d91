import ArgumentParser
import Energies
import Estimators
import Foundation
import Plots

struct FreeEnergyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "free-energy",
    abstract: "Free energies of regions and along collective variables, from one or many states by MBAR.",
    discussion: """
      EXAMPLES
        molsample free-energy alanine-dipeptide --input trajectories/alanine-dipeptide-simulation
        molsample free-energy alanine-dipeptide --input umbrella-folder --cv phi range=0,2 output=phi
        molsample free-energy AK --input run --cv psi-1 --cv distance:0,20 temperature=310 --json

      --input is a folder of `simulate` (all states that it kept: temperatures or umbrella windows, put together by MBAR),
      an ensemble.nc of `run`, or a trajectory; it may be given several times. Variables: a name from the system's
      free_energies, phi, psi, omega of the backbone (phi-2 where there are several), or dihedral:4,6,8,14, angle:4,6,8,
      distance:0,5 with atoms counted from 0.

      Where the second half of a simulation differs from the first by more than chance, that is said; discard=0.3 drops the
      first 30 % of every walker.

      range=LOW,HIGH (rad, or nm for distances) is the region compared with the rest; bins=N sets the profile's resolution.
      Errors are standard errors by leaving out independent walkers (or pieces of time) in turn, with MBAR solved anew.
      """)

  @OptionGroup var arguments: SystemArguments

  @Option(help: ArgumentHelp("Folder or file of samples; repeat for more.", valueName: "path"))
  var input: [String] = []

  @Option(
    help: ArgumentHelp("Collective variable; repeat for more. Without it, those of the system.", valueName: "name"))
  var cv: [String] = []

  @Flag(help: "Print one JSON object.")
  var json = false

  struct FreeEnergy: Encodable {
    var name: String
    var range: [Double]
    @ExplicitNull var delta_f_kT: Double?
    @ExplicitNull var error_kT: Double?
    @ExplicitNull var delta_f_kJ_mol: Double?
    @ExplicitNull var error_kJ_mol: Double?
    @ExplicitNull var delta_f_kcal_mol: Double?
    @ExplicitNull var error_kcal_mol: Double?
    /// ΔF of the walkers' second halves less that of the first, and its error: a drift beyond 3 errors is a reason.
    @ExplicitNull var drift_kT: Double?
    @ExplicitNull var drift_error_kT: Double?
    @ExplicitNull var reason: String?
  }

  struct Result: Encodable {
    var system: String
    var temperature_K: Double
    var states: Int
    var samples: Int
    var effective_samples: Double
    /// Of the simulation that the samples are from; null where it is not known.
    @ExplicitNull var energy_evaluations: Int?
    @ExplicitNull var smallest_overlap: Double?
    var free_energies: [FreeEnergy]
    var profiles: [String]
  }

  func run() throws {
    var overrides = try Overrides(arguments.words)
    let requestedTemperature = overrides.peek("temperature") != nil
    let description = try arguments.description(overrides: &overrides)
    let range = try overrides.takeNumbers("range", count: 2)
    let bins = try overrides.takeInteger("bins", in: 2...10_000) ?? 72
    let threads = try overrides.takeThreads()
    let output = overrides.takeText("output")
    let discarded = try overrides.takeNumber("discard") ?? 0
    guard (0..<1).contains(discarded) else { throw UsageError("discard must be a share from 0 to below 1") }
    try overrides.finish(known: ["temperature", "range", "bins", "discard", "threads", "output"])
    guard !input.isEmpty else { throw UsageError("no samples are named", advice: "add --input FOLDER or FILE") }
    guard range.map({ $0[0] != $0[1] }) ?? true else { throw UsageError("range has no width") }
    guard range == nil || cv.count == 1 else { throw UsageError("range= needs one --cv that it is for") }
    let prepared = try PreparedSystem(description, needsStructure: false)
    let molecule = prepared.system.molecule
    let inputs = try input.flatMap {
      try SampledFrames.read($0, atomCount: molecule.atomCount, temperature: description.temperature)
        .map { $0.discarding(discarded) }
    }
    let temperature =
      requestedTemperature
      ? description.temperature : inputs.compactMap(\.temperature).min() ?? description.temperature
    let states = try ReweightedStates(inputs, temperature: temperature, threads: threads)

    let names = cv.isEmpty ? description.regions.map(\.name) : cv
    guard !names.isEmpty else {
      throw UsageError("no collective variable is named", advice: "add --cv, for example --cv phi")
    }
    let folder = try OutputFolder(path: output ?? Self.defaultOutput(input[0]))
    let kT = SimulationState(temperature: temperature).kT
    var charts = Charts(folder: folder)
    var result = Result(
      system: description.name, temperature_K: temperature, states: inputs.count, samples: states.frameCount,
      effective_samples: try LogWeights(states.reweighting.logWeights).effectiveSampleSize,
      energy_evaluations: (try? SimulationFolder(path: input[0] + "/simulation.json"))?.energy_evaluations,
      smallest_overlap: states.reweighting.mbar.map { $0.overlap.bottlenecks.min()! }, free_energies: [], profiles: [])
    for name in names {
      let variable = try CollectiveVariable(name, description: description, molecule: molecule)
      let values = states.values(variable)
      if let region = range.map({ CollectiveVariable.Region(lower: $0[0], upper: $0[1]) })
        ?? description.regions.first(where: { $0.name == name }).map({
          CollectiveVariable.Region(lower: $0.range.lowerBound, upper: $0.range.upperBound)
        })
      {
        result.free_energies.append(freeEnergy(name, region, variable, values, states, kT))
      }
      let axis = variable.axis(values, bins: bins)
      let profile = try states.profile(values, axis: axis)
      let file = "profile-\(folderName(name.replacingOccurrences(of: ":", with: "-")))"
      try folder.write(Self.csv(variable, axis, profile, kT: kT), as: file + ".csv")
      result.profiles.append(file + ".csv")
      try charts.write(
        Self.chart(variable, axis, profile, title: "\(description.name), \(significant(temperature)) K"), as: file)
    }
    try folder.write(try JSONOutput.encode(result) + "\n", as: "free_energy.json")
    if json { return try JSONOutput.print(result) }
    print(text(result))
    print("written: \(folder.path)/free_energy.json, \((result.profiles + charts.files).joined(separator: ", "))")
    if let reason = charts.reasonWithoutPNG { Molsample.report("no PNG: \(reason)") }
  }

  private func freeEnergy(
    _ name: String, _ region: CollectiveVariable.Region, _ variable: CollectiveVariable, _ values: [Double],
    _ states: ReweightedStates, _ kT: Double
  ) -> FreeEnergy {
    let inside = values.map { region.contains($0, circular: variable.isCircular) }
    let found = states.freeEnergy(inside: inside)
    let kcal = kT / Units.kilojoulesPerKilocalorie
    var reason: String?
    if found.value == nil {
      reason = "all samples lie on one side of the region"
    } else if found.standardError == nil {
      reason = "one group of walkers holds all samples of one side: no error can be told"
    }
    let drift = states.drift(inside: inside)
    if reason == nil, let drift, abs(drift.value) > 3 * drift.standardError {
      reason =
        "the second half of the simulation differs from the first by \(significant(drift.value, 2)) ± "
        + "\(significant(drift.standardError, 2)) kT: it was not at equilibrium, drop its beginning (discard=0.3) or go on"
    }
    return FreeEnergy(
      name: name, range: [region.lower, region.upper], delta_f_kT: found.value, error_kT: found.standardError,
      delta_f_kJ_mol: found.value.map { $0 * kT }, error_kJ_mol: found.standardError.map { $0 * kT },
      delta_f_kcal_mol: found.value.map { $0 * kcal }, error_kcal_mol: found.standardError.map { $0 * kcal },
      drift_kT: drift?.value, drift_error_kT: drift?.standardError, reason: reason)
  }

  private func text(_ result: Result) -> String {
    var lines = [
      "\(result.system) at \(significant(result.temperature_K)) K (1 kT = \(significant(SimulationState(temperature: result.temperature_K).kT)) kJ/mol)"
    ]
    var table = TextTable()
    table.add(
      "samples",
      "\(result.samples) of \(result.states) states, worth \(significant(result.effective_samples, 3)) at this temperature"
    )
    if let overlap = result.smallest_overlap {
      table.add(
        "overlap",
        "\(significant(overlap, 2)) at the weakest link between states (\(FreeEnergyEstimate.smallestReliableOverlap) is the usual least)"
      )
    }
    for free in result.free_energies {
      guard let value = free.delta_f_kT else {
        table.add("ΔF(\(free.name))", "unknown: \(free.reason ?? "")")
        continue
      }
      func bar(_ error: Double?) -> String { error.map { significant($0, 2) } ?? "unknown" }
      table.add(
        "ΔF(\(free.name) in [\(significant(free.range[0])), \(significant(free.range[1]))))",
        "\(significant(value)) ± \(bar(free.error_kT)) kT")
      table.add("", "\(significant(free.delta_f_kJ_mol!)) ± \(bar(free.error_kJ_mol)) kJ/mol")
      table.add("", "\(significant(free.delta_f_kcal_mol!)) ± \(bar(free.error_kcal_mol)) kcal/mol")
      if let reason = free.reason { table.add("", reason) }
    }
    lines.append(table.text)
    return lines.joined(separator: "\n")
  }

  static func csv(
    _ variable: CollectiveVariable, _ axis: HistogramAxis, _ profile: (values: [Double?], errors: [Double?]), kT: Double
  ) -> String {
    var lines = [
      "\(variable.unit == "nm" ? "distance_nm" : "angle_rad"),free_energy_kT,error_kT,free_energy_kJ_mol,error_kJ_mol"
    ]
    for (center, (value, error)) in zip(axis.centers, zip(profile.values, profile.errors)) {
      func cell(_ value: Double?, _ scale: Double) -> String { value.map { "\($0 * scale)" } ?? "" }
      lines.append("\(center),\(cell(value, 1)),\(cell(error, 1)),\(cell(value, kT)),\(cell(error, kT))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// kT
  private static let largestErrorShown = 1.5

  static func chart(
    _ variable: CollectiveVariable, _ axis: HistogramAxis, _ profile: (values: [Double?], errors: [Double?]),
    title: String
  ) -> LineChart {
    // Bins that a few samples decide stay in the table; a picture of them would be one of noise.
    let shown = axis.centers.indices.filter { bin in
      guard profile.values[bin] != nil, let error = profile.errors[bin] else { return false }
      return error < largestErrorShown
    }
    return LineChart(
      title: title, x: variable.isCircular ? .torsion(variable.label) : Axis("\(variable.label) / \(variable.unit)"),
      y: Axis("F / kT", includesZero: true),
      series: [
        LineChart.Series(
          variable.label, x: axis.centers,
          y: axis.centers.indices.map { shown.contains($0) ? profile.values[$0]! : .nan },
          errors: axis.centers.indices.map { shown.contains($0) ? profile.errors[$0]! : 0 })
      ])
  }

  private static func defaultOutput(_ input: String) -> String {
    var isDirectory: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: input, isDirectory: &isDirectory)
    let folder = exists && isDirectory.boolValue ? input : (input as NSString).deletingLastPathComponent
    return folder.isEmpty ? "free-energy" : "\(folder)/free-energy"
  }
}
