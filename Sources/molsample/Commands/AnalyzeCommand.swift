import ArgumentParser
import Energies
import Estimators
import Foundation
import Trajectories

struct AnalyzeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract: "What an ensemble or a trajectory holds: averages with errors, pictures, distances from a reference.",
    discussion: """
      EXAMPLES
        molsample analyze alanine-dipeptide --input trajectories/alanine-dipeptide-simulation
        molsample analyze alanine-dipeptide --input my-run/ensemble.nc --reference reference.nc output=pictures
        molsample analyze AK --input run --json

      --input is a folder of `run` or `simulate` (its first state), an ensemble.nc, or any trajectory that `energy` reads.
      The reference is trajectories/SYSTEM.nc where that exists, or --reference. Every distance stands beside its noise
      floor: the same distance between two parts of the reference as large as the ensemble is worth.

      Writes to output= (INPUT/analysis without it): analysis.json, dihedrals.csv, maps and profiles as CSV, SVG and (where
      rsvg-convert or gnuplot is installed) PNG. transport_samples=N bounds the points of T-W2 and TICA-W2 (10000, as in
      published values), lag=N is TICA's in frames.
      """)

  @OptionGroup var arguments: SystemArguments

  @Option(help: ArgumentHelp("Folder or file of samples.", valueName: "path"))
  var input: String

  @Option(help: ArgumentHelp("Samples of the true distribution to compare with.", valueName: "path"))
  var reference: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  struct Mean: Encodable {
    var name: String
    @ExplicitNull var value: Double?
    @ExplicitNull var error: Double?
    /// Frames of one walker that are worth one independent frame; null for importance samples.
    @ExplicitNull var statistical_inefficiency: Double?
    @ExplicitNull var reason: String?
  }

  struct Result: Encodable {
    var system: String
    var temperature_K: Double
    var frames: Int
    var walkers: Int
    @ExplicitNull var ess: Double?
    @ExplicitNull var ess_fraction: Double?
    @ExplicitNull var ess_fraction_trimmed: Double?
    @ExplicitNull var largest_weight_share: Double?
    @ExplicitNull var pareto_k: Double?
    var means: [Mean]
    var free_energies: [FreeEnergyResult]
    @ExplicitNull var reference: String?
    var distances: [ReferenceComparison.Distance]
    @ExplicitNull var tica_timescales_frames: [Double?]?
    var files: [String]
  }

  func run() throws {
    var overrides = try Overrides(arguments.words)
    let description = try arguments.description(overrides: &overrides)
    let transportSamples = try overrides.takeInteger("transport_samples", in: 10...100_000) ?? 10_000
    let lag = try overrides.takeInteger("lag", in: 1...1_000_000)
    let seed = try overrides.takeSeed() ?? 0
    let output = overrides.takeText("output")
    try overrides.finish(known: ["temperature", "transport_samples", "lag", "seed", "output"])
    let prepared = try PreparedSystem(description, needsStructure: false)
    let molecule = prepared.system.molecule
    func frames(_ path: String) throws -> SampledFrames {
      try SampledFrames.read(path, atomCount: molecule.atomCount, temperature: description.temperature)[0]
    }
    let ensemble = try frames(input)
    let referencePath = reference ?? ReferenceEnsemble.path(of: description)
    let other = try referencePath.map(frames)
    let temperature = ensemble.temperature ?? description.temperature
    let features = EnsembleFeatures(molecule)
    let tica = components(ensemble, other, features, lag: lag)

    var isDirectory: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: input, isDirectory: &isDirectory)
    let beside = isDirectory.boolValue ? input : (input as NSString).deletingLastPathComponent
    let folder = try OutputFolder(path: output ?? (beside.isEmpty ? "analysis" : "\(beside)/analysis"))
    let pictures = AnalysisCharts(
      title: "\(description.name), \(significant(temperature)) K", ensemble: ensemble, reference: other,
      features: features)
    var charts = Charts(folder: folder)
    var tables = ["dihedrals.csv"]
    try folder.write(dihedralTable(ensemble, features), as: "dihedrals.csv")
    for map in pictures.ramachandran() {
      try charts.write(map.chart, as: map.name)
      try folder.write(map.csv, as: map.name + ".csv")
      tables.append(map.name + ".csv")
    }
    if let chart = pictures.energies() { try charts.write(chart, as: "energies") }
    for profile in pictures.profiles() { try charts.write(profile.chart, as: profile.name) }
    if let chart = pictures.autocorrelation() { try charts.write(chart, as: "autocorrelation") }
    if let tica, let chart = pictures.tica(tica) { try charts.write(chart, as: "tica") }

    let statistics = try ensemble.logWeights.map { try WeightStatistics(logWeights: $0) }
    let result = Result(
      system: description.name, temperature_K: temperature, frames: ensemble.count,
      walkers: Set(ensemble.replicas).count, ess: statistics?.effectiveSampleSize,
      ess_fraction: statistics?.effectiveFraction, ess_fraction_trimmed: statistics?.trimmedEffectiveFraction,
      largest_weight_share: statistics?.largestShare, pareto_k: statistics?.paretoShape,
      means: means(ensemble, features),
      free_energies: description.regions.map {
        FreeEnergyResult(
          $0, angles: ensemble.x.dihedrals($0.atoms), logWeights: ensemble.logWeights, dependence: ensemble.dependence,
          temperature: temperature)
      },
      reference: referencePath,
      distances: other.map {
        ReferenceComparison(
          ensemble: ensemble, reference: $0, features: features, kT: SimulationState(temperature: temperature).kT,
          transportSamples: transportSamples, seed: seed
        ).distances(tica: tica)
      } ?? [],
      tica_timescales_frames: tica.map { Array($0.timescales.prefix(3)) }, files: tables + charts.files)
    try folder.write(try JSONOutput.encode(result) + "\n", as: "analysis.json")
    if json { return try JSONOutput.print(result) }
    print(text(result))
    print("written: \(folder.path)/analysis.json, \(result.files.joined(separator: ", "))")
    if let reason = charts.reasonWithoutPNG { Molsample.report("no PNG: \(reason)") }
  }

  /// Slow coordinates of the reference where its frames are a series, otherwise of the ensemble's.
  private func components(
    _ ensemble: SampledFrames, _ reference: SampledFrames?, _ features: EnsembleFeatures, lag: Int?
  ) -> IndependentComponents? {
    for frames in [reference, ensemble].compactMap({ $0 }) where frames.logWeights == nil {
      let all = features.tica(frames.x)
      guard all.dimension > 0 else { return nil }
      let series = frames.series
      let shortest = series.map(\.count).min() ?? 0
      let chosen = lag ?? min(100, shortest / 10)
      guard chosen > 0, shortest > chosen else { continue }
      let trajectories = series.map { walker in
        walker.flatMap { all.values[$0 * all.dimension..<($0 + 1) * all.dimension] }
      }
      if let found = try? IndependentComponents(trajectories, dimension: all.dimension, lag: chosen) { return found }
    }
    return nil
  }

  private func means(_ frames: SampledFrames, _ features: EnsembleFeatures) -> [Mean] {
    var observables: [(String, [Double])] = []
    if let energies = frames.potentialEnergies { observables.append(("potential_energy_kJ_mol", energies)) }
    for torsion in features.backbone.phi + features.backbone.psi {
      let angles = frames.x.dihedrals(torsion.atoms)
      observables.append(("cos_\(torsion.name)", angles.map { cos($0) }))
      observables.append(("sin_\(torsion.name)", angles.map { sin($0) }))
    }
    return observables.map { name, values in
      do {
        if let logWeights = frames.logWeights {
          let mean = try WeightedMean(of: values, weights: LogWeights(logWeights))
          return Mean(
            name: name, value: mean.value, error: mean.standardError, statistical_inefficiency: nil, reason: nil)
        }
        let mean = try CorrelatedMean(ofIndependent: frames.series.map { $0.map { values[$0] } })
        return Mean(
          name: name, value: mean.value, error: mean.standardError, statistical_inefficiency: mean.inefficiency.value,
          reason: nil)
      } catch {
        return Mean(name: name, value: nil, error: nil, statistical_inefficiency: nil, reason: "\(error)")
      }
    }
  }

  private func dihedralTable(_ frames: SampledFrames, _ features: EnsembleFeatures) -> String {
    let torsions = features.backbone.all
    let columns = torsions.map { frames.x.dihedrals($0.atoms) }
    var lines = [(["frame", "replica"] + torsions.map { "\($0.name)_rad" }).joined(separator: ",")]
    for frame in 0..<frames.count {
      lines.append(
        (["\(frame)", "\(frames.replicas[frame])"] + columns.map { "\($0[frame])" }).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func text(_ result: Result) -> String {
    var table = TextTable()
    table.add("frames", "\(result.frames) of \(result.walkers) walkers")
    if let ess = result.ess {
      table.add(
        "effective samples",
        "\(significant(ess)) = \(significant(100 * result.ess_fraction!, 3)) % of N (Kish, nothing clipped), "
          + "largest weight \(significant(100 * result.largest_weight_share!, 3)) %")
    }
    for mean in result.means {
      guard let value = mean.value else {
        table.add(mean.name, mean.reason ?? "")
        continue
      }
      var line = "\(significant(value)) ± \(mean.error.map { significant($0, 2) } ?? "unknown")"
      if let g = mean.statistical_inefficiency { line += ", one independent frame in \(significant(g, 3))" }
      table.add(mean.name, line)
    }
    for free in result.free_energies {
      table.add(
        "ΔF(\(free.name))", free.text())
    }
    if let reference = result.reference { table.add("reference", reference) }
    for distance in result.distances {
      guard let value = distance.value else {
        table.add(distance.name, "unknown: \(distance.reason ?? "")")
        continue
      }
      table.add(
        distance.name,
        "\(significant(value, 3)) \(distance.unit)"
          + (distance.noise_floor.map {
            " (noise floor \(significant($0, 3)) at \(distance.noise_floor_samples ?? 0) samples)"
          } ?? ""))
    }
    return "\(result.system) at \(significant(result.temperature_K)) K\n" + table.text
  }
}
