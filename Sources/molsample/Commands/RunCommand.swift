import ArgumentParser
import Energies
import Estimators
import Foundation
import MolFlow
import Randomness
import Sampling
import Trajectories

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Draws an equilibrium ensemble with exact weights and says whether to trust it.",
    discussion: """
      EXAMPLES
        molsample run alanine-dipeptide
        molsample run alanine-dipeptide samples=100000 seed=7 output=my-ensemble
        molsample run --sequence ACE-GLY-NME --force-field amber14 --solvent obc1 temperature=310

      Writes to OUTPUT (trajectories/SYSTEM-run without output=): ensemble.nc (AMBER NetCDF with energies and weights of
      every sample), resampled.nc (as many samples as it is worth, without weights), restarts/ (some as rst7 and PDB),
      weights.npy, free_energy.csv, summary.json, config.yaml and report.html, a page with pictures and the molecule.

      The verdict is trusted, use with care, or not converged (exit code 3), with reasons. Beside the weights it rests on
      short replica exchange from the samples, which looks for regions that the model never draws (check=no leaves it
      out), and on the reference ensemble where the system has one. A run that was interrupted goes on where it was when
      the same command is given again, to the same result.
      """)

  @OptionGroup var arguments: SystemArguments

  @Flag(help: "Print the summary as one JSON object.")
  var json = false

  /// Samples between two synchronisations of the file.
  private static let portion = 2048

  func run() throws {
    let start = Date()
    var overrides = try Overrides(arguments.words)
    let description = try arguments.description(overrides: &overrides)
    let configuration = try RunConfiguration(system: description, overrides: &overrides)
    let threads = try overrides.takeThreads()
    let output = overrides.takeText("output") ?? "trajectories/\(folderName(description.name))-run"
    try overrides.finish(known: RunConfiguration.keys)

    let prepared = try PreparedSystem(description, needsStructure: true)
    let target = BoltzmannDensity(MolecularEnergy(prepared.system, threads: threads), state: prepared.state)
    let proposal = try ModelCatalog.proposal(configuration.modelPath, prepared: prepared, threads: threads)
    let folder = try OutputFolder(path: output)
    try folder.write(configuration.yaml, as: "config.yaml")

    let samples = try draw(configuration, prepared: prepared, target: target, proposal: proposal, folder: folder)
    let statistics = try WeightStatistics(logWeights: samples.logWeights)
    let judgement = try RunJudgement(
      configuration, ensembleFile: folder.file("ensemble.nc"), prepared: prepared, proposal: proposal,
      statistics: statistics, threads: threads)
    let features = EnsembleFeatures(prepared.system.molecule)
    let files = RunFiles(
      folder: folder, molecule: prepared.system.molecule, provenance: provenance(configuration),
      seed: configuration.seed)
    try files.writeWeights(samples.logWeights)
    try files.writeFreeEnergies(judgement.ensemble, features: features)
    let resampled = try files.writeResampled(samples.logWeights, restarts: configuration.restarts)
    let verdict = Verdict(statistics, judgement.evidence)
    let summary = RunSummary(
      system: description.name, method: configuration.method, model: configuration.model,
      samples: configuration.samples,
      seed: configuration.seed, temperature_K: description.temperature, ess: statistics.effectiveSampleSize,
      ess_fraction: statistics.effectiveFraction, ess_fraction_trimmed: statistics.trimmedEffectiveFraction,
      trim: "the largest 0.2 % of the weights dropped",
      ess_fraction_halves: statistics.splitHalfEffectiveFractions.map { [$0.lowerBound, $0.upperBound] },
      largest_weight_share: statistics.largestShare, pareto_k: statistics.paretoShape,
      impossible_samples: statistics.zeroWeightCount, log_z: statistics.logPartitionFunction,
      log_z_error: statistics.logPartitionFunctionError,
      error_bars_reliable: Verdict.heavyTail(statistics) == nil,
      energy_evaluations: configuration.samples + (judgement.check?.energy_evaluations ?? 0),
      seconds: Date().timeIntervalSince(start), valid_structure_share: judgement.evidence.validShare,
      forward_check: judgement.check, reference: judgement.reference?.path,
      forward_ess_fraction: judgement.forwardEffectiveFraction, analysed_samples: judgement.ensemble.count,
      distances: judgement.distances,
      resampled_samples: resampled, verdict: verdict.text, reasons: verdict.reasons,
      free_energies: try description.regions.map {
        try WeightedFreeEnergy.of(
          $0, angles: samples.dihedrals[$0.name, default: []], logWeights: samples.logWeights, statistics)
      },
      configuration_digest: configuration.digest, molsample_version: Version.current)
    try folder.write(try JSONOutput.encode(summary) + "\n", as: "summary.json")
    let resampledFrames = try AmberTrajectoryReader(path: folder.file("resampled.nc"))
    let report = RunReport(
      summary: summary, ensemble: judgement.ensemble, reference: judgement.reference, features: features,
      logWeights: samples.logWeights, shown: try resampledFrames.configurations(frames: 0..<min(20, resampled)))
    try folder.write(report.html(), as: "report.html")
    if json {
      try JSONOutput.print(summary)
    } else {
      print("\(description.name) at \(significant(description.temperature)) K\n\(summary.text)")
      print("written to \(folder.path): report.html, ensemble.nc, resampled.nc, restarts, summary.json, …")
    }
    if verdict.grade == .notConverged { throw NotConverged() }
  }

  private func provenance(_ configuration: RunConfiguration) -> EnsembleProvenance {
    EnsembleProvenance(
      title: "\(configuration.system.name), \(configuration.method) from \(configuration.model)",
      programVersion: Version.current, system: configuration.system.name,
      temperature: configuration.system.temperature, seed: configuration.seed,
      configurationDigest: configuration.digest)
  }

  /// The weights and the dihedrals that free energies need: configurations themselves stay in the file.
  struct Drawn {
    var logWeights: [Double] = []
    /// By region, rad.
    var dihedrals: [String: [Double]] = [:]
  }

  private func draw(
    _ configuration: RunConfiguration, prepared: PreparedSystem, target: some TargetDensity,
    proposal: some Proposal, folder: OutputFolder
  ) throws -> Drawn {
    let path = folder.file("ensemble.nc")
    let atomCount = prepared.system.molecule.atomCount
    let regions = configuration.system.regions
    let provenance = provenance(configuration)
    if let whole = try recorded(path, configuration), whole.logWeights.count == configuration.samples {
      Molsample.report("the samples of this configuration are there already")
      return whole
    }
    var drawn = Drawn()
    let writer: EnsembleWriter
    if let earlier = try recorded(EnsembleWriter.unfinishedPath(of: path), configuration) {
      drawn = earlier
      writer = try EnsembleWriter(
        resuming: path, atomCount: atomCount, frames: earlier.logWeights.count, provenance: provenance)
      Molsample.report("resuming after \(earlier.logWeights.count) samples")
    } else {
      writer = try EnsembleWriter(path: path, atomCount: atomCount, provenance: provenance)
    }
    let kT = prepared.state.kT
    let random = RandomStream(seed: configuration.seed)
    var progress = Progress(total: configuration.samples, skipped: drawn.logWeights.count)
    Interruption.watch()
    while drawn.logWeights.count < configuration.samples {
      if Interruption.isRequested {
        throw Interrupted(
          description: "interrupted after \(drawn.logWeights.count) samples; the same command goes on from there")
      }
      let first = drawn.logWeights.count
      let range = first..<min(first + Self.portion, configuration.samples)
      let samples = try ImportanceSampler().sample(range, from: proposal, to: target, using: random)
      try writer.append(
        samples.x,
        values: [
          .potentialEnergy: samples.reducedPotentials.map { $0 * kT }, .reducedPotential: samples.reducedPotentials,
          .logProposal: samples.logProposals,
        ])
      try writer.synchronise()
      drawn.logWeights += samples.logWeights
      // From coordinates as the file rounds them, so that a resumed run finds the same.
      for region in regions { drawn.dihedrals[region.name, default: []] += dihedrals(region, rounded(samples.x)) }
      let ess = (try? LogWeights(drawn.logWeights).effectiveSampleSize) ?? 0
      progress.update(done: drawn.logWeights.count, detail: "\(significant(ess, 3)) effective")
    }
    try writer.finish(logWeights: drawn.logWeights)
    return drawn
  }

  /// What an earlier run of the same configuration left behind: all, or whole portions, as the rest was not yet synchronised.
  private func recorded(_ path: String, _ configuration: RunConfiguration) throws -> Drawn? {
    guard FileManager.default.fileExists(atPath: path), let reader = try? AmberTrajectoryReader(path: path),
      reader.text("configuration_digest") == configuration.digest,
      let potentials = try? reader.values(of: .reducedPotential), let proposals = try? reader.values(of: .logProposal)
    else { return nil }
    let count = min(potentials.count, proposals.count, configuration.samples)
    let frames = count == configuration.samples ? count : count / Self.portion * Self.portion
    guard frames > 0 else { return nil }
    var drawn = Drawn(logWeights: (0..<frames).map { -potentials[$0] - proposals[$0] })
    for start in stride(from: 0, to: frames, by: Self.portion) {
      let x = try reader.configurations(frames: start..<min(start + Self.portion, frames))
      for region in configuration.system.regions {
        drawn.dihedrals[region.name, default: []] += dihedrals(region, x)
      }
    }
    return drawn
  }

  /// Coordinates through float Å and back, as the NetCDF file keeps them.
  private func rounded(_ x: Configurations) -> Configurations {
    var result = x
    for i in result.coordinates.indices {
      result.coordinates[i] =
        Double(Float(x.coordinates[i] / Units.nanometersPerAngstrom)) * Units.nanometersPerAngstrom
    }
    return result
  }

  private func dihedrals(_ region: SystemDescription.DihedralRegion, _ x: Configurations) -> [Double] {
    x.dihedrals(region.atoms)
  }
}
