import Energies
import Foundation
import Sampling

/// Everything that decides what a simulation computes; saved as `config.yaml` beside its results.
struct SimulationConfiguration {
  var system: SystemDescription
  var method = "langevin"
  /// Steps of production.
  var steps = 100_000
  /// Steps between two frames.
  var stride = 1_000
  /// Steps before production, of which nothing is kept.
  var equilibration: Int?
  /// Independent walkers of each state.
  var replicas = 64
  var seed: UInt64 = 0
  /// Temperatures of a replica exchange, K; one for a plain simulation.
  var temperatures: [Double] = []
  /// Ends a ladder that is chosen from energy overlaps, K.
  var highestTemperature: Double?
  /// Acceptance between neighbours that a chosen ladder aims at.
  var exchangeAcceptance = 0.3
  /// Steps between attempts to exchange; 0 for none.
  var exchangeInterval = 200
  /// Name of the dihedral that umbrella windows hold, their number, and their force constant, kJ/mol/rad².
  var umbrella: String?
  var windows = 24
  var forceConstant = 100.0
  /// Name of the dihedral that a gentle harmonic bias draws to `biasCenter` (rad) in all states but the first, with
  /// `biasForceConstant` in kJ/mol/rad².
  var bias: String?
  var biasCenter = 1.0
  var biasForceConstant = 3.0
  /// Whether walkers begin from both isomers of peptide bonds before proline, which turn too rarely to be sampled.
  var prolineIsomers = false
  var timeStep_fs = 2.0
  var friction_per_ps = 1.0
  /// dalton; 0 leaves masses alone.
  var hydrogenMass = 3.0
  var leapfrogSteps: Int?
  /// First length of a step of methods without velocities, nm or nm²; tuned in the warm-up.
  var stepSize: Double?
  var precision = "single"
  /// Which states' frames are kept: the first or all.
  var keep = "first"

  static let keys = [
    "method", "temperature", "temperatures", "max_temperature", "exchange_acceptance", "exchange_interval", "umbrella",
    "windows", "force_constant", "bias", "bias_center", "bias_force_constant", "proline_isomers", "steps", "stride",
    "equilibration",
    "replicas", "seed", "time_step_fs",
    "friction_per_ps", "hydrogen_mass", "leapfrog_steps", "step_size", "precision", "keep", "output", "threads",
    "checkpoint_seconds",
  ]

  init(system: SystemDescription, overrides: inout Overrides) throws {
    self.system = system
    func positive(_ key: String, _ fallback: Double) throws -> Double {
      guard let value = try overrides.takeNumber(key) else { return fallback }
      guard value > 0 else { throw UsageError("\(key)=\(value) must be positive") }
      return value
    }
    method = overrides.takeText("method") ?? method
    guard SimulationKernel.names.contains(method) else {
      throw UsageError(
        "method=\(method) is not to be had", advice: "one of: \(SimulationKernel.names.joined(separator: ", "))")
    }
    let known = SimulationKernel.named(method).keys
    if let foreign = SimulationKernel.settingKeys.first(where: { overrides.peek($0) != nil && !known.contains($0) }) {
      throw UsageError(
        "\(foreign) means nothing to method=\(method)",
        advice: "leave it out; \(method) goes by \(known.sorted().joined(separator: ", "))")
    }
    steps = try overrides.takeInteger("steps", in: 1...1_000_000_000_000) ?? steps
    stride = try overrides.takeInteger("stride", in: 1...1_000_000_000) ?? min(stride, steps)
    equilibration = try overrides.takeInteger("equilibration", in: 0...1_000_000_000)
    replicas = try overrides.takeInteger("replicas", in: 1...1_000_000) ?? replicas
    seed = try overrides.takeSeed() ?? seed
    if let text = overrides.takeText("temperatures") {
      let words = text.split(separator: ",")
      temperatures = words.compactMap { Double($0) }.filter { $0 > 0 && $0.isFinite }
      guard temperatures.count == words.count, !temperatures.isEmpty,
        zip(temperatures, temperatures.dropFirst()).allSatisfy({ $0 < $1 })
      else { throw UsageError("temperatures=\(text) is not a list of ascending temperatures in K") }
      self.system.temperature = temperatures[0]
    }
    if let highest = try overrides.takeNumber("max_temperature") {
      guard temperatures.isEmpty, highest > self.system.temperature else {
        throw UsageError("max_temperature must be above the temperature, and temperatures= not given with it")
      }
      highestTemperature = highest
    }
    exchangeAcceptance = try positive("exchange_acceptance", exchangeAcceptance)
    guard exchangeAcceptance < 1 else { throw UsageError("exchange_acceptance must be below 1") }
    exchangeInterval = try overrides.takeInteger("exchange_interval", in: 0...1_000_000_000) ?? exchangeInterval
    umbrella = overrides.takeText("umbrella")
    windows = try overrides.takeInteger("windows", in: 2...1_000) ?? windows
    forceConstant = try positive("force_constant", forceConstant)
    bias = overrides.takeText("bias")
    biasCenter = try overrides.takeNumber("bias_center") ?? biasCenter
    biasForceConstant = try positive("bias_force_constant", biasForceConstant)
    prolineIsomers = try overrides.takeSwitch("proline_isomers") ?? prolineIsomers
    timeStep_fs = try positive("time_step_fs", timeStep_fs)
    if let friction = try overrides.takeNumber("friction_per_ps") {
      guard friction >= 0 else { throw UsageError("friction_per_ps must not be negative") }
      friction_per_ps = friction
    }
    if let mass = try overrides.takeNumber("hydrogen_mass") {
      guard mass >= 0 else { throw UsageError("hydrogen_mass must not be negative") }
      hydrogenMass = mass
    }
    leapfrogSteps = try overrides.takeInteger("leapfrog_steps", in: 1...100_000)
    stepSize = try overrides.takeNumber("step_size")
    guard stepSize.map({ $0 > 0 }) ?? true else { throw UsageError("step_size must be positive") }
    precision = overrides.takeText("precision") ?? precision
    guard ["single", "double"].contains(precision) else {
      throw UsageError("precision=\(precision) is not to be had", advice: "single or double")
    }
    keep = overrides.takeText("keep") ?? keep
    guard ["first", "all"].contains(keep) else {
      throw UsageError("keep=\(keep) is not to be had", advice: "first or all")
    }
    if umbrella != nil {
      guard temperatures.count <= 1, highestTemperature == nil else {
        throw UsageError("umbrella windows and a temperature ladder exclude each other")
      }
      keep = "all"
    }
    guard bias == nil || umbrella == nil else { throw UsageError("umbrella windows and a bias exclude each other") }
    for (key, name) in [("umbrella", umbrella), ("bias", bias)] {
      guard let name, !system.regions.contains(where: { $0.name == name }) else { continue }
      throw UsageError(
        "\(key)=\(name) is not a dihedral of this system",
        advice: system.regions.isEmpty
          ? "name dihedrals under free_energies in the system.yaml"
          : "one of: \(system.regions.map(\.name).joined(separator: ", "))")
    }
  }

  /// Steps of equilibration: 10,000 where nothing else is said.
  var equilibrationSteps: Int { equilibration ?? 10_000 }

  /// Threads, checkpoints and output do not change the result, and are not in it. `steps` is left out of `digest`, so
  /// that a finished simulation can be made longer.
  var yaml: String { "# Resolved configuration; molsample \(Version.current)\nsteps: \(steps)\n" + identity }

  private var identity: String {
    var lines = [
      "method: \(method)", "stride: \(stride)", "equilibration: \(equilibrationSteps)", "replicas: \(replicas)",
      "seed: \(seed)", "precision: \(precision)", "keep: \(keep)",
    ]
    if !temperatures.isEmpty {
      lines.append("temperatures: [\(temperatures.map { "\($0)" }.joined(separator: ", "))]")
    }
    if let highestTemperature {
      lines += ["max_temperature: \(highestTemperature)", "exchange_acceptance: \(exchangeAcceptance)"]
    }
    if temperatures.count > 1 || highestTemperature != nil || umbrella != nil || bias != nil {
      lines.append("exchange_interval: \(exchangeInterval)")
    }
    if let umbrella {
      lines += ["umbrella: \(umbrella)", "windows: \(windows)", "force_constant: \(forceConstant)"]
    }
    if let bias {
      lines += [
        "bias: \(bias)", "bias_center: \(biasCenter)", "bias_force_constant: \(biasForceConstant)",
      ]
    }
    if prolineIsomers { lines.append("proline_isomers: yes") }
    let known = SimulationKernel.named(method).keys
    lines += [
      ("time_step_fs", timeStep_fs), ("friction_per_ps", friction_per_ps), ("hydrogen_mass", hydrogenMass),
    ].filter { known.contains($0.0) }.map { "\($0): \($1)" }
    if let leapfrogSteps { lines.append("leapfrog_steps: \(leapfrogSteps)") }
    if let stepSize { lines.append("step_size: \(stepSize)") }
    return lines.joined(separator: "\n") + "\n# The system, as in a system.yaml\n" + system.yaml
  }

  var digest: String { ConfigurationDigest.of(identity) }
}
