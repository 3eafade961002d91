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
        molsample run alanine-dipeptide error_kT=0.03           until ΔF is known to 0.03 kT
        molsample run alanine-dipeptide model=my-model/model.safetensors method=snf
        molsample run alanine-dipeptide model=my-model/model.safetensors adapt=20     the model learns from chains first
        molsample run --sequence ACE-GLY-NME --force-field amber14 --solvent obc1 temperature=310
        molsample run alanine-dipeptide --config run.yaml       the same keys from a file
        molsample run AK samples=50000 --dry-run                what would be done

      MODELS (model=)  the path of a model that `train` wrote, or one of
      \((ModelCatalog.kinds + [ModelCatalog.forceField]).joined(separator: ", ")).
      Where nothing is said, the first of these that comes with the system; for other peptides of the twenty residues and caps
      transferable, one model for all; else force-field, a first guess that needs no training.

      METHODS (method=)
      \(RunMethods.help)

      STOPPING  samples= is the most that is drawn: 20000, or 1000000 where another limit is given. ess=N, error_kT=E, seconds=T and
      evaluations=N stop before it, at so many effective samples, at this standard error of every ΔF (both from 2000 samples on), after this
      time, or after so many energies.

      adapt=N lets chains of the model's draws and local moves teach the model for N rounds; samples are drawn afterwards,
      from the model as it then is (adapted.safetensors), by whatever method.

      Writes to OUTPUT (trajectories/SYSTEM-run without output=): ensemble.nc (AMBER NetCDF with energies and weights of
      every sample), resampled.nc (as many samples as it is worth, without weights), restarts/ (some as rst7 and PDB),
      weights.npy, free_energy.csv, summary.json, config.yaml and report.html, a page with pictures and the molecule.

      Where the system names a free-energy difference, its rare side is drawn more often, which weights make good
      (oversample=no leaves it out). The verdict is trusted, use with care, or not converged (exit code 3), with reasons.
      Beside the weights it rests on short replica exchange from the samples, which looks for regions that the model never
      draws (check=no leaves it out), and on the reference ensemble where the system has one. A run that was interrupted goes
      on where it was when the same command is given again, to the same result; with more samples= it goes on from those that
      are there. Other settings need another output=: what is in it is not replaced.
      """)

  @OptionGroup var arguments: SystemArguments

  @Option(
    help: ArgumentHelp(
      "YAML file with the same keys, or config.yaml of another run; words here win.", valueName: "file"))
  var config: String?

  @Flag(help: "Print the summary as one JSON object.")
  var json = false

  @Flag(help: "Say what would be done, and how long it would take; write nothing.")
  var dryRun = false

  func run() throws {
    let start = Date()
    var overrides = try Overrides(arguments.words)
    let description = try arguments.description(config: config, known: RunConfiguration.keys, overrides: &overrides)
    let configuration = try RunConfiguration(system: description, overrides: &overrides)
    let threads = try overrides.takeThreads()
    let output = overrides.takeText("output") ?? "trajectories/\(folderName(description.name))-run"
    try overrides.finish(known: RunConfiguration.keys)

    let prepared = try PreparedSystem(description, needsStructure: true)
    let random = RandomStream(seed: configuration.seed)
    var file = try configuration.modelPath.map { try ModelCatalog.load($0, prepared: prepared) }
    let scope = file.flatMap { ModelScope($0, of: prepared) }
    if let scope { Molsample.report("\(configuration.model): \(scope.text)") }
    let wordless = file == nil ? ModelCatalog.wordless(prepared.system.molecule) : nil
    if let wordless { Molsample.report(wordless) }
    let remarks = scope?.remarks ?? wordless.map { [$0] }
    func stratified(_ model: NormalizingFlow) throws -> NormalizingFlow {
      guard configuration.oversamples, let region = description.regions.first else { return model }
      return try model.stratified(
        region.atoms, rareSideOf: CircularRange(from: region.range.lowerBound, to: region.range.upperBound),
        using: random.child(.strata), threads: threads)
    }
    func makeProposal(_ flow: NormalizingFlow?, threads: Int) throws -> any Proposal {
      if let flow { return FlowProposal(flow, threads: threads) }
      return try ModelCatalog.proposal(nil, prepared: prepared, threads: threads)
    }
    if dryRun {
      return try DryRun(
        configuration, prepared: prepared,
        proposal: makeProposal(file.map { try stratified($0.flow) }, threads: threads), output: output, threads: threads
      ).print()
    }
    let folder = try OutputFolder(path: output)
    try folder.lock()
    try EnsembleDrawing.refuseToReplace(in: folder, configuration)
    try folder.write(configuration.yaml, as: "config.yaml")

    var learned: RunSummary.Adaptation?
    if configuration.adaptationRounds > 0, let model = file {
      let adaptation = try RunAdaptation(configuration, model, prepared: prepared, folder: folder, threads: threads)
      (file, learned) = (adaptation.model, adaptation.summary)
    }
    let model = file?.flow
    let flow = try model.map { try stratified($0) }
    let proposal = try makeProposal(flow, threads: threads)
    let pilot = try RunPilot(
      proposal, target: BoltzmannDensity(MolecularEnergy(prepared.system, threads: threads), state: prepared.state),
      using: random)
    let (method, reason) = configuration.chosenMethod(pilot)
    if let reason { Molsample.report("method \(method.name): \(reason)") }
    let setting = RunSetting(
      prepared: prepared, proposal: proposal, ofOneThread: try makeProposal(flow, threads: 1),
      withoutStrata: try makeProposal(model, threads: threads), pilot: pilot, random: random, threads: threads)
    let made = try method.make(setting)
    let provenance = provenance(configuration, method, made)
    let drawing = EnsembleDrawing(
      configuration: configuration, atomCount: prepared.system.molecule.atomCount, kT: prepared.state.kT,
      folder: folder, provenance: provenance)
    let (samples, dependence) = try drawing.draw(made)

    let statistics = try WeightStatistics(logWeights: samples.logWeights, dependence: dependence)
    let effective = try samples.effectiveSampleSize(dependence)
    let isWeightedDraws = method.name == RunMethods.importance.name
    let judgement = try RunJudgement(
      configuration, ensembleFile: folder.file("ensemble.nc"), prepared: prepared, proposal: proposal,
      effectiveSamples: effective, ofProposal: isWeightedDraws ? statistics : pilot.statistics,
      threads: threads)
    let features = EnsembleFeatures(prepared.system.molecule)
    let files = RunFiles(
      folder: folder, molecule: prepared.system.molecule, provenance: provenance, seed: configuration.seed)
    try files.writeWeights(samples.logWeights)
    try files.writeFreeEnergies(judgement.ensemble, features: features)
    let resampled = try files.writeResampled(
      samples.logWeights, along: description.regions.first.flatMap { samples.dihedrals[$0.name] },
      effectiveSamples: effective, restarts: configuration.restarts)
    var evidence = judgement.evidence
    evidence.independentGroups = samples.walkers.map { Set($0).count }
    evidence.acceptanceOfDraws = samples.diagnostics[RunMethods.acceptanceOfDraws]
    let verdict = Verdict(statistics, effectiveSamples: effective, evidence)
    let isDependent = if case .groups = dependence { true } else { false }
    let freeEnergies = description.regions.map {
      FreeEnergyResult(
        $0, angles: samples.dihedrals[$0.name, default: []], logWeights: samples.logWeights, dependence: dependence,
        temperature: description.temperature, doubt: Verdict.doubtOfErrors(statistics)?.text)
    }
    // What went on from earlier samples took only a share of the time.
    let share = Double(samples.count - samples.earlier) / Double(samples.count)
    let cost = SamplingCost(
      seconds: share > 0 ? samples.seconds.map { $0 / share } : nil, evaluations: samples.evaluations,
      effectiveSamples: effective, freeEnergies: freeEnergies, reference: judgement.reference?.path,
      rate: judgement.evaluationRate)
    let roundTrip = try model.flatMap { try RoundTripError($0, of: judgement.ensemble.x, threads: threads) }
    let summary = RunSummary(
      system: description.name, method: method.name, method_reason: reason,
      method_diagnostics: samples.diagnostics, model: configuration.model,
      model_scope: remarks, adaptation: learned, samples: samples.count, stopped_by: samples.stopped,
      seed: configuration.seed, temperature_K: description.temperature, ess: effective,
      ess_fraction: effective / Double(samples.count), ess_of: isDependent ? RunSummary.ofAverages : RunSummary.kish,
      ess_fraction_trimmed: statistics.trimmedEffectiveFraction, trim: "the largest 0.2 % of the weights dropped",
      ess_fraction_halves: statistics.splitHalfEffectiveFractions.map { [$0.lowerBound, $0.upperBound] },
      largest_weight_share: statistics.largestShare, pareto_k: statistics.paretoShape,
      impossible_samples: statistics.zeroWeightCount, log_z: statistics.logPartitionFunction,
      log_z_error: method.name == RunMethods.chains.name
        ? pilot.statistics.logPartitionFunctionError : statistics.logPartitionFunctionError,
      error_bars_reliable: Verdict.doubtOfErrors(statistics) == nil,
      energy_evaluations: samples.evaluations + pilot.samples + (learned?.energy_evaluations ?? 0)
        + (judgement.check?.energy_evaluations ?? 0),
      seconds: Date().timeIntervalSince(start), cost: cost, valid_structure_share: judgement.evidence.validShare,
      round_trip: roundTrip,
      forward_check: judgement.check, reference: judgement.reference?.path,
      forward_ess_fraction: judgement.forwardEffectiveFraction, analysed_samples: judgement.ensemble.count,
      distances: judgement.distances,
      resampled_samples: resampled, verdict: verdict.grade.rawValue,
      reasons: (scope?.remarks.map { "the model\(learned == nil ? "" : ", before it learned"): \($0)" } ?? [])
        + [wordless].compactMap(\.self)
        + verdict.reasons(
          effectiveSamples: effective, largestShare: statistics.largestShare, evidence,
          of: origin(file, configuration)),
      free_energies: freeEnergies,
      configuration_digest: configuration.digest, molsample_version: Version.current)
    try folder.write(try JSONOutput.encode(summary) + "\n", as: "summary.json")
    try RunReport.write(
      summary, to: folder, features: features, ensemble: judgement.ensemble, reference: judgement.reference,
      logWeights: samples.logWeights)
    if json {
      try JSONOutput.print(summary)
    } else {
      print("\(description.name) at \(significant(description.temperature)) K\n\(summary.text)")
      print("written to \(folder.path): report.html, ensemble.nc, resampled.nc, restarts, summary.json, …")
    }
    if verdict.grade == .notConverged { throw NotConverged() }
  }

  private func origin(_ model: ModelFile?, _ configuration: RunConfiguration) -> Verdict.Origin {
    guard let model else { return .untrained }
    let recipe = type(of: model.header.recipe)
    return recipe.isTransferable && recipe.likelihoodObjective == LikelihoodObjective.name
      && configuration.adaptationRounds == 0 ? .adaptable : .trained
  }

  private func provenance(
    _ configuration: RunConfiguration, _ method: RunMethod, _ made: any EnsembleMethod
  ) -> EnsembleProvenance {
    let group: Int? = if case .pairs(let size) = made.dependence { size } else { nil }
    return EnsembleProvenance(
      title: "\(configuration.system.name), \(method.name) from \(configuration.model)",
      programVersion: Version.current, system: configuration.system.name,
      temperature: configuration.system.temperature, seed: configuration.seed,
      configurationDigest: configuration.digest, stratifiedGroup: group)
  }
}
