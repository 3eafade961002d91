import Energies

/// Everything that decides what a peptide of a data set is sampled by.
struct DatasetConfiguration {
  var temperature = 310.0
  /// Hottest state of the replica exchange, K.
  var highestTemperature = 800.0
  /// Independent replica exchanges of each peptide, whose free energies are compared.
  var runs = 2
  /// Walkers of each state.
  var replicas = 16
  var equilibration = 20_000
  /// Steps of production at first; doubled up to `mostSteps` where the runs do not agree.
  var steps = 50_000
  var mostSteps = 400_000
  var stride = 500
  var seed: UInt64 = 1

  /// Where frames are drawn from a transferable model, and no simulation is run.
  var model: OfModel?

  struct OfModel {
    /// As given, and its file.
    var word: String
    var path: String
    /// At first; doubled up to `mostSamples` while they are worth too little.
    var samples = 4000
    var mostSamples = 32_000
    var frames = 1600
  }

  private static let keysOfSimulations = [
    "max_temperature", "runs", "replicas", "equilibration", "steps", "most_steps", "stride",
  ]
  private static let keysOfModels = ["samples", "most_samples", "frames"]

  static let keys =
    [
      "temperature", "seed", "model", "seconds", "output", "threads",
    ] + keysOfSimulations + keysOfModels

  init(overrides: inout Overrides) throws {
    let word = overrides.takeText("model")
    let given = Set((Self.keysOfSimulations + Self.keysOfModels).filter { overrides.peek($0) != nil })
    if let value = try overrides.takeNumber("temperature") { temperature = value }
    if let value = try overrides.takeNumber("max_temperature") { highestTemperature = value }
    guard temperature > 0, highestTemperature > temperature else {
      throw UsageError("max_temperature=\(highestTemperature) must be above temperature=\(temperature), both positive")
    }
    runs = try overrides.takeInteger("runs", in: 2...100) ?? runs
    replicas = try overrides.takeInteger("replicas", in: 2...10_000) ?? replicas
    equilibration = try overrides.takeInteger("equilibration", in: 0...1_000_000_000) ?? equilibration
    steps = try overrides.takeInteger("steps", in: 2...1_000_000_000) ?? steps
    mostSteps = try overrides.takeInteger("most_steps", in: 2...1_000_000_000) ?? 8 * steps
    stride = try overrides.takeInteger("stride", in: 1...1_000_000_000) ?? min(stride, steps)
    seed = try overrides.takeSeed() ?? seed
    if let wrong = (word == nil ? Self.keysOfModels : Self.keysOfSimulations).first(where: given.contains) {
      throw UsageError(
        word == nil
          ? "\(wrong) is of frames that a model draws; add model=" : "\(wrong) is of simulations, and model= runs none",
        advice: "leave one of them out")
    }
    if let word {
      var own = OfModel(word: word, path: try ModelCatalog.path(ofModel: word, system: ModelCatalog.anyPeptide))
      own.samples = try overrides.takeInteger("samples", in: 2...100_000_000) ?? own.samples
      own.mostSamples =
        try overrides.takeInteger("most_samples", in: own.samples...1_000_000_000) ?? max(own.samples, own.mostSamples)
      own.frames = try overrides.takeInteger("frames", in: 2...100_000_000) ?? own.frames
      model = own
    }
    guard steps >= 2 * stride, steps <= mostSteps else {
      throw UsageError("steps=\(steps) must hold two frames of stride=\(stride) and be at most most_steps=\(mostSteps)")
    }
  }

  /// A peptide in the setting of the field's dipeptides: amber14, OBC1, a cutoff of 2 nm.
  func description(of sequence: String) throws -> SystemDescription {
    var description = try SystemDescription.peptide(sequence)
    description.temperature = temperature
    return description
  }

  /// One of the replica exchanges: Langevin dynamics, all states but the first drawn gently to the rare side of the first φ, and as many walkers
  /// with cis as with trans peptide bonds before proline. No simulation turns these; what their frames are worth is for energies to say.
  func simulation(of description: SystemDescription, run: Int, steps: Int) throws -> SimulationConfiguration {
    var overrides = try Overrides(
      [
        "method=langevin", "max_temperature=\(highestTemperature)", "replicas=\(replicas)",
        "equilibration=\(equilibration)", "steps=\(steps)", "stride=\(stride)", "keep=all",
        "proline_isomers=yes",
        "seed=\(seed &+ UInt64(run))",
      ] + (description.regions.first.map { ["bias=\($0.name)"] } ?? []))
    return try SimulationConfiguration(system: description, overrides: &overrides)
  }

  /// Of the settings alone, to tell whether a peptide that is there was sampled by them.
  var digest: String {
    if let model {
      return ConfigurationDigest.of(
        "\(temperature) \(ConfigurationDigest.ofFile(model.path)) \(model.samples) \(model.mostSamples) \(model.frames) \(seed)"
      )
    }
    return ConfigurationDigest.of(
      "\(temperature) \(highestTemperature) \(runs) \(replicas) \(equilibration) \(steps) \(mostSteps) \(stride) \(seed)"
    )
  }
}
