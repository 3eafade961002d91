import Energies
import Foundation
import MolFlow
import Randomness
import Sampling
import Trajectories

/// Trains a transferable flow on the peptides of data sets; files as `TrainingRun`.
struct TransferableTraining {
  /// Everything that decides what a run computes.
  struct Configuration {
    var plan = TrainingPlan()
    var recipe: any FlowRecipe
    var peptidesAtOnce = 4
    /// Frames of each peptide that are used, evenly spaced.
    var frames = 4000
    /// The first so many peptides of each set; nil for all.
    var peptides: Int?
    var weightDecay = 0.01
    var sets: [String]
    var validation: [String]
    var initialModel: String?

    static let kinds = FlowRecipes.all.filter { $0.isTransferable }

    static let keys =
      [
        "seed", "model", "init_from", "rounds", "energy_rounds", "pool", "batch", "peptides", "peptides_at_once",
        "frames", "rate", "energy_rate", "variance_weight", "bound", "weight_decay", "max_grad_norm", "average_decay",
        "output", "threads", "checkpoint_seconds",
      ] + Set(kinds.flatMap { $0.init(atomCount: 3).sizes.keys }).sorted()

    init(sets: [String], validation: [String], overrides: inout Overrides) throws {
      (self.sets, self.validation) = (sets, validation)
      func positive(_ key: String, _ fallback: Double) throws -> Double {
        guard let value = try overrides.takeNumber(key) else { return fallback }
        guard value > 0 else { throw UsageError("\(key)=\(value) must be positive") }
        return value
      }
      initialModel = overrides.takeText("init_from")
      plan.seed = try overrides.takeSeed() ?? 0
      plan.likelihoodRounds = try overrides.takeInteger("rounds", in: 0...10_000_000) ?? 200
      plan.energyRounds = try overrides.takeInteger("energy_rounds", in: 0...10_000_000) ?? 100
      guard plan.rounds > 0 else { throw UsageError("rounds and energy_rounds are both 0") }
      plan.pool = try overrides.takeInteger("pool", in: 1...10_000_000) ?? 16_384
      plan.batch = try overrides.takeInteger("batch", in: 1...1_000_000) ?? 256
      plan.likelihoodRate = try positive("rate", 1e-3)
      plan.energyRate = try positive("energy_rate", 2e-4)
      plan.bound = try positive("bound", 5)
      guard let varianceWeight = try overrides.takeNumber("variance_weight") ?? plan.varianceWeight as Double?,
        varianceWeight >= 0
      else { throw UsageError("variance_weight must not be negative") }
      plan.varianceWeight = varianceWeight
      plan.largestNorm = try positive("max_grad_norm", 1)
      plan.averageDecay = try overrides.takeNumber("average_decay") ?? 0.999
      peptidesAtOnce = try overrides.takeInteger("peptides_at_once", in: 1...10_000) ?? peptidesAtOnce
      peptides = try overrides.takeInteger("peptides", in: 1...1_000_000)
      frames = try overrides.takeInteger("frames", in: 2...100_000_000) ?? frames
      weightDecay = try overrides.takeNumber("weight_decay") ?? weightDecay
      if initialModel != nil,
        let word = (["model"] + Self.kinds.flatMap { $0.init(atomCount: 3).sizes.keys }).first(where: {
          overrides.peek($0) != nil
        })
      {
        throw UsageError("\(word) is decided by init_from", advice: "leave it out")
      }
      recipe = try overrides.takeRecipe(among: Self.kinds, usual: GuidedNetwork.Options.self, atomCount: 3)
      if recipe is TransferableFieldRecipe { plan.energyRounds = 0 }
    }

    var yaml: String {
      let sizes =
        ["model: \(type(of: recipe).kind)"] + recipe.sizes.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      return
        ([
          "# Resolved configuration; molsample \(Version.current)", "sets: [\(sets.joined(separator: ", "))]",
          "validation: [\(validation.joined(separator: ", "))]", "seed: \(plan.seed)",
          "rounds: \(plan.likelihoodRounds)", "energy_rounds: \(plan.energyRounds)", "pool: \(plan.pool)",
          "batch: \(plan.batch)",
          "peptides: \(peptides.map(String.init) ?? "all")", "peptides_at_once: \(peptidesAtOnce)", "frames: \(frames)",
          "rate: \(plan.likelihoodRate)", "energy_rate: \(plan.energyRate)",
          "variance_weight: \(plan.varianceWeight)", "bound: \(plan.bound)", "weight_decay: \(weightDecay)",
          "max_grad_norm: \(plan.largestNorm)",
          "average_decay: \(plan.averageDecay)", "init_from: \(initialModel ?? "none")",
        ] + sizes).joined(separator: "\n") + "\n"
    }

    var digest: String { ConfigurationDigest.of(yaml) }
  }

  let configuration: Configuration
  let folder: OutputFolder
  let threads: Int
  let checkpointInterval: Double

  func run(resuming: Bool) throws -> String {
    let peptides = try Self.load(configuration.sets, frames: configuration.frames, first: configuration.peptides)
    let validation = try Self.load(configuration.validation, frames: configuration.frames, first: nil)
    if let both = validation.first(where: { one in peptides.contains { $0.name == one.name } }) {
      throw UsageError("\(both.name) is in the set that is trained on and in that of validation")
    }
    Molsample.report("\(peptides.count) peptides to train on, \(validation.count) to validate")
    var model = try initialModel(peptides[0])
    let flows = try (peptides + validation).map { peptide in
      TransferableTrainer.Peptide(
        name: peptide.name,
        flow: ModelFile(try peptide.subject, recipe: model.header.recipe, seed: 0, provenance: [:]).flow,
        target: BoltzmannDensity(
          MolecularEnergy(peptide.prepared.system, threads: 1, precision: .single), state: peptide.prepared.state),
        frames: peptide.frames, reducedPotentials: peptide.reducedPotentials)
    }
    var state = TrainingState(flow: model.flow, plan: configuration.plan)
    state.optimizer.options.weightDecay = configuration.weightDecay
    var spent = 0.0
    let checkpoint = folder.file(TrainingRun.checkpointName)
    if resuming, let data = FileManager.default.contents(atPath: checkpoint) {
      guard
        let seconds = try TrainingCheckpoint.restore(
          data, path: checkpoint, digest: configuration.digest, into: &state)
      else {
        throw InputError(
          checkpoint, "belongs to a run with other settings",
          advice: "repeat the settings of config.yaml beside it, or choose another output=")
      }
      spent = seconds
    }
    try folder.write(configuration.yaml, as: "config.yaml")
    var trainer = TransferableTrainer(
      plan: configuration.plan, state: state, peptides: Array(flows[..<peptides.count]),
      validation: Array(flows[peptides.count...]), peptidesAtOnce: configuration.peptidesAtOnce, threads: threads)
    let begin = Date()
    var lines = resuming ? try earlierLines(rounds: state.round) : []
    var progress = Progress(total: configuration.plan.rounds, skipped: state.round, unit: "rounds")
    var lastCheckpoint = Date()
    func save() throws {
      let seconds = spent + Date().timeIntervalSince(begin)
      try folder.write(
        "round,training,variance,effective_fraction,validation,forward_effective_fraction,gradient_norm\n"
          + lines.map { $0 + "\n" }.joined(), as: TrainingRun.tableName)
      model.header.provenance = provenance(peptides, validation, trainer.state, seconds: seconds)
      for (values, name) in [
        (trainer.state.average.values, TrainingRun.modelName), (trainer.best, TrainingRun.bestName),
      ] {
        model.flow.parameters.values = values
        try write(try model.encoded(), as: name)
      }
      try write(
        try TrainingCheckpoint.encode(trainer.state, digest: configuration.digest, seconds: seconds),
        as: TrainingRun.checkpointName)
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
      let report: TransferableTrainer.Report
      do {
        report = try trainer.advance()
      } catch {
        try save()
        throw error
      }
      func word(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
      lines.append(
        [
          "\(report.round + 1)", word(report.training), word(report.variance), word(report.effectiveFraction),
          word(report.validation?.loss), word(report.validation?.forwardEffectiveFraction),
          word(report.gradientNorm),
        ].joined(separator: ","))
      let rate =
        Double((trainer.state.round - state.round) * configuration.plan.pool)
        / max(1e-3, Date().timeIntervalSince(begin))
      progress.update(
        done: trainer.state.round,
        detail: "\(significant(rate, 3)) samples/s, loss \(significant(report.training, 5))"
          + (report.validation.map {
            ", of validation \(significant($0.loss, 5))"
              + ($0.forwardEffectiveFraction.map { ", forward ESS \(significant(100 * $0, 3)) %" } ?? "")
          } ?? "")
          + (report.effectiveFraction.map { ", ESS \(significant(100 * $0, 3)) %" } ?? ""))
      if Date().timeIntervalSince(lastCheckpoint) >= checkpointInterval { try save() }
    }
    try save()
    return folder.file(TrainingRun.bestName)
  }

  // MARK: Data

  /// A peptide of a data set.
  struct Peptide {
    var name: String
    var prepared: PreparedSystem
    var coordinates: InternalCoordinates
    var structure: Configurations
    var frames: Configurations
    var reducedPotentials: [Double]

    var subject: FlowSubject {
      get throws {
        var subject = FlowSubject(
          prepared.system, coordinates: coordinates,
          scaling: try CoordinateScaling(
            prepared.system, zMatrix: coordinates.zMatrix, structure: structure, state: prepared.state),
          kT: prepared.state.kT)
        subject.signs = ChiralCenters(prepared.system.molecule).signs(of: structure)
        return subject
      }
    }
  }

  private static func load(_ folders: [String], frames: Int, first: Int?) throws -> [Peptide] {
    try folders.flatMap { path -> [Peptide] in
      let table = try DatasetTable(folder: OutputFolder(path: path))
      guard !table.rows.isEmpty else {
        throw InputError(path, "is no data set", expected: "\(DatasetTable.name) of `molsample dataset`", found: "none")
      }
      return try table.rows.prefix(first ?? table.rows.count).map { row in
        let file = "\(path)/\(folderName(row.sequence)).nc"
        var description = SystemDescription(sequence: row.sequence)
        let reader = try AmberTrajectoryReader(path: file)
        description.temperature = reader.number("temperature") ?? description.temperature
        let prepared = try PreparedSystem(description, needsStructure: true)
        guard reader.atomCount == prepared.system.molecule.atomCount, let structure = prepared.structure else {
          throw InputError(file, "is of another molecule than its name says", found: "\(reader.atomCount) atoms")
        }
        let stride = max(1, (reader.frameCount + frames - 1) / frames)
        let chosen = Array(Swift.stride(from: 0, to: reader.frameCount, by: stride))
        guard let potentials = try reader.values(of: .reducedPotential) else {
          throw InputError(
            file, "has no energies", expected: "the variable \(FrameVariable.reducedPotential.name)",
            advice: "remove it; `molsample dataset` then samples the peptide again")
        }
        return Peptide(
          name: row.sequence, prepared: prepared, coordinates: try InternalCoordinates(prepared.system.molecule),
          structure: structure, frames: try reader.configurations(frames: chosen),
          reducedPotentials: chosen.map { potentials[$0] })
      }
    }
  }

  private func initialModel(_ peptide: Peptide) throws -> ModelFile {
    guard let path = configuration.initialModel else {
      return ModelFile(
        try peptide.subject, recipe: configuration.recipe, seed: configuration.plan.seed, provenance: [:])
    }
    guard let data = FileManager.default.contents(atPath: path) else { throw InputError(path, "cannot be read") }
    let model = try ModelFile(
      data, path: path, system: peptide.prepared.system, coordinates: peptide.coordinates,
      structure: peptide.structure, state: peptide.prepared.state)
    guard type(of: model.header.recipe).isTransferable else {
      throw InputError(path, "is a model of one molecule", expected: "a transferable one")
    }
    return model
  }

  private func provenance(
    _ peptides: [Peptide], _ validation: [Peptide], _ state: TrainingState, seconds: Double
  ) -> [String: String] {
    [
      "program": "molsample \(Version.current)", "peptides": peptides.map(\.name).joined(separator: " "),
      "validation": validation.map(\.name).joined(separator: " "),
      "temperature_K": "\(peptides[0].prepared.description.temperature)", "force_field": "amber14", "solvent": "obc1",
      "rounds": "\(state.round)", "best_round": "\(state.best?.round ?? state.round)",
      "negative_log_likelihood_of_a_coordinate": state.best.map { significant(-$0.score, 6) } ?? "",
      "objective":
        "\(LikelihoodObjective.name) and \(LogVarianceObjective.name) (weight \(configuration.plan.varianceWeight))",
      "seed": "\(configuration.plan.seed)", "seconds": "\(Int(seconds))",
      "configuration_digest": configuration.digest,
    ]
  }

  private func earlierLines(rounds: Int) throws -> [String] {
    let text = FileManager.default.contents(atPath: folder.file(TrainingRun.tableName)) ?? Data()
    return String(decoding: text, as: UTF8.self).split(separator: "\n").dropFirst().prefix(rounds).map(String.init)
  }

  private func write(_ data: Data, as name: String) throws {
    do {
      try data.write(to: URL(fileURLWithPath: folder.file(name)), options: .atomic)
    } catch {
      throw OutputError(folder.file(name), "cannot be written", reason: error.localizedDescription)
    }
  }
}
