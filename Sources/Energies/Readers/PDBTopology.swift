/// Atoms, residues and chains of the first model of a PDB file.
struct PDBTopology {
  struct Residue {
    var first: PDBAtomRecord
    /// Counts TER records and changes of the chain identifier.
    var chain: Int
    var atoms: Range<Int>
    var names: Set<String> = []
  }

  private(set) var atoms: [PDBAtomRecord] = []
  private var residues: [Residue] = []
  private var chain = 0
  private var chainEnded = false
  /// Atom index by serial number; alternate locations count for the atom that was kept.
  private var serials: [Int: Int] = [:]
  private var nextSerial = 1

  mutating func endChain() { chainEnded = true }

  /// Adds an atom of the first model. False: an alternate location of one that is there.
  mutating func append(_ record: PDBAtomRecord) throws -> Bool {
    let serial = record.serial ?? nextSerial
    nextSerial = serial &+ 1
    if let last = residues.last, !chainEnded, last.first.chain == record.chain,
      last.first.residueNumber == record.residueNumber, last.first.insertionCode == record.insertionCode,
      last.first.residueName == record.residueName || !record.alternateLocation.isEmpty
    {
      if last.names.contains(record.name) {
        guard !record.alternateLocation.isEmpty else {
          throw record.line.error("atom \(record.name) stands twice in residue \(record.residueName)")
        }
        let kept = last.atoms.first { atoms[$0].name == record.name }
        serials[serial] = kept
        return false
      }
      // A point mutation given as alternate locations: only the first residue counts.
      guard last.first.residueName == record.residueName else { return false }
    } else {
      if let last = residues.last, chainEnded || last.first.chain != record.chain { chain += 1 }
      chainEnded = false
      residues.append(Residue(first: record, chain: chain, atoms: atoms.count..<atoms.count))
    }
    serials[serial] = atoms.count
    atoms.append(record)
    let last = residues.count - 1
    residues[last].names.insert(record.name)
    residues[last].atoms = residues[last].atoms.lowerBound..<atoms.count
    return true
  }

  /// Whether an atom of a later model is the one at `index`. False: an alternate location to be passed over.
  func agrees(_ record: PDBAtomRecord, at index: Int, model: Int) throws -> Bool {
    if index < atoms.count, atoms[index].name == record.name, atoms[index].residueName == record.residueName {
      return true
    }
    if !record.alternateLocation.isEmpty, index > 0 { return false }
    throw record.line.error(
      "model \(model) does not have the atoms of the first model",
      expected: index < atoms.count ? "\(atoms[index].residueName) \(atoms[index].name)" : "\(atoms.count) atoms",
      found: "\(record.residueName) \(record.name)")
  }

  /// The molecule with bonds from standard residues, peptide links and CONECT records.
  func molecule(connections: [(line: PDBLine, serials: [Int])]) throws -> Molecule {
    let standard = try StandardResidues.shipped()
    var moleculeAtoms: [Atom] = []
    var moleculeResidues: [Energies.Residue] = []
    for (index, residue) in residues.enumerated() {
      for place in residue.atoms {
        let element = atoms[place].element(residueHasOneAtom: residue.atoms.count == 1)
        guard element != nil || atoms[place].isExtraSite else {
          throw atoms[place].line.error(
            "the element of atom \(atoms[place].name) is unknown", expected: "an element symbol in columns 77–78")
        }
        moleculeAtoms.append(
          Atom(name: atoms[place].name, element: element, mass: element?.conventionalMass ?? 0, residue: index))
      }
      moleculeResidues.append(
        Energies.Residue(
          name: residue.first.residueName, chain: residue.first.chain, number: residue.first.residueNumber,
          atoms: residue.atoms))
    }
    var bonds = Set(standardBonds(standard))
    for (line, connected) in connections {
      guard let first = connected.first.flatMap({ serials[$0] }) else { continue }
      // A serial without an atom belongs to one that was left out of the file.
      for second in connected.dropFirst().compactMap({ serials[$0] }) {
        guard first != second else { throw line.error("an atom is connected to itself") }
        bonds.insert(Bond(first, second))
      }
    }
    return Molecule(atoms: moleculeAtoms, residues: moleculeResidues, bonds: Array(bonds))
  }

  private func standardBonds(_ standard: StandardResidues) -> [Bond] {
    let places = residues.map { residue in
      Dictionary(
        residue.atoms.map { (standard.standardName(ofAtom: atoms[$0].name, inResidue: residue.first.residueName), $0) },
        uniquingKeysWith: { first, _ in first })
    }
    var bonds: [Bond] = []
    for (index, residue) in residues.enumerated() {
      func atom(_ name: String) -> Int? {
        guard name.hasPrefix("-") else { return places[index][name] }
        guard index > 0, residues[index - 1].chain == residue.chain else { return nil }
        return places[index - 1][String(name.dropFirst())]
      }
      for bond in standard.bonds(ofResidue: residue.first.residueName) {
        if let a = atom(bond.first), let b = atom(bond.second), a != b { bonds.append(Bond(a, b)) }
      }
    }
    return bonds
  }
}
