import Energies

/// Weighted samples of an equilibrium distribution, with the numbers that belong to each and where they come from.
///
/// Energies and weights are those at sampling time, in Double. Coordinates that were read back from a file are rounded to
/// float Å, so energies computed from them differ from the stored ones, which are authoritative.
public struct Ensemble: Sendable {
  /// nm
  public var configurations: Configurations
  /// One value per sample for each variable.
  public var values: [FrameVariable: [Double]]
  public var provenance: EnsembleProvenance

  /// `logWeights` need not be normalised; the ensemble's are.
  ///
  /// Throws `WeightError` when they cannot be normalised.
  public init(
    configurations: Configurations, logWeights: [Double], values: [FrameVariable: [Double]] = [:],
    provenance: EnsembleProvenance
  ) throws(WeightError) {
    precondition(logWeights.count == configurations.count)
    precondition(values.values.allSatisfy { $0.count == configurations.count })
    self.configurations = configurations
    self.values = values
    self.values[.logWeight] = try NormalisedWeights.normalise(logWeights)
    self.provenance = provenance
  }

  /// Of values that were checked before.
  init(configurations: Configurations, checkedValues: [FrameVariable: [Double]], provenance: EnsembleProvenance) {
    self.configurations = configurations
    values = checkedValues
    self.provenance = provenance
  }

  public var count: Int { configurations.count }
  public var atomCount: Int { configurations.atomCount }

  /// Normalised: their exponentials sum to 1.
  public var logWeights: [Double] { values[.logWeight]! }
  /// kJ/mol
  public var potentialEnergies: [Double]? { values[.potentialEnergy] }
  /// kT
  public var reducedPotentials: [Double]? { values[.reducedPotential] }
  public var logProposals: [Double]? { values[.logProposal] }
  public var sampleIDs: [Int]? { values[.sampleID]?.map { Int($0) } }
  public var parentIDs: [Int]? { values[.parentID]?.map { Int($0) } }
}

/// Where an ensemble comes from: the global attributes of its file.
public struct EnsembleProvenance: Sendable, Equatable {
  public var title: String?
  public var program: String
  public var programVersion: String
  /// Name of the system, for example "alanine-dipeptide".
  public var system: String
  /// K
  public var temperature: Double
  public var seed: UInt64
  /// Digest of the resolved configuration that the run saved.
  public var configurationDigest: String?
  /// Samples 2k and 2k + 1 of each group of this size are of one stratum of the proposal; nil for samples that are not in strata.
  public var stratifiedGroup: Int?

  public init(
    title: String? = nil, program: String = "MolFlow", programVersion: String, system: String, temperature: Double,
    seed: UInt64, configurationDigest: String? = nil, stratifiedGroup: Int? = nil
  ) {
    self.title = title
    self.program = program
    self.programVersion = programVersion
    self.system = system
    self.temperature = temperature
    self.seed = seed
    self.configurationDigest = configurationDigest
    self.stratifiedGroup = stratifiedGroup
  }

  /// What makes two runs draw the same samples.
  var identity: [String] {
    ["system \(system)", "\(temperature) K", "seed \(seed)", "configuration \(configurationDigest ?? "unknown")"]
  }

  var information: AmberFileInformation {
    AmberFileInformation(title: title, program: program, programVersion: programVersion)
  }

  var attributes: [(name: String, value: AttributeValue)] {
    var list: [(name: String, value: AttributeValue)] = [
      ("system", .text(system)), ("temperature", .number(temperature)), ("temperature_units", .text("kelvin")),
      // The format has no 64-bit integers, and a double would round large seeds.
      ("seed", .text(String(seed))),
    ]
    if let stratifiedGroup { list.append(("stratified_group", .text(String(stratifiedGroup)))) }
    if let configurationDigest { list.append(("configuration_digest", .text(configurationDigest))) }
    return list
  }

  /// From the attributes of a file; throws `InputError` when one is missing.
  init(of reader: AmberTrajectoryReader) throws(InputError) {
    func missing(_ name: String) -> InputError {
      InputError(reader.file.path, "is not a whole ensemble file: the attribute '\(name)' is missing or not valid")
    }
    guard let system = reader.text("system") else { throw missing("system") }
    guard let temperature = reader.number("temperature"), temperature > 0, temperature.isFinite else {
      throw missing("temperature")
    }
    guard let seed = reader.text("seed").flatMap({ UInt64($0) }) else { throw missing("seed") }
    self.init(
      title: reader.text("title"), program: reader.text("program") ?? "",
      programVersion: reader.text("programVersion") ?? "", system: system, temperature: temperature, seed: seed,
      configurationDigest: reader.text("configuration_digest"),
      stratifiedGroup: reader.text("stratified_group").flatMap { Int($0) })
  }
}
