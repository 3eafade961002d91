/// Bonds, angles and dihedrals of a prmtop, in the units of this program.
///
/// AMBER's energies have no factor ½: k = 2 K. Atom pointers are 3 × (index − 1). In a dihedral the sign of the third
/// pointer says "no 1-4 interaction" and that of the fourth "improper"; U = K (1 + cos(nφ − γ)) for both.
struct PrmtopBondedTerms {
  struct Dihedral {
    let torsion: PeriodicTorsions.Parameters
    /// Its end atoms interact with scaled strength: neither pointer was negative.
    let hasScaledPair: Bool
    /// 0-based row of SCEE_SCALE_FACTOR and SCNB_SCALE_FACTOR.
    let type: Int
    let line: Int
    let flag: String
  }

  let bonds: [HarmonicBonds.Parameters]
  let angles: [HarmonicAngles.Parameters]
  let dihedrals: [Dihedral]

  init(_ file: PrmtopSections, _ pointers: PrmtopPointers) throws(InputError) {
    bonds = try Self.readBonds(file, pointers)
    angles = try Self.readAngles(file, pointers)
    dihedrals = try Self.readDihedrals(file, pointers)
  }

  private static func readBonds(
    _ file: PrmtopSections, _ pointers: PrmtopPointers
  ) throws(InputError) -> [HarmonicBonds.Parameters] {
    let constants = try file.reals("BOND_FORCE_CONSTANT", count: pointers.bondTypeCount)
    let lengths = try file.reals("BOND_EQUIL_VALUE", count: pointers.bondTypeCount)
    let kilojoulesPerSquareNanometer = 2 * Units.kilojoulesPerKilocalorie * 100
    var bonds: [HarmonicBonds.Parameters] = []
    for (flag, count) in [
      ("BONDS_INC_HYDROGEN", pointers.bondsWithHydrogen), ("BONDS_WITHOUT_HYDROGEN", pointers.bondsWithoutHydrogen),
    ] {
      let values = try file.integers(flag, count: 3 * count)
      let table = PrmtopIndexTable(file: file, values: values, atomCount: pointers.atomCount)
      for entry in stride(from: 0, to: values.count, by: 3) {
        let atoms = try table.atoms(entry..<entry + 2)
        let type = try table.type(entry + 2, count: pointers.bondTypeCount, "NUMBND")
        bonds.append(
          HarmonicBonds.Parameters(
            atoms[0], atoms[1], length: lengths[type] * Units.nanometersPerAngstrom,
            forceConstant: constants[type] * kilojoulesPerSquareNanometer))
      }
    }
    return bonds
  }

  private static func readAngles(
    _ file: PrmtopSections, _ pointers: PrmtopPointers
  ) throws(InputError) -> [HarmonicAngles.Parameters] {
    let constants = try file.reals("ANGLE_FORCE_CONSTANT", count: pointers.angleTypeCount)
    // Radians in the file, unlike in AMBER's parameter files.
    let values = try file.reals("ANGLE_EQUIL_VALUE", count: pointers.angleTypeCount)
    var angles: [HarmonicAngles.Parameters] = []
    for (flag, count) in [
      ("ANGLES_INC_HYDROGEN", pointers.anglesWithHydrogen), ("ANGLES_WITHOUT_HYDROGEN", pointers.anglesWithoutHydrogen),
    ] {
      let indices = try file.integers(flag, count: 4 * count)
      let table = PrmtopIndexTable(file: file, values: indices, atomCount: pointers.atomCount)
      for entry in stride(from: 0, to: indices.count, by: 4) {
        let atoms = try table.atoms(entry..<entry + 3)
        let type = try table.type(entry + 3, count: pointers.angleTypeCount, "NUMANG")
        angles.append(
          HarmonicAngles.Parameters(
            atoms[0], atoms[1], atoms[2], angle: values[type],
            forceConstant: constants[type] * 2 * Units.kilojoulesPerKilocalorie))
      }
    }
    return angles
  }

  private static func readDihedrals(
    _ file: PrmtopSections, _ pointers: PrmtopPointers
  ) throws(InputError) -> [Dihedral] {
    let constants = try file.reals("DIHEDRAL_FORCE_CONSTANT", count: pointers.dihedralTypeCount)
    let phases = try file.reals("DIHEDRAL_PHASE", count: pointers.dihedralTypeCount)
    let rawPeriodicities = try file.reals("DIHEDRAL_PERIODICITY", count: pointers.dihedralTypeCount)
    var periodicities: [Int] = []
    for index in 0..<rawPeriodicities.count {
      let value = rawPeriodicities[index]
      guard (0...12).contains(value), abs(value - value.rounded()) < 1e-6 else {
        throw InputError(
          file.path, line: rawPeriodicities.lines[index],
          "%FLAG DIHEDRAL_PERIODICITY: value \(index + 1) is out of range", expected: "a whole number from 0 to 12",
          found: "\(value)")
      }
      periodicities.append(Int(value.rounded()))
    }
    var dihedrals: [Dihedral] = []
    for (flag, count) in [
      ("DIHEDRALS_INC_HYDROGEN", pointers.dihedralsWithHydrogen),
      ("DIHEDRALS_WITHOUT_HYDROGEN", pointers.dihedralsWithoutHydrogen),
    ] {
      let indices = try file.integers(flag, count: 5 * count)
      let table = PrmtopIndexTable(file: file, values: indices, atomCount: pointers.atomCount)
      for entry in stride(from: 0, to: indices.count, by: 5) {
        let atoms = try table.atoms(entry..<entry + 4, signedFrom: entry + 2)
        let type = try table.type(entry + 4, count: pointers.dihedralTypeCount, "NPTRA")
        dihedrals.append(
          Dihedral(
            torsion: PeriodicTorsions.Parameters(
              atoms[0], atoms[1], atoms[2], atoms[3], periodicity: periodicities[type], phase: phases[type],
              forceConstant: constants[type] * Units.kilojoulesPerKilocalorie),
            hasScaledPair: indices[entry + 2] >= 0 && indices[entry + 3] >= 0, type: type,
            line: indices.lines[entry], flag: flag))
      }
    }
    return dihedrals
  }
}

/// Range checks on the rows of a list of atoms and types.
struct PrmtopIndexTable {
  let file: PrmtopSections
  let values: PrmtopValues<Int>
  let atomCount: Int

  /// 0-based, distinct atoms from the pointers in `range`; those from `signedFrom` on may be negative.
  func atoms(_ range: Range<Int>, signedFrom: Int = .max) throws(InputError) -> [Int] {
    var atoms: [Int] = []
    for place in range {
      let value = values[place]
      let pointer = place >= signedFrom && value > -1_000_000_000 ? abs(value) : value
      guard pointer >= 0, pointer % 3 == 0, pointer / 3 < atomCount else {
        throw InputError(
          file.path, line: values.lines[place], "%FLAG \(values.flag): value \(place + 1) is no atom pointer",
          expected: "a multiple of 3 from 0 to \(3 * (atomCount - 1))", found: "\(value)")
      }
      guard !atoms.contains(pointer / 3) else {
        throw InputError(
          file.path, line: values.lines[place], "%FLAG \(values.flag): value \(place + 1) repeats an atom of its row",
          expected: "different atoms", found: "\(value)")
      }
      atoms.append(pointer / 3)
    }
    return atoms
  }

  /// 0-based row of a parameter table.
  func type(_ place: Int, count: Int, _ pointerName: String) throws(InputError) -> Int {
    guard (1...max(count, 1)).contains(values[place]), count > 0 else {
      throw InputError(
        file.path, line: values.lines[place], "%FLAG \(values.flag): value \(place + 1) is no parameter number",
        expected: "1 to \(pointerName) = \(count)", found: "\(values[place])")
    }
    return values[place] - 1
  }
}
