import ArgumentParser
import Energies
import Foundation
import Sampling

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract:
      "Molecular dynamics and Monte Carlo of many walkers: reference ensembles, replica exchange, umbrella windows.",
    discussion: """
      EXAMPLES
        molsample simulate alanine-dipeptide steps=500000 stride=5000 replicas=64
        molsample simulate alanine-dipeptide max_temperature=700 replicas=32 steps=1000000 stride=5000 seed=1
        molsample simulate alanine-dipeptide umbrella=phi windows=24 steps=100000 stride=500 replicas=16
        molsample simulate alanine-dipeptide method=ghmc leapfrog_steps=50 max_temperature=800 bias=phi keep=all
        molsample simulate alanine-dipeptide --config simulation.yaml output=my-run
        molsample simulate alanine-dipeptide --config simulation.yaml output=my-run --resume

      METHODS (method=)
      \(SimulationKernel.help)
        Steps of the last three are tuned in a warm-up that is not counted.

      temperatures=300,350,… or max_temperature=T (a ladder chosen from energy overlaps) makes a replica exchange;
      umbrella=NAME makes windows on a dihedral that the system's free_energies name. bias=NAME puts a gentle harmonic bias
      (bias_center, bias_force_constant) on such a dihedral in all states but the first, so that a rare side is visited
      often; `free-energy` takes it out again. proline_isomers=yes starts as many walkers from cis as from trans peptide
      bonds before proline: no simulation turns these, and their shares stay what they were at the start.

      Writes to OUTPUT (trajectories/SYSTEM-simulation without output=): trajectory.nc (AMBER NetCDF of the first state,
      one frame of every replica each stride; trajectory-K.nc of the others with keep=all), energies.csv,
      simulation.json, config.yaml and checkpoint.json. --resume goes on after a kill, to the same bytes, or makes a
      finished simulation longer when steps= is more.
      """)

  @OptionGroup var arguments: SystemArguments

  @Option(
    help: ArgumentHelp(
      "YAML file with the same keys, or config.yaml of another simulate; words here win.", valueName: "file"))
  var config: String?

  @Flag(help: "Go on from the checkpoint in OUTPUT; without one, start.")
  var resume = false

  @Flag(help: "Print the report as one JSON object.")
  var json = false

  func run() throws {
    var overrides = try Overrides(arguments.words)
    let description = try arguments.description(
      config: config, known: SimulationConfiguration.keys, overrides: &overrides)
    let configuration = try SimulationConfiguration(system: description, overrides: &overrides)
    let threads = try overrides.takeThreads()
    let checkpointSeconds = try overrides.takeNumber("checkpoint_seconds") ?? 30
    let output = overrides.takeText("output") ?? "trajectories/\(folderName(description.name))-simulation"
    try overrides.finish(known: SimulationConfiguration.keys)

    let prepared = try PreparedSystem(description, needsStructure: true)
    let folder = try OutputFolder(path: output)
    if !resume, SimulationCheckpoint.exists(in: folder) {
      throw UsageError(
        "\(output) holds a simulation already", advice: "add --resume to go on with it, or choose another output=")
    }
    let outcome = try SimulationRun(
      configuration: configuration, prepared: prepared, folder: folder, threads: threads,
      checkpointInterval: checkpointSeconds
    ).run(resuming: resume)
    let report = try SimulationReport(outcome, configuration: configuration)
    try folder.write(try JSONOutput.encode(report) + "\n", as: "simulation.json")
    if json { return try JSONOutput.print(report) }
    print("\(description.name), \(configuration.method)\n\(report.text)")
    print(
      "\(significant(outcome.seconds, 3)) s"
        + (outcome.nanosecondsPerDay.map { ", \(significant($0, 3)) ns/day over all walkers" } ?? ""))
    print(
      "written: \(folder.path)/"
        + outcome.trajectories.map { ($0 as NSString).lastPathComponent }.joined(separator: ", ")
        + ", energies.csv, simulation.json, config.yaml\nnext: molsample free-energy or analyze, with --input \(folder.path)"
    )
  }
}

/// A system's name as a folder: what stands after the last slash, without odd characters.
func folderName(_ name: String) -> String {
  let last = name.split(separator: "/").last.map(String.init) ?? "system"
  return String(last.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" })
}
