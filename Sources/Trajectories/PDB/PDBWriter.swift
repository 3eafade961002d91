import Energies

/// Writes configurations of a molecule as a PDB file, one MODEL each, with elements, TER, and CONECT records for bonds that
/// residue names do not imply.
///
/// Columns are strict: what does not fit (serials over 99999, coordinates beyond −999.999…9999.999 Å, coordinates that
/// are not numbers, long names) is an error, never shifted or cut. There is no CRYST1 record.
public struct PDBWriter: Sendable {
  private let path: String
  private let molecule: Molecule
  /// Columns 1–30 and 55–80 of each atom.
  private var atomPrefixes: [String] = []
  private var atomSuffixes: [String] = []
  private var atomSerials: [Int] = []
  /// TER records by the atom they follow.
  private var terminations: [Int: String] = [:]

  /// Writes all configurations (nm); the file appears when it is whole. A single one comes without MODEL records.
  ///
  /// Throws `OutputError` when something does not fit the format or the file cannot be written.
  public static func write(
    _ configurations: Configurations, of molecule: Molecule, title: String? = nil, to path: String
  ) throws(OutputError) {
    let text = try PDBWriter(molecule, path: path).text(configurations, title: title)
    try PendingOutput.write(Array(text.utf8), to: path)
  }

  /// `path` is for messages.
  init(_ molecule: Molecule, path: String) throws(OutputError) {
    self.path = path
    self.molecule = molecule
    let neighbours = molecule.neighbours
    var serial = 1
    for (index, residue) in molecule.residues.enumerated() {
      let place = try residueColumns(residue)
      let record = Self.standardResidues.contains(residue.name) ? "ATOM  " : "HETATM"
      for atom in residue.atoms {
        let prefix = record + (try serialColumns(serial)) + " " + (try atomColumns(atom)) + " " + place
        atomPrefixes.append(prefix + "    ")
        let symbol = molecule.atoms[atom].element?.symbol.uppercased() ?? ""
        atomSuffixes.append("  1.00  0.00          " + PDBColumns.right(symbol, 2) + "  \n")
        atomSerials.append(serial)
        serial += 1
      }
      let next = index + 1 < molecule.residues.count ? molecule.residues[index + 1] : nil
      let continues = next.map { next in
        next.chain == residue.chain && residue.atoms.contains { neighbours[$0].contains(where: next.atoms.contains) }
      }
      if continues != true, let last = residue.atoms.last {
        terminations[last] = "TER   " + (try serialColumns(serial)) + "      " + place + "\n"
        serial += 1
      }
    }
  }

  func text(_ configurations: Configurations, title: String?) throws(OutputError) -> String {
    guard configurations.dimension == 3 * molecule.atomCount else {
      throw OutputError(
        path, "the molecule has \(molecule.atomCount) atoms, the configurations \(configurations.dimension) coordinates"
      )
    }
    var text = ""
    if let title {
      let printable = String(decoding: title.utf8.filter { (0x20..<0x7F).contains($0) }.prefix(70), as: UTF8.self)
      text += "TITLE     " + printable + "\n"
    }
    for sample in 0..<configurations.count {
      if configurations.count > 1 {
        guard let number = PDBColumns.integer(sample + 1, 4) else {
          throw OutputError(
            path, "a PDB file holds at most 9999 models", advice: "write fewer configurations, or an AMBER NetCDF file")
        }
        text += "MODEL     " + number + "\n"
      }
      for atom in 0..<molecule.atomCount {
        let position = configurations.position(sample: sample, atom: atom) / Units.nanometersPerAngstrom
        text += atomPrefixes[atom]
        for axis in 0..<3 {
          guard let columns = PDBColumns.coordinate(position[axis]) else {
            throw OutputError(
              path, "a coordinate of \(molecule.label(ofAtom: atom)) in configuration \(sample) does not fit",
              reason: "\(position[axis]) Å")
          }
          text += columns
        }
        text += atomSuffixes[atom]
        if let termination = terminations[atom] { text += termination }
      }
      if configurations.count > 1 { text += "ENDMDL\n" }
    }
    return text + connections() + "END\n"
  }

  // MARK: Columns

  private func serialColumns(_ serial: Int) throws(OutputError) -> String {
    guard let columns = PDBColumns.integer(serial, 5) else {
      throw OutputError(path, "a PDB file holds at most 99999 atoms", advice: "write an AMBER NetCDF file")
    }
    return columns
  }

  private func atomColumns(_ atom: Int) throws(OutputError) -> String {
    let described = molecule.atoms[atom]
    guard let columns = PDBColumns.atomName(described.name, element: described.element?.symbol) else {
      throw OutputError(path, "the atom name '\(described.name.excerpt)' does not fit four columns")
    }
    return columns
  }

  /// Residue name, chain, number and insertion code: columns 18–27.
  private func residueColumns(_ residue: Residue) throws(OutputError) -> String {
    guard residue.name.utf8.count <= 3, PDBColumns.isPrintable(residue.name) else {
      throw OutputError(path, "the residue name '\(residue.name.excerpt)' does not fit three columns")
    }
    guard residue.chain.utf8.count <= 1, PDBColumns.isPrintable(residue.chain) else {
      throw OutputError(path, "the chain name '\(residue.chain.excerpt)' does not fit one column")
    }
    guard let number = PDBColumns.integer(residue.number, 4) else {
      throw OutputError(path, "the residue number \(residue.number) does not fit four columns")
    }
    return PDBColumns.right(residue.name, 3) + " " + PDBColumns.left(residue.chain, 1) + number
  }

  // MARK: Bonds

  /// CONECT records, each bond from both its atoms, at most four partners a line.
  private func connections() -> String {
    var partners = [[Int]](repeating: [], count: molecule.atomCount)
    for bond in molecule.bonds where !isImplied(bond) {
      partners[bond.first].append(bond.second)
      partners[bond.second].append(bond.first)
    }
    var text = ""
    for (atom, bonded) in partners.enumerated() {
      let sorted = bonded.sorted()
      for start in stride(from: 0, to: sorted.count, by: 4) {
        let serials = ([atom] + sorted[start..<min(start + 4, sorted.count)]).map { atomSerials[$0] }
        // Every serial fitted its columns when it was given.
        text += "CONECT" + serials.map { PDBColumns.right(String($0), 5) }.joined() + "\n"
      }
    }
    return text
  }

  /// Whether readers know the bond from residue names: within and between standard residues, but not a disulphide.
  private func isImplied(_ bond: Bond) -> Bool {
    let (a, b) = (molecule.atoms[bond.first], molecule.atoms[bond.second])
    let isStandard = [a, b].allSatisfy { Self.standardResidues.contains(molecule.residues[$0.residue].name) }
    return isStandard && !(a.name == "SG" && b.name == "SG")
  }

  /// The twenty amino acids, and AMBER's names of their protonation states.
  private static let standardResidues: Set<String> = [
    "ALA", "ARG", "ASN", "ASP", "CYS", "GLN", "GLU", "GLY", "HIS", "ILE", "LEU", "LYS", "MET", "PHE", "PRO", "SER",
    "THR", "TRP", "TYR", "VAL", "HID", "HIE", "HIP", "CYX", "CYM", "ASH", "GLH", "LYN",
  ]
}
