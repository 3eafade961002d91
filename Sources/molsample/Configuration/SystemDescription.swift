import Energies
import Foundation

/// What a `system.yaml` says: where the molecule and its energy come from, and at which temperature it is sampled.
struct SystemDescription {
  /// Where atoms and parameters come from.
  enum Origin {
    case sequence(String)
    case amber(prmtop: String, inpcrd: String?)
    case openMM(system: String, pdb: String)
    case pdb(String)
    /// A model cluster by its name.
    case cluster(String)
  }

  /// A free-energy difference to report: atoms of a dihedral and the range of it that counts as inside.
  struct DihedralRegion {
    var name: String
    var atoms: SIMD4<Int>
    /// rad, taken modulo 2π
    var range: ClosedRange<Double>
  }

  var name: String
  var summary: String?
  var origin: Origin
  /// A shipped name, or OpenMM force-field XML files.
  var forceField: [String] = []
  var solvent: String?
  var solventDielectric: Double?
  var soluteDielectric: Double?
  var surfaceArea: Bool?
  var inverseDebyeLength: Double?
  /// nm
  var cutoff: Double?
  /// K
  var temperature = 300.0
  var regions: [DihedralRegion] = []

  static let keys = [
    "name", "summary", "sequence", "cluster", "prmtop", "inpcrd", "openmm_system", "pdb", "force_field", "solvent",
    "solvent_dielectric", "solute_dielectric", "surface_area", "inverse_debye_length_per_nm", "cutoff_nm",
    "temperature_K", "free_energies",
  ]

  /// Reads a `system.yaml`; file names in it are relative to its folder.
  init(path: String) throws {
    let yaml = try YAMLMapping(path: path)
    try yaml.allow(Self.keys)
    try self.init(yaml, folder: URL(fileURLWithPath: path).deletingLastPathComponent())
  }

  /// Whether a mapping says what the molecule is.
  static func isDescribed(by yaml: YAMLMapping) -> Bool {
    ["sequence", "cluster", "prmtop", "openmm_system", "pdb"].contains(where: yaml.has)
  }

  /// What the keys of a description say; others are left alone.
  ///
  /// - Parameter folder: to which file names are relative; nil for the working directory.
  init(_ yaml: YAMLMapping, folder: URL?) throws {
    let path = yaml.source
    func placed(_ file: String) -> String {
      guard let folder, !file.hasPrefix("/") else { return file }
      return folder.appendingPathComponent(file).relativePath
    }
    func file(_ key: String) throws -> String? { try yaml.text(key).map(placed) }
    let origins = ["sequence", "cluster", "prmtop", "openmm_system"].filter(yaml.has)
    guard origins.count <= 1 else {
      throw InputError(path, "names more than one origin", found: origins.joined(separator: " and "))
    }
    name = try yaml.text("name") ?? folder?.lastPathComponent ?? path
    summary = try yaml.text("summary")
    if let sequence = try yaml.text("sequence") {
      origin = .sequence(sequence)
    } else if let cluster = try yaml.text("cluster") {
      guard MolecularSystem.clusterNames.contains(cluster) else {
        throw yaml.error(
          "cluster", "is not to be had", expected: MolecularSystem.clusterNames.joined(separator: ", "), found: cluster)
      }
      origin = .cluster(cluster)
    } else if let prmtop = try file("prmtop") {
      origin = .amber(prmtop: prmtop, inpcrd: try file("inpcrd"))
    } else if let system = try file("openmm_system") {
      guard let pdb = try file("pdb") else {
        throw InputError(path, "an OpenMM System needs a PDB file for its atoms", expected: "pdb: FILE")
      }
      origin = .openMM(system: system, pdb: pdb)
    } else if let pdb = try file("pdb") {
      origin = .pdb(pdb)
    } else {
      throw InputError(
        path, "does not say what the molecule is",
        expected: "one of sequence, cluster, prmtop, openmm_system with pdb, pdb")
    }
    forceField = try (yaml.list("force_field") ?? []).map { $0.lowercased().hasSuffix(".xml") ? placed($0) : $0 }
    solvent = try yaml.text("solvent")
    solventDielectric = try yaml.positive("solvent_dielectric")
    soluteDielectric = try yaml.positive("solute_dielectric")
    surfaceArea = try yaml.flag("surface_area")
    inverseDebyeLength = try yaml.number("inverse_debye_length_per_nm")
    cutoff = try yaml.positive("cutoff_nm")
    let usual = yaml.has("cluster") ? MolecularSystem.clusterTemperature : 300
    temperature = try yaml.positive("temperature_K") ?? usual
    regions = try yaml.mappings("free_energies").map(Self.region)
  }

  private static func region(_ yaml: YAMLMapping) throws -> DihedralRegion {
    try yaml.allow(["name", "dihedral", "range_rad"])
    guard let name = try yaml.text("name"), let atoms = try yaml.integers("dihedral", count: 4),
      let range = try yaml.numbers("range_rad", count: 2)
    else {
      throw InputError(
        yaml.source, line: yaml.line, "a free energy needs name, dihedral and range_rad",
        expected: "{name: phi, dihedral: [4, 6, 8, 14], range_rad: [0, 2]}")
    }
    guard range[0] < range[1], range[1] - range[0] < 2 * Double.pi else {
      throw yaml.error("range_rad", "must ascend and span less than 2π", found: "\(range)")
    }
    guard atoms.allSatisfy({ $0 >= 0 }), Set(atoms).count == 4 else {
      throw yaml.error("dihedral", "must name four different atoms, counted from 0", found: "\(atoms)")
    }
    return DihedralRegion(
      name: name, atoms: SIMD4(atoms[0], atoms[1], atoms[2], atoms[3]), range: range[0]...range[1])
  }

  init(name: String, origin: Origin) {
    self.name = name
    self.origin = origin
  }

  /// The peers' dipeptide protocol: amber14 with obc1, a non-periodic cutoff of 2 nm, 310 K.
  init(sequence: String) {
    name = sequence
    origin = .sequence(sequence)
    forceField = ["amber14"]
    solvent = "obc1"
    cutoff = 2
    temperature = 310
  }

  /// The text of a `system.yaml` that says the same; file names as given.
  var yaml: String {
    var lines = ["name: \(quoted(name))"]
    if let summary { lines.append("summary: \(quoted(summary))") }
    switch origin {
    case .sequence(let sequence): lines.append("sequence: \(quoted(sequence))")
    case .amber(let prmtop, let inpcrd):
      lines.append("prmtop: \(quoted(prmtop))")
      if let inpcrd { lines.append("inpcrd: \(quoted(inpcrd))") }
    case .openMM(let system, let pdb): lines += ["openmm_system: \(quoted(system))", "pdb: \(quoted(pdb))"]
    case .pdb(let pdb): lines.append("pdb: \(quoted(pdb))")
    case .cluster(let name): lines.append("cluster: \(quoted(name))")
    }
    if !forceField.isEmpty { lines.append("force_field: [\(forceField.map(quoted).joined(separator: ", "))]") }
    if let solvent { lines.append("solvent: \(quoted(solvent))") }
    if let solventDielectric { lines.append("solvent_dielectric: \(solventDielectric)") }
    if let soluteDielectric { lines.append("solute_dielectric: \(soluteDielectric)") }
    if let surfaceArea { lines.append("surface_area: \(surfaceArea)") }
    if let inverseDebyeLength { lines.append("inverse_debye_length_per_nm: \(inverseDebyeLength)") }
    if let cutoff { lines.append("cutoff_nm: \(cutoff)") }
    lines.append("temperature_K: \(temperature)")
    if !regions.isEmpty {
      lines.append("free_energies:")
      for region in regions {
        let atoms = (0..<4).map { "\(region.atoms[$0])" }.joined(separator: ", ")
        lines.append(
          "  - {name: \(quoted(region.name)), dihedral: [\(atoms)], range_rad: [\(region.range.lowerBound), \(region.range.upperBound)]}"
        )
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A YAML scalar in double quotes.
  private func quoted(_ text: String) -> String {
    let escaped = text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
      .replacingOccurrences(of: "\n", with: "\\n")
    return "\"\(escaped)\""
  }
}
