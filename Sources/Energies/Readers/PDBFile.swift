/// A structure in the PDB format (wwPDB format guide 3.3): one molecule, and the coordinates of every model.
///
/// Reads ATOM, HETATM, TER, MODEL, ENDMDL, CONECT and END; other records say nothing about energies. Bonds are those of
/// standard residues, peptide links between neighbours in a chain, and CONECT records; a disulphide bridge therefore
/// needs CONECT. Of alternate locations the first counts. Elements stand in columns 77–78 or follow from the name.
public struct PDBFile: Sendable {
  public let molecule: Molecule
  /// One per model, nm.
  public let configurations: Configurations

  /// - Throws: `InputError` with the line.
  public init(path: String) throws { try self.init(lines: InputFileContents(path: path).lines(), source: path) }

  /// - Parameter source: names the input in errors.
  public init(text: String, source: String) throws {
    try self.init(lines: Array(text.utf8).split(separator: 0x0A, omittingEmptySubsequences: false), source: source)
  }

  private init(lines: [ArraySlice<UInt8>], source: String) throws {
    var parser = PDBParser(source: source)
    for (index, line) in lines.enumerated() {
      try parser.read(PDBLine(bytes: Array(line), source: source, number: index + 1))
    }
    (molecule, configurations) = try parser.finish(lastLine: lines.count)
  }
}

/// Collects the records of one file.
private struct PDBParser {
  let source: String
  private var topology = PDBTopology()
  private var coordinates: [Double] = []
  private var modelCount = 0
  /// Atoms read of the current model; nil between models.
  private var atomsInModel: Int?
  private var connections: [(line: PDBLine, serials: [Int])] = []

  init(source: String) { self.source = source }

  mutating func read(_ line: PDBLine) throws {
    switch line.recordName {
    case "ATOM", "HETATM": try readAtom(PDBAtomRecord(line))
    case "TER": if modelCount == 0 { topology.endChain() }
    case "MODEL", "ENDMDL", "END": try endModel(line)
    case "CONECT": connections.append((line, try line.connectedSerials()))
    default: break
    }
  }

  private mutating func readAtom(_ record: PDBAtomRecord) throws {
    let index = atomsInModel ?? 0
    if modelCount == 0 {
      guard try topology.append(record) else { return }
    } else {
      guard try topology.agrees(record, at: index, model: modelCount + 1) else { return }
    }
    atomsInModel = index + 1
    coordinates += record.position
  }

  private mutating func endModel(_ line: PDBLine) throws {
    guard let count = atomsInModel else { return }
    guard count == topology.atoms.count else {
      throw line.error(
        "model \(modelCount + 1) has another number of atoms", expected: "\(topology.atoms.count)", found: "\(count)")
    }
    modelCount += 1
    atomsInModel = nil
  }

  mutating func finish(lastLine: Int) throws -> (Molecule, Configurations) {
    try endModel(PDBLine(bytes: [], source: source, number: lastLine))
    guard modelCount > 0 else {
      throw InputError(source, "there are no atoms", expected: "ATOM or HETATM records of a PDB file")
    }
    let molecule = try topology.molecule(connections: connections)
    return (
      molecule, Configurations(count: modelCount, dimension: 3 * molecule.atomCount, coordinates: coordinates)
    )
  }
}
