import ArgumentParser
import Energies
import Foundation
import MolFlow

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a normalizing flow of one molecule, or of peptides, by equilibrium frames and by the energy.",
    discussion: """
      EXAMPLES
        molsample train alanine-dipeptide
        molsample train alanine-dipeptide energy_rounds=1000 seed=3 output=my-model
        molsample train alanine-dipeptide data=none energy_rounds=400 start_temperature=1200
        molsample train alanine-dipeptide data=my-frames.nc output=my-model --resume
        molsample train alanine-dipeptide model=coupling objective=alpha_two
        molsample run alanine-dipeptide model=my-model/model.safetensors
        molsample train --set trajectories/train-dataset --validation trajectories/validation-dataset output=my-model

      model=autoregressive places the atoms one after another along a z-matrix; a causal transformer gives each bond, angle
      and torsion its density. model=coupling transforms all internal coordinates by spline couplings, model=cartesian
      whitened Cartesian ones, for molecules that stay near one shape.

      First the flow learns by maximum likelihood from frames of the reference ensemble (data=) that short dynamics moves on,
      then by an objective that knows the energy: log_variance compares density and energy on such frames and on samples
      of its own; reverse_kl and mixed follow the forces; alpha_two anneals samples to where the flow has too little density.
      data=none trains by the energy alone, from a high temperature down.

      model=equivariant, egnn, kernel-dynamics (Cartesian) and ffjord (internal coordinates) are continuous flows, which learn
      from frames by flow matching.

      --set FOLDER, once or more, trains one model on the peptides of data sets (`dataset`): model=transferable, or
      model=transferable-egnn, a continuous flow, as a baseline. Keys, with what they are where nothing is said:
        init_from=FILE                   a model to go on from
        width=128 layers=4 heads=4 head_width=128     sizes of the network; the shipped one has width=96
        bins=8 bound=5                   of the splines of bonds and angles: intervals, and where they become straight
        nodes=120 harmonics=12           of a torsion: nodes of its grid, highest of the waves that the network adds
        backbone_first=1                 0 places atoms residue by residue
        guidance=1                       0 takes away what the force field says of torsions, to compare
        rounds=200 pool=8192             rounds of so many frames, anew for each
        batch=256 peptides_at_once=8     frames and peptides of a minibatch
        peptides=N frames=4000           the first N peptides of each set (all), frames used of each
        rate=1e-3 energy_rate=2e-4       the rate of learning at the beginning and at the end of the rounds=, and in those of energy_rounds=
        variance_weight=1                of the energies of frames, beside their likelihood; 4 is better once a model is worth 10 %
        variance_bound=5                 kT from the median beyond which a sample pulls no harder
        shortfall_bound=B                samples with too little density by d pull by e^d − 1 instead of d, at most by B; 10 for a model
                                         that is worth a third
        heated_fraction=0                of a minibatch: frames whose torsions were made hot, by their energies alone; 0.4 helps with
                                         variance_weight=4
        variance_focus=0                 1 takes peptides more often whose energies the model knows worse
        average_decay=0.999 weight_decay=0.01 max_grad_norm=1
        feature_dropout=0                each feature of a peptide is left out of a minibatch with this probability
        energy_rounds=0                  rounds with samples of the model's own (so far they did more harm than good)
        seed=0
      transferable-egnn: width=64 layers=5, steps=N or tolerance=1e-4 of its integrator, and of the keys above those that are not of energies.
      A recipe from nothing, in steps of at most two hours: scripts/training/transferable.sh.

      Writes to OUTPUT (trajectories/SYSTEM-training without output=, with --set trajectories/transferable-training): model.safetensors (the last), best.safetensors
      (the best round's; by likelihood alone, with variance_weight=0, a flow ends by memorising its frames and this is the one to use),
      training.csv, curves as SVG and PNG, config.yaml and checkpoint.safetensors. --resume goes on after a kill, to the
      same bytes.
      """)

  @OptionGroup var arguments: SystemArguments

  @Option(help: ArgumentHelp("YAML file with the same keys; words on the command line win.", valueName: "file"))
  var config: String?

  @Flag(help: "Go on from the checkpoint in OUTPUT; without one, start.")
  var resume = false

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Data set of `dataset`, for a transferable flow; repeat for more.", valueName: "folder"))
  var sets: [String] = []

  @Option(
    help: ArgumentHelp(
      "Data set whose peptides decide which parameters are best; repeat for more.", valueName: "folder"))
  var validation: [String] = []

  func run() throws {
    if !sets.isEmpty { return try trainTransferable() }
    var overrides = try Overrides(arguments.words)
    if let config { try overrides.addDefaults(from: YAMLMapping(path: config), known: TrainingConfiguration.keys) }
    let description = try arguments.description(overrides: &overrides)
    let atomCount = try PreparedSystem(description, needsStructure: false).system.molecule.atomCount
    let configuration = try TrainingConfiguration(system: description, atomCount: atomCount, overrides: &overrides)
    let threads = try overrides.takeThreads()
    let checkpointSeconds = try overrides.takeNumber("checkpoint_seconds") ?? 60
    let output = overrides.takeText("output") ?? "trajectories/\(folderName(description.name))-training"
    try overrides.finish(known: TrainingConfiguration.keys)

    let prepared = try PreparedSystem(description, needsStructure: configuration.data == nil)
    let folder = try OutputFolder(path: output)
    if !resume, FileManager.default.fileExists(atPath: folder.file(TrainingFolder.checkpointName)) {
      throw UsageError(
        "\(output) holds a training run already", advice: "add --resume to go on with it, or choose another output=")
    }
    let outcome = try TrainingRun(
      configuration: configuration, prepared: prepared, folder: folder, threads: threads,
      checkpointInterval: checkpointSeconds
    ).run(resuming: resume)
    print(
      "\(description.name), \(outcome.kind) flow, \(outcome.rounds) rounds in \(Progress.duration(outcome.seconds))"
    )
    print("  energies          \(significant(Double(outcome.energyEvaluations), 4))")
    if let ess = outcome.effectiveFraction {
      print("  ESS               \(significant(100 * ess, 3)) % of the last round's own samples, nothing clipped")
    }
    print(
      "written: \(outcome.model), best.safetensors, training.csv, training.svg beside it\nnext: molsample run \(description.name) model=\(outcome.model)"
    )
  }

  private func trainTransferable() throws {
    var overrides = try Overrides(arguments.words)
    try arguments.refuseSystem(beside: sets[0])
    typealias Configuration = TransferableTraining.Configuration
    if let config { try overrides.addDefaults(from: YAMLMapping(path: config), known: Configuration.keys) }
    let configuration = try Configuration(sets: sets, validation: validation, overrides: &overrides)
    let threads = try overrides.takeThreads()
    let checkpointSeconds = try overrides.takeNumber("checkpoint_seconds") ?? 60
    let output = overrides.takeText("output") ?? "trajectories/transferable-training"
    try overrides.finish(known: Configuration.keys)
    let folder = try OutputFolder(path: output)
    try folder.lock()
    if !resume, FileManager.default.fileExists(atPath: folder.file(TrainingFolder.checkpointName)) {
      throw UsageError(
        "\(output) holds a training run already", advice: "add --resume to go on with it, or choose another output=")
    }
    let model = try TransferableTraining(
      configuration: configuration, folder: folder, threads: threads, checkpointInterval: checkpointSeconds
    ).run(resuming: resume)
    let isContinuous = configuration.plan.likelihoodObjective != LikelihoodObjective.name
    print(
      "written: \(output)/model.safetensors, best.safetensors, training.csv, training.svg\nnext: molsample "
        + (isContinuous ? "evaluate --sequence AK samples=32 steps=8 " : "run AK ") + "model=\(model)")
  }
}
