import Energies
import Foundation
import MolFlow
import Randomness
import Sampling
import Trajectories

/// A training run from its first round, or from its checkpoint, to its last.
///
/// Files: `model.safetensors` (the averaged parameters of the last checkpoint), `best.safetensors` (those of the best rounds),
/// `training.csv` (a line for each round), `training.svg` and `.png`, `checkpoint.safetensors`, `config.yaml`.
struct TrainingRun {
  typealias Target = BoltzmannDensity<MolecularEnergy>

  let configuration: TrainingConfiguration
  let prepared: PreparedSystem
  let folder: OutputFolder
  let threads: Int
  let checkpointInterval: Double

  struct Outcome {
    var model: String
    var kind: String
    var rounds: Int
    var energyEvaluations: Int
    var seconds: Double
    var effectiveFraction: Double?
  }

  func run(resuming: Bool) throws -> Outcome {
    let coordinates = try InternalCoordinates(prepared.system.molecule)
    let frames = try configuration.data.map { path in
      let frames = try CoordinateFile.read(path: path, atomCount: prepared.system.molecule.atomCount)
      guard frames.count >= 2 else {
        throw InputError(path, "has too few frames to train on", expected: "2 or more", found: "\(frames.count)")
      }
      if let reader = try? AmberTrajectoryReader(path: path), reader.frameVariables.contains(.logWeight) {
        throw InputError(
          path, "holds weighted samples, whose frames are not at equilibrium", expected: "frames of equal weight",
          advice: "give the resampled.nc that `molsample run` writes beside it")
      }
      let q = coordinates.inverseAndLogDet(frames).value
      if let bad = (0..<frames.count).first(where: { frame in
        (0..<q.dimension).contains { !q[frame, $0].isFinite } || q[frame, 0] == 0
      }) {
        throw InputError(path, "frame \(bad + 1) is not a configuration of the molecule: atoms lie on one another")
      }
      return frames
    }
    var model = try initialModel(coordinates: coordinates, frames: frames)
    let masses = try prepared.system.molecule.masses(hydrogenMass: 3)
    let variances = masses.flatMap { [Double](repeating: prepared.state.kT / $0, count: 3) }
    // Each thread evaluates its own shard; forces in single precision, as for other dynamics.
    let target = Target(MolecularEnergy(prepared.system, threads: 1, precision: .single), state: prepared.state)
    let dynamics = PropagatedFrames(
      kernel: LangevinDynamics(
        velocityVariances: variances, stepSize: configuration.timeStep_fs * 1e-3, friction: 1),
      stride: configuration.dataStride, snapshots: frames == nil ? 1 : 4)

    var plan = configuration.plan
    // init_from= decides the kind of flow.
    plan.likelihoodObjective = type(of: model.header.recipe).likelihoodObjective
    if type(of: model.header.recipe).needsStatistics, plan.energyRounds > 0 {
      throw UsageError(
        "\(configuration.initialModel ?? "the model") is a continuous flow, trained by flow matching, which knows no energy",
        advice: "add energy_rounds=0; likelihood_rounds is the length of the training")
    }
    var state = TrainingState(flow: model.flow, plan: plan)
    var spent = 0.0
    let files = TrainingFolder(folder: folder)
    if resuming { spent = try files.restore(digest: configuration.digest, into: &state) }
    try folder.write(configuration.yaml, as: "config.yaml")
    let table = try files.table(
      header: ["round", "stage", "negative_log_likelihood", "ess_fraction", "gradient_norm", "energy_evaluations"],
      rounds: state.round)

    var trainer = FlowTrainer(
      plan: plan, state: state, frames: frames, dynamics: dynamics, target: target, threads: threads)
    let begin = Date()
    func seconds() -> Double { spent + Date().timeIntervalSince(begin) }
    var lastCheckpoint = Date()
    var progress = Progress(total: configuration.plan.rounds, skipped: state.round, unit: "rounds")
    func save() throws {
      try table.synchronise()
      model.flow = trainer.averaged
      model.header.provenance = provenance(trainer.state, of: model)
      try files.write(try model.encoded(), as: TrainingFolder.modelName)
      if let best = trainer.best, let kept = trainer.state.best {
        var file = model
        file.flow = best
        file.header.provenance["rounds"] = "\(kept.round)"
        file.header.provenance["energy_evaluations"] = "at most \(trainer.state.energyEvaluations)"
        file.header.provenance[kept.isEffectiveFraction ? "ess_fraction_in_training" : "log_likelihood_in_training"] =
          significant(kept.score, 4)
        try files.write(try file.encoded(), as: TrainingFolder.bestName)
      }
      try files.save(trainer.state, digest: configuration.digest, seconds: seconds())
      lastCheckpoint = Date()
    }
    Interruption.watch()
    while trainer.state.round < configuration.plan.rounds {
      if Interruption.isRequested {
        try save()
        throw Interrupted(
          description:
            "interrupted after round \(trainer.state.round); the same command with --resume goes on from there")
      }
      let report: TrainingReport
      do {
        report = try trainer.advance()
      } catch {
        // What was learned so far is kept.
        try save()
        throw error
      }
      let nll = (report.negativeLogLikelihood ?? report.loss).map { significant($0, 7) } ?? ""
      let ess = report.effectiveFraction.map { significant($0, 4) } ?? ""
      try table.append([
        [
          "\(report.round + 1)", report.stage, nll, ess, significant(report.gradientNorm, 4),
          "\(trainer.state.energyEvaluations)",
        ]
      ])
      let temperature =
        report.temperatureRatio == 1
        ? "" : " at \(significant(report.temperatureRatio * configuration.system.temperature, 3)) K"
      let what =
        report.negativeLogLikelihood.map { "−log p \(significant($0, 6))" }
        ?? report.loss.map { "loss \(significant($0, 5))" }
        ?? "ESS \(significant(100 * (report.effectiveFraction ?? 0), 3)) %"
      let rate = Double((trainer.state.round - state.round) * configuration.plan.pool) / max(1e-3, seconds() - spent)
      progress.update(
        done: trainer.state.round,
        detail:
          "\(significant(rate, 3)) samples/s, \(report.stage)\(temperature), \(what), \(significant(Double(trainer.state.energyEvaluations), 3)) energies"
      )
      if Date().timeIntervalSince(lastCheckpoint) >= checkpointInterval { try save() }
    }
    try save()
    try files.writeCurves(TrainingCurves.ofMolecule, title: "Training of \(configuration.system.name)")
    return Outcome(
      model: folder.file(TrainingFolder.modelName), kind: type(of: model.header.recipe).kind,
      rounds: trainer.state.round,
      energyEvaluations: trainer.state.energyEvaluations, seconds: seconds(),
      effectiveFraction: trainer.state.effectiveFraction)
  }

  private func initialModel(coordinates: InternalCoordinates, frames: Configurations?) throws -> ModelFile {
    if let path = configuration.initialModel {
      guard let data = FileManager.default.contents(atPath: path) else { throw InputError(path, "cannot be read") }
      return try ModelFile(
        data, path: path, system: prepared.system, coordinates: coordinates,
        structure: frames?.slice(0..<1) ?? prepared.structure, state: prepared.state)
    }
    if type(of: configuration.recipe).isTransferable,
      let atom = PeptideAtomFeatures.unknownAtom(in: prepared.system.molecule)
    {
      throw InputError(
        configuration.system.name, "has atoms that a transferable model has no words for",
        found: prepared.system.molecule.label(ofAtom: atom), advice: "train a model of this molecule alone")
    }
    let coordinates = InternalCoordinates(
      try ZMatrix(prepared.system.molecule, order: configuration.recipe.placementOrder), threads: coordinates.threads)
    guard let structure = frames?.slice(0..<1) ?? prepared.structure else {
      throw InputError(
        configuration.system.name, "has no structure that shows its stereocentres",
        advice: "give coordinates with the system")
    }
    var subject = FlowSubject(
      prepared.system, coordinates: coordinates,
      scaling: try CoordinateScaling(
        prepared.system, zMatrix: coordinates.zMatrix, structure: structure, state: prepared.state),
      kT: prepared.state.kT)
    if let frames, !type(of: configuration.recipe).isTransferable {
      let few = frames.slice(0..<min(frames.count, 20_000))
      subject.scaling = subject.scaling.fitted(to: coordinates.inverseAndLogDet(few).value)
      if type(of: configuration.recipe).needsWhitening {
        subject.whitening = try Whitening(BodyFrameCoordinates(coordinates.zMatrix).inverseAndLogDet(few).value)
      }
    }
    if let frames, type(of: configuration.recipe).needsStatistics {
      let molecule = prepared.system.molecule
      subject.statistics = try CartesianStatistics(
        frames.slice(0..<min(frames.count, 20_000)), classes: PairClasses(molecule),
        signs: ChiralCenters(molecule).signs(of: structure), axes: prepared.system.axes)
    }
    if let frames, configuration.hasFittedBase {
      // Scaled coordinates of the frames, by the untrained flow itself.
      let flow = ModelFile(subject, recipe: configuration.recipe, seed: 0, provenance: [:]).flow
      subject.marginals = FittedMarginalsProposal(
        flow.scaledCoordinates(of: frames.slice(0..<min(frames.count, 20_000))), periodic: flow.circularLatents)
    }
    return ModelFile(subject, recipe: configuration.recipe, seed: configuration.plan.seed, provenance: [:])
  }

  private func provenance(
    _ state: TrainingState, of model: ModelFile
  ) -> [String: String] {
    var text = [
      "program": "molsample \(Version.current)", "system": configuration.system.name,
      "temperature_K": "\(configuration.system.temperature)",
      "force_field": configuration.system.forceField.joined(separator: " "),
      "solvent": configuration.system.solvent ?? "", "seed": "\(configuration.plan.seed)",
      "data": configuration.data.map { ($0 as NSString).lastPathComponent } ?? "none", "rounds": "\(state.round)",
      "energy_evaluations": "\(state.energyEvaluations)",
      "objective": configuration.plan.energyRounds > 0
        ? configuration.plan.objective : configuration.plan.likelihoodObjective,
      "configuration_digest": configuration.digest,
    ]
    if type(of: model.header.recipe).isTransferable {
      let earlier = ModelScope.peptides(of: model), own = configuration.system.name
      text["peptides"] = (earlier.contains(own) ? earlier : earlier + [own]).joined(separator: " ")
    }
    if let effectiveFraction = state.effectiveFraction {
      text["ess_fraction_in_training"] = significant(effectiveFraction, 4)
    }
    return text
  }
}
