/// Atoms, residues and covalent bonds of a prmtop.
enum PrmtopMolecule {
  static func read(
    _ file: PrmtopSections, _ pointers: PrmtopPointers, bonds: [HarmonicBonds.Parameters]
  ) throws(InputError) -> Molecule {
    let atomCount = pointers.atomCount
    let names = try file.texts("ATOM_NAME", count: atomCount)
    for index in 0..<atomCount where names[index].isEmpty {
      throw InputError(
        file.path, line: names.lines[index], "%FLAG ATOM_NAME: the name of atom \(index + 1) is blank",
        expected: "a name", found: "blanks")
    }
    let masses = try file.reals("MASS", count: atomCount)
    for index in 0..<atomCount where !(masses[index] > 0 && masses[index] < 1000) {
      throw InputError(
        file.path, line: masses.lines[index],
        "%FLAG MASS: the mass of atom \(index + 1) (\(names[index])) is out of range",
        expected: "above 0 and below 1000 dalton", found: "\(masses[index])",
        advice: "massless extra points are not supported")
    }
    let types = file.contains("AMBER_ATOM_TYPE") ? try file.texts("AMBER_ATOM_TYPE", count: atomCount) : nil
    let residues = try residues(file, pointers)
    var elements: [Element?] = []
    if file.contains("ATOMIC_NUMBER") {
      let numbers = try file.integers("ATOMIC_NUMBER", count: atomCount)
      for index in 0..<atomCount {
        guard let element = Element(atomicNumber: numbers[index]) else {
          throw InputError(
            file.path, line: numbers.lines[index],
            "%FLAG ATOMIC_NUMBER: atom \(index + 1) (\(names[index])) is no supported element", expected: "1 to 86",
            found: "\(numbers[index])", advice: "extra points are not supported")
        }
        elements.append(element)
      }
    } else {
      for index in 0..<atomCount {
        guard let element = element(named: names[index], mass: masses[index]) else {
          throw InputError(
            file.path, line: names.lines[index], "the element of atom \(index + 1) cannot be told from its name",
            expected: "a section ATOMIC_NUMBER", found: names[index],
            advice: "write the prmtop again with a current tleap or ParmEd")
        }
        elements.append(element)
      }
    }

    var atoms: [Atom] = []
    atoms.reserveCapacity(atomCount)
    for (residue, entry) in residues.enumerated() {
      for index in entry.atoms {
        atoms.append(
          Atom(
            name: names[index], element: elements[index], mass: masses[index], residue: residue,
            type: types.map { $0[index] }))
      }
    }
    let waters: Set<String> = ["WAT", "HOH"]
    var graph: [Bond] = []
    for bond in bonds {
      // tleap gives water a third, artificial bond between its hydrogens: a term of the energy, no chemical bond.
      let bothHydrogen = elements[bond.i] == .hydrogen && elements[bond.j] == .hydrogen
      if bothHydrogen, waters.contains(residues[atoms[bond.i].residue].name) { continue }
      graph.append(Bond(bond.i, bond.j))
    }
    return Molecule(atoms: atoms, residues: residues, bonds: graph)
  }

  private static func residues(_ file: PrmtopSections, _ pointers: PrmtopPointers) throws(InputError) -> [Residue] {
    let labels = try file.texts("RESIDUE_LABEL", count: pointers.residueCount)
    let starts = try file.integers("RESIDUE_POINTER", count: pointers.residueCount)
    var residues: [Residue] = []
    for index in 0..<pointers.residueCount {
      let previous = index == 0 ? 0 : starts[index - 1]
      let isValid = index == 0 ? starts[0] == 1 : starts[index] > previous && starts[index] <= pointers.atomCount
      guard isValid else {
        throw InputError(
          file.path, line: starts.lines[index],
          "%FLAG RESIDUE_POINTER: the first atom of residue \(index + 1) is wrong",
          expected: index == 0 ? "1" : "above \(previous), at most \(pointers.atomCount)", found: "\(starts[index])")
      }
      if index > 0 { residues[index - 1].atoms = previous - 1..<starts[index] - 1 }
      residues.append(
        Residue(name: labels[index], number: index + 1, atoms: starts[index] - 1..<pointers.atomCount))
    }
    return residues
  }

  /// The element whose symbol begins the name and whose standard mass fits, for files older than ATOMIC_NUMBER.
  private static func element(named name: String, mass: Double) -> Element? {
    let letters = name.drop { !$0.isLetter }
    // Light hydrogens may carry up to four daltons when masses were repartitioned.
    if letters.first == "H" || letters.first == "h", mass < 4.1 { return .hydrogen }
    for symbol in [String(letters.prefix(2)), String(letters.prefix(1))] {
      guard let element = Element(symbol: symbol), let expected = standardMasses[element.symbol] else { continue }
      if abs(expected - mass) < 6 { return element }
    }
    return nil
  }

  private static let standardMasses = [
    "C": 12.01, "N": 14.01, "O": 16.0, "F": 19.0, "Na": 22.99, "Mg": 24.305, "P": 30.97, "S": 32.06, "Cl": 35.45,
    "K": 39.1, "Ca": 40.08, "Fe": 55.85, "Zn": 65.4, "Br": 79.9, "I": 126.9,
  ]
}
