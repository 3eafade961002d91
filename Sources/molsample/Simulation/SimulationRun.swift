import Energies
import Foundation
import Randomness
import Sampling
import Trajectories

/// A simulation from its first step, or from its checkpoint, to its last; files as `SimulateCommand` describes them.
struct SimulationRun {
  let configuration: SimulationConfiguration
  let prepared: PreparedSystem
  let folder: OutputFolder
  let threads: Int
  /// Seconds between two checkpoints.
  let checkpointInterval: Double

  /// What a run leaves behind.
  struct Outcome {
    var plan: SimulationPlan
    /// Evaluations of energy and forces of all walkers, equilibration and production.
    var evaluations: Int
    var exchanges: ExchangeStatistics
    /// Mean acceptance of moves, by state.
    var acceptance: [Double?]
    /// Files of the kept states.
    var trajectories: [String]
    var framesPerState: Int
    /// Of this process alone.
    var seconds: Double
    var nanosecondsPerDay: Double?
  }

  static let checkpointName = "checkpoint.json"

  func run(resuming: Bool) throws -> Outcome {
    let checkpoint = resuming ? try SimulationCheckpoint.read(from: folder, digest: configuration.digest) : nil
    let plan =
      try checkpoint?.plan ?? SimulationPlan(configuration, prepared: prepared, threads: threads)
    let kernel = SimulationKernel.named(configuration.method)
    func make(_ state: SimulationState) throws -> any Kernel {
      kernel.make(
        SimulationKernel.Settings(
          velocityVariances: try configuration.velocityVariances(prepared.system.molecule, state),
          timeStep: configuration.timeStep_fs * 1e-3, friction: configuration.friction_per_ps,
          leapfrogSteps: configuration.leapfrogSteps, stepSize: configuration.stepSize))
    }
    return try run(
      try make(plan.states[0]), tunedAcceptance: kernel.tunedAcceptance, plan: plan, checkpoint: checkpoint, make)
  }

  /// The rest of `run`, with the kernel's type known.
  private func run<Move: Kernel>(
    _: Move, tunedAcceptance: Double?, plan: SimulationPlan, checkpoint: SimulationCheckpoint?,
    _ make: (SimulationState) throws -> any Kernel
  ) throws -> Outcome {
    let begin = Date()
    var plan = plan
    let targets = plan.states.map { $0.density(of: prepared.system, precision: configuration.arithmetic) }
    var kernels = try plan.states.map { try make($0) as! Move }
    let random = RandomStream(seed: configuration.seed)
    if let tunedAcceptance {
      if checkpoint == nil { plan.warmUps = try warmUp(&kernels, targets, plan, tunedAcceptance, random.child(1)) }
      for k in kernels.indices { kernels[k].stepSize = plan.warmUps[k].stepSize }
    }
    let sampler = ReplicaExchange(
      targets: targets, kernels: kernels, replicas: configuration.replicas,
      stepsPerExchange: configuration.exchangeInterval > 0 ? configuration.exchangeInterval : nil,
      threads: threads, random: random.child(2))

    var state: ReplicaExchange<BoltzmannDensity<MolecularEnergy>, Move>.State
    if let checkpoint {
      guard let resumed = try sampler.state(from: checkpoint.sampler) else {
        throw InputError(folder.file(Self.checkpointName), "does not fit this simulation", advice: "start anew")
      }
      state = resumed
      Molsample.report(
        "resuming after \(state.step) of \(configuration.equilibrationSteps + configuration.steps) steps")
    } else {
      state = try sampler.start(
        at: try StartingPositions(prepared, prolineIsomers: configuration.prolineIsomers)
          .of(plan.states, replicas: configuration.replicas))
    }
    try folder.write(configuration.yaml, as: "config.yaml")
    let output = try SimulationOutput(
      configuration, plan: plan, system: prepared.system, threads: threads, folder: folder,
      framesPerState: checkpoint?.framesPerState, tableLength: checkpoint?.tableLength)

    let equilibration = configuration.equilibrationSteps
    let total = equilibration + configuration.steps
    let firstStep = state.step
    var progress = Progress(total: total, skipped: firstStep, unit: "steps")
    var lastCheckpoint = Date()
    func save() throws {
      try output.synchronise()
      try SimulationCheckpoint(
        digest: configuration.digest, plan: plan, framesPerState: output.framesPerState,
        tableLength: output.tableLength, sampler: sampler.checkpoint(of: state)
      ).write(to: folder)
      lastCheckpoint = Date()
    }
    Interruption.watch()
    while state.step < total {
      if Interruption.isRequested {
        try save()
        throw Interrupted(description: "interrupted after \(state.step) of \(total) steps; --resume goes on from there")
      }
      // Portions end at frames, and at the end of the equilibration.
      let produced = state.step - equilibration
      let portion =
        produced < 0
        ? min(configuration.stride, -produced)
        : min(configuration.stride - produced % configuration.stride, total - state.step)
      try sampler.advance(&state, steps: portion)
      let now = state.step - equilibration
      if now == 0 { sampler.resetCounts(&state) }
      if now > 0, now % configuration.stride == 0 {
        try output.append(state, step: now, kernels: kernels)
      }
      let seconds = max(Date().timeIntervalSince(begin), 1e-3)
      progress.update(
        done: state.step,
        detail: nanosecondsPerDay(steps: state.step - firstStep, states: plan.states.count, seconds: seconds)
          .map { "\(significant($0, 3)) ns/day over \(configuration.replicas * plan.states.count) walkers" } ?? "")
      if Date().timeIntervalSince(lastCheckpoint) >= checkpointInterval { try save() }
    }
    try save()
    try output.close()
    let seconds = Date().timeIntervalSince(begin)
    return Outcome(
      plan: plan,
      evaluations: plan.states.count * configuration.replicas * state.step * kernels[0].evaluationsPerStep,
      exchanges: state.exchanges, acceptance: plan.states.indices.map { state.acceptance(ofState: $0) },
      trajectories: output.trajectories, framesPerState: output.framesPerState, seconds: seconds,
      nanosecondsPerDay: nanosecondsPerDay(
        steps: state.step - firstStep, states: plan.states.count, seconds: seconds))
  }

  /// Simulated time a day, all walkers together; nil for methods without time.
  private func nanosecondsPerDay(steps: Int, states: Int, seconds: Double) -> Double? {
    guard SimulationKernel.named(configuration.method).hasTime else { return nil }
    let perStep = configuration.timeStep_fs * 1e-6 * Double(configuration.leapfrogSteps ?? 1)
    return Double(steps * states * configuration.replicas) * perStep / seconds * 86_400
  }

  private func warmUp<Move: Kernel>(
    _ kernels: inout [Move], _ targets: [BoltzmannDensity<MolecularEnergy>], _ plan: SimulationPlan,
    _ acceptance: Double, _ random: RandomStream
  ) throws -> [StepSizeAdaptation.Report] {
    let walkers = min(configuration.replicas, 64)
    let starts = try StartingPositions(prepared, prolineIsomers: configuration.prolineIsomers)
      .of(plan.states, replicas: walkers)
    return try plan.states.indices.map { k in
      var batch = try kernels[k].start(at: starts[k], target: targets[k], using: random.child(2 * k))
      return try StepSizeAdaptation(targetAcceptance: acceptance, iterations: 400).tune(
        &kernels[k], walkers: &batch, target: targets[k], using: random.child(2 * k + 1))
    }
  }
}
