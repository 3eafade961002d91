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
    var peptidesAtOnce = 8
    /// Frames of each peptide that are used, evenly spaced.
    var frames = 4000
    /// The first so many peptides of each set; nil for all.
    var peptides: Int?
    var weightDecay = 0.01
    var sets: [String]
    var validation: [String]
    /// What the tables of `sets` and of `validation` held, so that a training does not go on with other frames.
    private let contents: [String]
    var initialModel: String?

    static let kinds = FlowRecipes.all.filter { $0.isTransferable }

    static let keys =
      [
        "seed", "model", "init_from", "rounds", "energy_rounds", "pool", "batch", "peptides", "peptides_at_once",
        "frames", "rate", "energy_rate", "variance_weight", "variance_bound", "shortfall_bound", "weight_decay",
        "feature_dropout", "max_grad_norm",
        "average_decay", "heated_fraction", "variance_focus",
        "output", "threads", "checkpoint_seconds",
      ] + Set(kinds.flatMap { $0.init(atomCount: 3).sizes.keys }).sorted()

    init(sets: [String], validation: [String], overrides: inout Overrides) throws {
      (self.sets, self.validation) = (sets, validation)
      contents = (sets + validation).map { ConfigurationDigest.ofFile("\($0)/\(DatasetTable.name)") }
      func positive(_ key: String, _ fallback: Double) throws -> Double {
        guard let value = try overrides.takeNumber(key) else { return fallback }
        guard value > 0 else { throw UsageError("\(key)=\(value) must be positive") }
        return value
      }
      let given = Set(Self.keys.filter { overrides.peek($0) != nil })
      initialModel = overrides.takeText("init_from")
      plan.seed = try overrides.takeSeed() ?? 0
      plan.likelihoodRounds = try overrides.takeInteger("rounds", in: 0...10_000_000) ?? 200
      plan.energyRounds = try overrides.takeInteger("energy_rounds", in: 0...10_000_000) ?? 0
      guard plan.rounds > 0 else { throw UsageError("rounds and energy_rounds are both 0") }
      plan.pool = try overrides.takeInteger("pool", in: 1...10_000_000) ?? 8192
      plan.batch = try overrides.takeInteger("batch", in: 1...1_000_000) ?? 256
      plan.likelihoodRate = try positive("rate", 1e-3)
      plan.energyRate = try positive("energy_rate", 2e-4)
      plan.bound = try positive("variance_bound", 5)
      if overrides.peek("shortfall_bound") != nil { plan.shortfallBound = try positive("shortfall_bound", 1) }
      if let weight = try overrides.takeNumber("variance_weight") { plan.varianceWeight = weight }
      guard plan.varianceWeight >= 0 else { throw UsageError("variance_weight must not be negative") }
      if let focus = try overrides.takeNumber("variance_focus") { plan.varianceFocus = focus }
      guard plan.varianceFocus >= 0 else { throw UsageError("variance_focus must not be negative") }
      if let share = try overrides.takeNumber("heated_fraction") { plan.heatedFraction = share }
      guard plan.heatedFraction >= 0, plan.heatedFraction < 1 else {
        throw UsageError("heated_fraction must be at least 0 and below 1")
      }
      plan.largestNorm = try positive("max_grad_norm", 1)
      plan.averageDecay = try positive("average_decay", 0.999)
      guard plan.averageDecay < 1 else { throw UsageError("average_decay=\(plan.averageDecay) must be below 1") }
      peptidesAtOnce = try overrides.takeInteger("peptides_at_once", in: 1...10_000) ?? peptidesAtOnce
      peptides = try overrides.takeInteger("peptides", in: 1...1_000_000)
      frames = try overrides.takeInteger("frames", in: 2...100_000_000) ?? frames
      weightDecay = try overrides.takeNumber("weight_decay") ?? weightDecay
      guard weightDecay >= 0 else { throw UsageError("weight_decay must not be negative") }
      if let share = try overrides.takeNumber("feature_dropout") { plan.featureDropout = share }
      guard plan.featureDropout >= 0, plan.featureDropout < 1 else {
        throw UsageError("feature_dropout must be at least 0 and below 1")
      }
      if initialModel != nil,
        let word = (["model"] + Self.kinds.flatMap { $0.init(atomCount: 3).sizes.keys }).first(where: {
          overrides.peek($0) != nil
        })
      {
        throw UsageError("\(word) is decided by init_from", advice: "leave it out")
      }
      if let path = initialModel {
        guard let data = FileManager.default.contents(atPath: path) else { throw InputError(path, "cannot be read") }
        recipe = try ModelFile.header(data, path: path).recipe
        guard type(of: recipe).isTransferable else {
          throw InputError(path, "is a model of one molecule", expected: "a transferable one")
        }
      } else {
        recipe = try overrides.takeRecipe(among: Self.kinds, usual: GuidedNetwork.Options.self, atomCount: 3)
      }
      plan.likelihoodObjective = type(of: recipe).likelihoodObjective
      guard plan.featureDropout == 0 || recipe is GuidedNetwork.Options else {
        throw UsageError("feature_dropout is of model=\(GuidedNetwork.Options.kind)", advice: "leave it out")
      }
      let energyKeys = ["variance_weight", "variance_bound", "shortfall_bound", "heated_fraction", "variance_focus"]
      if plan.likelihoodObjective != LikelihoodObjective.name, let key = energyKeys.first(where: given.contains) {
        throw UsageError(
          "\(key) is of energies, and model=\(type(of: recipe).kind) is trained by flow matching, which knows none",
          advice: "leave it out")
      }
      guard plan.energyRounds == 0 || plan.likelihoodObjective == LikelihoodObjective.name else {
        throw UsageError(
          "model=\(type(of: recipe).kind) is trained by flow matching, which knows no energy",
          advice: "leave energy_rounds out; rounds is the length of the training")
      }
    }

    var yaml: String {
      let sizes =
        ["model: \(type(of: recipe).kind)"] + recipe.sizes.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      return
        ([
          "# Resolved configuration; molsample \(Version.current)", "sets: [\(sets.joined(separator: ", "))]",
          "validation: [\(validation.joined(separator: ", "))] # sets hold \(contents.joined(separator: " "))",
          "seed: \(plan.seed)",
          "rounds: \(plan.likelihoodRounds)", "energy_rounds: \(plan.energyRounds)", "pool: \(plan.pool)",
          "batch: \(plan.batch)",
          "peptides: \(peptides.map(String.init) ?? "all")", "peptides_at_once: \(peptidesAtOnce)", "frames: \(frames)",
          "rate: \(plan.likelihoodRate)", "energy_rate: \(plan.energyRate)",
          "variance_weight: \(plan.varianceWeight)", "variance_bound: \(plan.bound)",
          "shortfall_bound: \(plan.shortfallBound.map { "\($0)" } ?? "none")", "weight_decay: \(weightDecay)",
          "feature_dropout: \(plan.featureDropout)",
          "max_grad_norm: \(plan.largestNorm)", "heated_fraction: \(plan.heatedFraction)",
          "variance_focus: \(plan.varianceFocus)",
          "average_decay: \(plan.averageDecay)",
          "init_from: \(initialModel.map { "\($0) # \(ConfigurationDigest.ofFile($0))" } ?? "none")",
        ] + sizes).joined(separator: "\n") + "\n"
    }

    var digest: String { ConfigurationDigest.of(yaml) }

    /// Whether energies have a part in the training.
    var knowsEnergies: Bool {
      plan.likelihoodObjective == LikelihoodObjective.name && plan.varianceWeight > 0
    }
  }

  let configuration: Configuration
  let folder: OutputFolder
  let threads: Int
  let checkpointInterval: Double

  func run(resuming: Bool) throws -> String {
    let peptides = try TrainingPeptide.read(
      configuration.sets, frames: configuration.frames, first: configuration.peptides)
    let validation = try TrainingPeptide.read(configuration.validation, frames: configuration.frames, first: nil)
    let temperature = peptides[0].prepared.description.temperature
    if let other = (peptides + validation).first(where: { $0.prepared.description.temperature != temperature }) {
      throw InputError(
        "frames of \(other.name)", "are of another temperature than those of \(peptides[0].name)",
        expected: "\(significant(temperature)) K", found: "\(significant(other.prepared.description.temperature)) K",
        advice: "train on sets of one temperature")
    }
    if let both = validation.first(where: { one in peptides.contains { $0.name == one.name } }) {
      throw UsageError("\(both.name) is in the set that is trained on and in that of validation")
    }
    Molsample.report("\(peptides.count) peptides to train on, \(validation.count) to validate")
    let (unsure, unsureToValidate) = (peptides.count { !$0.isConverged }, validation.count { !$0.isConverged })
    if unsure + unsureToValidate > 0 {
      Molsample.report(
        "frames of \(unsure) and \(unsureToValidate) of these did not converge (not_converged in \(DatasetTable.name)): states may have "
          + "wrong odds in them" + (configuration.knowsEnergies ? "" : ", and no energies put that right here"))
    }
    var model = try initialModel(peptides[0])
    // A model that goes on from another has seen what that one saw.
    let earlier = ModelScope.peptides(of: model)
    let seen = earlier + peptides.map(\.name).filter { !earlier.contains($0) }
    let recipe = [model.header.provenance["recipe"], configuration.yaml].compactMap { $0 }.joined(separator: "\n")
    if let both = validation.first(where: { earlier.contains($0.name) }) {
      throw UsageError("\(both.name) is in the set of validation, and the model to go on from was trained on it")
    }
    let heats = configuration.plan.heatedFraction > 0
    let flows = try (peptides + validation).enumerated().map { number, peptide in
      TransferableTrainer.Peptide(
        name: peptide.name,
        flow: ModelFile(
          try peptide.subject(of: model.header.recipe), recipe: model.header.recipe, seed: 0, provenance: [:]
        ).flow,
        target: BoltzmannDensity(
          MolecularEnergy(peptide.prepared.system, threads: 1, precision: .single), state: peptide.prepared.state),
        frames: peptide.frames, reducedPotentials: peptide.reducedPotentials,
        heated: heats && number < peptides.count ? try peptide.heated(threads: threads) : nil)
    }
    var state = TrainingState(flow: model.flow, plan: configuration.plan)
    state.optimizer.options.weightDecay = configuration.weightDecay
    var spent = 0.0
    let files = TrainingFolder(folder: folder)
    if resuming { spent = try files.restore(digest: configuration.digest, into: &state) }
    try folder.write(configuration.yaml, as: "config.yaml")
    var trainer = TransferableTrainer(
      plan: configuration.plan, state: state, peptides: Array(flows[..<peptides.count]),
      validation: Array(flows[peptides.count...]), peptidesAtOnce: configuration.peptidesAtOnce, threads: threads)
    let begin = Date()
    let table = try files.table(
      header: [
        "round", "training", "variance", "ess_fraction", "validation", "forward_ess_fraction", "gradient_norm",
      ], rounds: state.round)
    var progress = Progress(total: configuration.plan.rounds, skipped: state.round, unit: "rounds")
    var lastCheckpoint = Date()
    func save() throws {
      let seconds = spent + Date().timeIntervalSince(begin)
      try table.synchronise()
      model.header.provenance = provenance(
        peptides, seen: seen, recipe: recipe, validation, trainer.state, seconds: seconds)
      for (values, name) in [
        (trainer.state.average.values, TrainingFolder.modelName), (trainer.best, TrainingFolder.bestName),
      ] {
        model.flow.parameters.values = values
        try files.write(try model.encoded(), as: name)
      }
      try files.save(trainer.state, digest: configuration.digest, seconds: seconds)
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
      func word(_ value: Double?) -> String { value.map { significant($0, 7) } ?? "" }
      try table.append([
        [
          "\(report.round + 1)", word(report.training), word(report.variance), word(report.effectiveFraction),
          word(report.validation?.loss), word(report.validation?.forwardEffectiveFraction), word(report.gradientNorm),
        ]
      ])
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
    try files.writeCurves(TrainingCurves.ofPeptides, title: "Training on \(peptides.count) peptides")
    return folder.file(handedOut(trainer.state))
  }

  /// Early stopping where the loss is all that counts: without energies a flow ends by memorising its frames. What energies teach, the
  /// loss of validation frames does not show, so there it is the last model.
  private func handedOut(_ state: TrainingState) -> String {
    guard !configuration.knowsEnergies, !configuration.validation.isEmpty, let best = state.best,
      best.round < state.round
    else {
      return TrainingFolder.modelName
    }
    Molsample.report("the frames to validate were described best after round \(best.round) of \(state.round)")
    return TrainingFolder.bestName
  }

  private func initialModel(_ peptide: TrainingPeptide) throws -> ModelFile {
    guard let path = configuration.initialModel else {
      return ModelFile(
        try peptide.subject(of: configuration.recipe), recipe: configuration.recipe, seed: configuration.plan.seed,
        provenance: [:])
    }
    guard let data = FileManager.default.contents(atPath: path) else { throw InputError(path, "cannot be read") }
    return try ModelFile(
      data, path: path, system: peptide.prepared.system,
      coordinates: InternalCoordinates(peptide.prepared.system.molecule),
      structure: peptide.structure, state: peptide.prepared.state)
  }

  private func provenance(
    _ peptides: [TrainingPeptide], seen: [String], recipe: String, _ validation: [TrainingPeptide],
    _ state: TrainingState, seconds: Double
  ) -> [String: String] {
    let hasLikelihood = configuration.plan.likelihoodObjective == LikelihoodObjective.name
    return [
      "program": "molsample \(Version.current)", "peptides": seen.joined(separator: " "),
      "validation": validation.map(\.name).joined(separator: " "),
      "temperature_K": "\(peptides[0].prepared.description.temperature)", "force_field": "amber14", "solvent": "obc1",
      "rounds": "\(state.round)", "best_round": "\(state.best?.round ?? state.round)",
      hasLikelihood ? "negative_log_likelihood_of_a_coordinate" : "loss": state.best.map { significant(-$0.score, 6) }
        ?? "",
      "objective": hasLikelihood
        ? "\(LikelihoodObjective.name) and \(LogVarianceObjective.name) (weight \(configuration.plan.varianceWeight))"
        : configuration.plan.likelihoodObjective,
      "seed": "\(configuration.plan.seed)", "seconds": "\(Int(seconds))",
      "configuration_digest": configuration.digest, "recipe": recipe,
    ]
  }
}
