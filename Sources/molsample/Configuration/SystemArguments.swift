import ArgumentParser
import Energies

/// SYSTEM and the words after it, or the files that take its place.
struct SystemArguments: ParsableArguments {
  @Argument(help: "SYSTEM, then key=value words that change the configuration.")
  var words: [String] = []

  @Option(help: ArgumentHelp("AMBER topology.", valueName: "file"))
  var prmtop: String?

  @Option(help: ArgumentHelp("AMBER coordinates for --prmtop (ASCII or NetCDF).", valueName: "file"))
  var inpcrd: String?

  @Option(help: ArgumentHelp("Serialized OpenMM System; needs --pdb.", valueName: "file"))
  var openmmSystem: String?

  @Option(help: ArgumentHelp("PDB file: atoms of --openmm-system, or a molecule for --force-field.", valueName: "file"))
  var pdb: String?

  @Option(
    help: ArgumentHelp(
      "Peptide sequence, AK or ACE-ALA-NME; amber14 with obc1, cutoff 2 nm and 310 K unless --force-field is given.",
      valueName: "sequence"))
  var sequence: String?

  @Option(
    help: ArgumentHelp(
      "amber14, amber99sb-ildn, amber96, ff19SB, or OpenMM XML files with commas between.", valueName: "name"))
  var forceField: String?

  @Option(help: ArgumentHelp("vacuum, obc1, obc2, gbn2, amber99_obc, amber96_obc.", valueName: "name"))
  var solvent: String?

  @Option(help: ArgumentHelp("Non-periodic cutoff, nm.", valueName: "nm"))
  var cutoff: Double?

  @Option(help: ArgumentHelp("Dielectric constant of the solvent.", valueName: "epsilon"))
  var solventDielectric: Double?

  @Option(help: ArgumentHelp("Whether the surface-area term is added: true or false.", valueName: "flag"))
  var surfaceArea: Bool?

  /// Whether a flag says where the molecule comes from, so that no SYSTEM is needed.
  var hasOriginFlag: Bool { [sequence, prmtop, openmmSystem, pdb].contains { $0 != nil } }

  /// Flags that say what the molecule's energy is.
  var hasEnergyFlag: Bool {
    forceField != nil || solvent != nil || cutoff != nil || solventDielectric != nil || surfaceArea != nil
  }

  /// Refuses what would be ignored beside --set.
  func refuseSystem(beside set: String) throws {
    if let word = plainWords.first ?? (hasOriginFlag ? "a system" : nil) {
      throw UsageError("\(word) and --set \(set) exclude each other", advice: "leave one of them out")
    }
    if hasEnergyFlag {
      throw UsageError(
        "--set \(set) has the energy of data sets, amber14 with obc1 and a cutoff of 2 nm",
        advice: "leave out --force-field, --solvent, --cutoff and their like")
    }
  }

  /// Words that are not key=value.
  var plainWords: [String] { words.filter { !$0.contains("=") } }

  /// The system that flags or the word SYSTEM describe, with overrides of its own keys applied.
  ///
  /// - Parameters:
  ///   - skipping: plain words before SYSTEM.
  ///   - configured: what a configuration file says of the system, for want of these.
  func description(
    skipping: Int = 0, configured: SystemDescription? = nil, overrides: inout Overrides
  ) throws -> SystemDescription {
    let plain = plainWords.dropFirst(skipping)
    var description: SystemDescription
    let origins = [sequence, prmtop, openmmSystem].compactMap { $0 }
    guard origins.count + plain.count <= 1, pdb == nil || plain.isEmpty else {
      throw UsageError("more than one system: \((Array(plain) + origins).joined(separator: ", "))")
    }
    if let sequence {
      // Who names a force field chooses everything; who does not has the setting of a SYSTEM that is a sequence.
      description =
        forceField == nil
        ? try .peptide(sequence) : SystemDescription(name: sequence, origin: .sequence(sequence))
    } else if let prmtop {
      description = SystemDescription(name: prmtop, origin: .amber(prmtop: prmtop, inpcrd: inpcrd))
    } else if let openmmSystem {
      guard let pdb else { throw UsageError("--openmm-system needs --pdb for the atoms' names and bonds") }
      description = SystemDescription(name: openmmSystem, origin: .openMM(system: openmmSystem, pdb: pdb))
    } else if let pdb {
      description = SystemDescription(name: pdb, origin: .pdb(pdb))
    } else if let word = plain.first {
      description = try SystemCatalog.description(of: word)
    } else if let configured {
      description = configured
    } else {
      throw UsageError("no system is named", advice: "say `molsample list` for names, or --sequence, --prmtop, --pdb")
    }
    if let forceField { description.forceField = forceField.split(separator: ",").map(String.init) }
    if let solvent { description.solvent = solvent }
    if let cutoff {
      guard cutoff > 0 else { throw UsageError("--cutoff must be positive") }
      description.cutoff = cutoff
    }
    if let solventDielectric { description.solventDielectric = solventDielectric }
    if let surfaceArea { description.surfaceArea = surfaceArea }
    if let temperature = try overrides.takeNumber("temperature") {
      guard temperature > 0 else { throw UsageError("temperature must be positive") }
      description.temperature = temperature
    }
    return description
  }

  /// As `description(skipping:configured:overrides:)` with the keys of a configuration file, which may be the `config.yaml` of an earlier call and
  /// then says what the system is, with files as they were named then.
  ///
  /// - Parameter known: keys of the command.
  func description(config: String?, known: [String], overrides: inout Overrides) throws -> SystemDescription {
    guard let config else { return try description(overrides: &overrides) }
    let yaml = try YAMLMapping(path: config)
    guard SystemDescription.isDescribed(by: yaml) else {
      try overrides.addDefaults(from: yaml, known: known)
      return try description(overrides: &overrides)
    }
    guard plainWords.isEmpty, !hasOriginFlag, inpcrd == nil else {
      throw UsageError(
        "\(config) says what the system is, and so does the command line",
        advice: "leave one of them out: the system here, or the lines after 'The system' there")
    }
    try overrides.addDefaults(from: yaml, known: known, besides: SystemDescription.keys)
    return try description(configured: SystemDescription(yaml, folder: nil), overrides: &overrides)
  }
}
