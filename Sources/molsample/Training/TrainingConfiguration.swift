import Energies
import Foundation
import MolFlow

/// Everything that decides what a training run computes; saved as `config.yaml` beside its results.
struct TrainingConfiguration {
  var system: SystemDescription
  var plan = TrainingPlan()
  /// Kind and sizes of the flow.
  var recipe: any FlowRecipe
  /// Whether latents have the marginal densities of the frames instead of standard ones.
  var hasFittedBase = false
  /// Equilibrium frames; the system's reference ensemble unless given, nil for a training by the energy alone.
  var data: String?
  /// Steps of dynamics between two frames of a pool, and their length.
  var dataStride = 40
  var timeStep_fs = 2.0
  /// A model to start from, instead of random parameters.
  var initialModel: String?

  static let keys =
    [
      "seed", "model", "base", "data", "data_stride", "time_step_fs", "init_from", "objective", "likelihood_rounds",
      "energy_rounds", "pool", "batch", "likelihood_rate", "energy_rate", "start_temperature", "variance_bound",
      "max_grad_norm", "average_decay", "energy_cut", "likelihood_share", "annealing_levels", "annealing_step",
      "leapfrog_steps", "replay_capacity", "path_noise", "time_power", "minibatch_transport", "pair_strength",
      "temperature", "output",
      "threads",
      "checkpoint_seconds",
    ] + sizeKeys

  private static let sizeKeys = Set(FlowRecipes.all.flatMap { $0.init(atomCount: 3).sizes.keys }).sorted()

  init(system: SystemDescription, atomCount: Int, overrides: inout Overrides) throws {
    self.system = system
    guard atomCount > 3 else {
      throw UsageError("\(system.name) has \(atomCount) atoms; a flow needs four or more")
    }
    initialModel = overrides.takeText("init_from")
    let ofModel = ["model", "base"] + Self.sizeKeys
    if let initialModel, let word = ofModel.first(where: { overrides.peek($0) != nil }) {
      throw UsageError("\(word) is decided by init_from=\(initialModel)", advice: "leave one of them out")
    }
    recipe = try overrides.takeRecipe(
      among: FlowRecipes.all, usual: AutoregressiveNetwork.Options.self, atomCount: atomCount)
    let kindOfRecipe = type(of: recipe)
    if case .cluster = system.origin, !kindOfRecipe.needsStatistics, initialModel == nil {
      let kinds = FlowRecipes.all.filter { $0.needsStatistics }.map { $0.kind }
      throw UsageError(
        "model=\(kindOfRecipe.kind) is for molecules with bonds; \(system.name) is a cluster of particles",
        advice: "one of: " + kinds.map { "model=\($0)" }.joined(separator: ", "))
    }
    plan.likelihoodObjective = kindOfRecipe.likelihoodObjective
    // What is trained by flow matching alone unless more is asked for: paths take hundreds of evaluations back.
    if kindOfRecipe.likelihoodObjective == FlowMatchingObjective.name { plan.energyRounds = 0 }
    func positive(_ key: String, _ value: inout Double) throws {
      guard let given = try overrides.takeNumber(key) else { return }
      guard given > 0 else { throw UsageError("\(key)=\(given) must be positive") }
      value = given
    }
    func whole(_ key: String, _ range: ClosedRange<Int>, _ value: inout Int) throws {
      value = try overrides.takeInteger(key, in: range) ?? value
    }
    plan.seed = try overrides.takeSeed() ?? 0
    data = overrides.takeText("data")
    if data == nil {
      guard let reference = ReferenceEnsemble.path(of: system) else {
        throw UsageError(
          "there is no reference ensemble of \(system.name) in this force field and at this temperature to train on",
          advice:
            "make one with `molsample simulate` and give it with data=FILE, or train by the energy alone: data=none")
      }
      data = reference
    }
    if data == "none" {
      data = nil
      plan.likelihoodRounds = 0
      if let start = try overrides.takeNumber("start_temperature") {
        guard start >= system.temperature else {
          throw UsageError("start_temperature=\(start) is below the temperature of \(system.temperature) K")
        }
        plan.startTemperatureRatio = start / system.temperature
      }
    } else if overrides.peek("start_temperature") != nil {
      throw UsageError("start_temperature is for training without frames", advice: "add data=none, or leave it out")
    }
    let rounds = plan.likelihoodRounds
    try whole("likelihood_rounds", 0...1_000_000, &plan.likelihoodRounds)
    guard data != nil || plan.likelihoodRounds == rounds else {
      throw UsageError("likelihood_rounds needs frames, and data=none says there are none")
    }
    try whole("energy_rounds", 0...1_000_000, &plan.energyRounds)
    try whole("pool", 16...10_000_000, &plan.pool)
    try whole("batch", 1...1_000_000, &plan.batch)
    guard plan.batch <= plan.pool else { throw UsageError("batch=\(plan.batch) is more than pool=\(plan.pool)") }
    guard plan.rounds > 0 else { throw UsageError("likelihood_rounds and energy_rounds are both 0: nothing to do") }
    try positive("likelihood_rate", &plan.likelihoodRate)
    try positive("energy_rate", &plan.energyRate)
    try positive("variance_bound", &plan.bound)
    try positive("max_grad_norm", &plan.largestNorm)
    try positive("average_decay", &plan.averageDecay)
    guard plan.averageDecay < 1 else { throw UsageError("average_decay=\(plan.averageDecay) must be below 1") }
    try positive("energy_cut", &plan.energyCut)
    try positive("likelihood_share", &plan.likelihoodShare)
    guard plan.likelihoodShare <= 1 else {
      throw UsageError("likelihood_share=\(plan.likelihoodShare) must not be above 1")
    }
    try whole("annealing_levels", 1...1000, &plan.annealingLevels)
    try positive("annealing_step", &plan.annealingStep)
    try whole("leapfrog_steps", 1...1000, &plan.leapfrogSteps)
    try whole("replay_capacity", 16...10_000_000, &plan.replayCapacity)
    guard plan.replayCapacity >= plan.batch else {
      throw UsageError("replay_capacity=\(plan.replayCapacity) is less than batch=\(plan.batch)")
    }
    if let name = overrides.takeText("objective") {
      guard let objective = TrainingObjectives.type(of: name) else {
        throw UsageError(
          "objective=\(name) is not to be had", advice: "one of: \(TrainingObjectives.names.joined(separator: ", "))")
      }
      guard data != nil || !objective.needsFrames else {
        throw UsageError("objective=\(name) needs frames, and data=none says there are none")
      }
      plan.objective = name
    }
    if let base = overrides.takeText("base") {
      guard ["standard", "marginals"].contains(base) else {
        throw UsageError("base=\(base) is not to be had", advice: "one of: standard, marginals")
      }
      hasFittedBase = base == "marginals"
      guard data != nil || !hasFittedBase else {
        throw UsageError("base=marginals needs frames, and data=none says there are none")
      }
    }
    guard plan.objective != AlphaTwoObjective.name || 2 * plan.batch <= plan.pool else {
      throw UsageError(
        "objective=alpha_two needs a pool of two batches or more; pool=\(plan.pool), batch=\(plan.batch)")
    }
    guard !type(of: recipe).needsStatistics || plan.energyRounds == 0 else {
      throw UsageError(
        "model=\(type(of: recipe).kind) is trained by flow matching, which knows no energy",
        advice: "leave energy_rounds out; likelihood_rounds is the length of the training")
    }
    if let noise = try overrides.takeNumber("path_noise") {
      guard noise >= 0 else { throw UsageError("path_noise=\(noise) must not be negative") }
      plan.pathNoise = noise
    }
    try positive("time_power", &plan.timePower)
    plan.minibatchTransport = try overrides.takeSwitch("minibatch_transport") ?? plan.minibatchTransport
    try positive("pair_strength", &plan.pairStrength)
    guard data != nil || !(type(of: recipe).needsWhitening || type(of: recipe).needsStatistics) else {
      throw UsageError("model=\(type(of: recipe).kind) needs frames, and data=none says there are none")
    }
    try whole("data_stride", 1...1_000_000, &dataStride)
    try positive("time_step_fs", &timeStep_fs)
  }

  /// Threads, checkpoints and output do not change the result, and are not in it.
  var yaml: String {
    """
    # Resolved configuration; molsample \(Version.current)
    seed: \(plan.seed)
    data: \(data.map { "\(($0 as NSString).lastPathComponent) # \(ConfigurationDigest.ofFile($0))" } ?? "none")
    start_temperature: \(plan.startTemperatureRatio * system.temperature)
    data_stride: \(dataStride)
    time_step_fs: \(timeStep_fs)
    likelihood_rounds: \(plan.likelihoodRounds)
    energy_rounds: \(plan.energyRounds)
    pool: \(plan.pool)
    batch: \(plan.batch)
    likelihood_rate: \(plan.likelihoodRate)
    energy_rate: \(plan.energyRate)
    variance_bound: \(plan.bound)
    max_grad_norm: \(plan.largestNorm)
    average_decay: \(plan.averageDecay)
    objective: \(plan.objective)
    energy_cut: \(plan.energyCut)
    likelihood_share: \(plan.likelihoodShare)
    annealing_levels: \(plan.annealingLevels)
    annealing_step: \(plan.annealingStep)
    leapfrog_steps: \(plan.leapfrogSteps)
    replay_capacity: \(plan.replayCapacity)
    path_noise: \(plan.pathNoise)
    time_power: \(plan.timePower)
    minibatch_transport: \(plan.minibatchTransport)
    pair_strength: \(plan.pairStrength)

    """
      + (initialModel.map { "init_from: \($0) # \(ConfigurationDigest.ofFile($0))\n" }
        ?? "model: \(type(of: recipe).kind)\nbase: \(hasFittedBase ? "marginals" : "standard")\n"
        + recipe.sizes.sorted { $0.key < $1.key }.map { "\($0): \(significant($1, 9))\n" }.joined())
      + "# The system, as in a system.yaml\n" + system.yaml
  }

  var digest: String { ConfigurationDigest.of(yaml) }
}
