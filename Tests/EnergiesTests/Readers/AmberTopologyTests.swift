import Energies
import Foundation
import Testing

@Suite struct AmberTopologyTests {
  private func lines(_ name: String) throws -> [String] {
    String(decoding: try ReaderGolden.bytes(name), as: UTF8.self).components(separatedBy: "\n")
  }

  /// Reads a changed copy of ala.prmtop.
  private func read(_ lines: [String]) throws -> AmberTopology {
    try withTemporaryFile(lines.joined(separator: "\n")) { try AmberTopology(path: $0) }
  }

  /// 0-based index of the first data line of a section.
  private func data(_ flag: String, in lines: [String]) -> Int { lines.firstIndex(of: "%FLAG \(flag)")! + 2 }

  /// Replaces the field of `width` columns at `place` of a section's first line.
  private func replaced(_ flag: String, place: Int, width: Int, by text: String) throws -> [String] {
    var lines = try lines("ala.prmtop")
    let line = data(flag, in: lines)
    var characters = Array(lines[line])
    let padded = String(repeating: " ", count: width - text.count) + text
    characters.replaceSubrange(place * width..<(place + 1) * width, with: Array(padded))
    lines[line] = String(characters)
    return lines
  }

  @Test(arguments: ReaderGolden.molecules) func parameters(molecule: String) throws {
    let facts = try ReaderGolden(molecule: molecule).facts
    let system = try AmberTopology(path: ReaderGolden.path("\(molecule).prmtop")).makeSystem()
    // Sums of some hundred doubles in another order.
    func close(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 * max(1, abs(b)) }

    #expect(system.molecule.atomCount == facts.atoms)
    #expect(close(system.molecule.atoms.reduce(0) { $0 + $1.mass }, facts.mass_sum))
    let bonds = try #require(system.term(HarmonicBonds.self)).bonds
    #expect(bonds.count == facts.bonds)
    #expect(system.molecule.bonds.count == facts.bonds)
    #expect(close(bonds.reduce(0) { $0 + $1.forceConstant }, facts.bond_constant_sum))
    #expect(close(bonds.reduce(0) { $0 + $1.length }, facts.bond_length_sum))
    let angles = try #require(system.term(HarmonicAngles.self)).angles
    #expect(angles.count == facts.angles)
    #expect(close(angles.reduce(0) { $0 + $1.angle }, try #require(facts.angle_sum)))
    let torsions = try #require(system.term(PeriodicTorsions.self)).torsions
    #expect(torsions.count == facts.torsions)
    #expect(close(torsions.reduce(0) { $0 + $1.forceConstant }, facts.torsion_constant_sum))
    let nonbonded = try #require(system.term(Nonbonded.self))
    for (index, particle) in nonbonded.particles.enumerated() {
      #expect(close(particle.charge, facts.charges![index]))
      #expect(close(particle.sigma, facts.sigmas![index]))
      #expect(close(particle.epsilon, facts.epsilons![index]))
    }
    #expect(nonbonded.exceptions.count == facts.exceptions)
    #expect(nonbonded.exceptions.filter { $0.chargeProduct != 0 || $0.epsilon != 0 }.count == facts.scaled_exceptions)
    #expect(close(nonbonded.exceptions.reduce(0) { $0 + $1.chargeProduct }, facts.exception_charge_product_sum))
    #expect(close(nonbonded.exceptions.reduce(0) { $0 + $1.epsilon }, facts.exception_epsilon_sum))
    let maps = system.term(CMAPTorsions.self)
    #expect(maps?.torsions.count == facts.cmap_torsions)
    #expect(maps?.maps.map(\.size) == facts.cmap_sizes)
    if let expected = facts.cmap_0_1 { #expect(close(maps!.maps[0].energies[1], expected)) }
  }

  @Test func namesAndResidues() throws {
    let molecule = try AmberTopology(path: ReaderGolden.path("ala.prmtop")).molecule
    #expect(molecule.residues.map(\.name) == ["ACE", "ALA", "NME"])
    #expect(molecule.atomIndex(named: "CA", inResidue: 1) == 8)
    #expect(molecule.atoms[8].element == .carbon)
    #expect(molecule.atoms[8].residue == 1)
    #expect(molecule.label(ofAtom: 8) == "ALA-2:CA")
    let other = try AmberTopology(path: ReaderGolden.path("hiecys.prmtop"))
    #expect(other.molecule.residues.count == 2)
    #expect(other.radiusSet?.contains("mbondi3") == true)
  }

  @Test func notesNameTheSolvent() throws {
    let topology = try AmberTopology(path: ReaderGolden.path("ala.prmtop"))
    let notes = try topology.makeSystem(AmberSystemOptions(solvent: .obc1, cutoff: 2)).notes
    func note(_ name: String) -> String? { notes.first { $0.name == name }?.value }
    #expect(note("solvent dielectric") == "78.5")
    #expect(note("solvent model") == "OBC1")
    #expect(note("reaction-field dielectric") == "1.0")
    #expect(note("1-4 scaling") == "charges 1/1.2, LJ 1/2.0")
  }

  /// Without SCEE and SCNB the defaults are 1.2 and 2, which is what the file says.
  @Test func scaleFactorsDefault() throws {
    var lines = try lines("ala.prmtop")
    for flag in ["SCEE_SCALE_FACTOR", "SCNB_SCALE_FACTOR"] {
      let start = lines.firstIndex(of: "%FLAG \(flag)")!
      let end = lines[(start + 1)...].firstIndex { $0.hasPrefix("%FLAG") }!
      lines.removeSubrange(start..<end)
    }
    let expected = try AmberTopology(path: ReaderGolden.path("ala.prmtop")).makeSystem().term(Nonbonded.self)!
      .exceptions
    #expect(try read(lines).makeSystem().term(Nonbonded.self)!.exceptions == expected)
  }

  /// Widths, letters, line endings and column counts that other writers use mean the same.
  @Test func dialects() throws {
    var lines = try lines("ala.prmtop")
    let line = data("ATOMIC_NUMBER", in: lines)
    let numbers = lines[line..<line + 3].flatMap { $0.split(separator: " ") }
    let end = lines[line...].firstIndex { $0.hasPrefix("%FLAG") }!
    lines.replaceSubrange(
      line - 1..<end,
      with: ["%COMMENT as another program writes it", "%FORMAT(3I10)"]
        + stride(from: 0, to: numbers.count, by: 3).map { start in
          numbers[start..<min(start + 3, numbers.count)].map { String(repeating: " ", count: 10 - $0.count) + $0 }
            .joined()
        })
    let mass = data("MASS", in: lines)
    lines[mass] = lines[mass].replacingOccurrences(of: "E", with: "D")
    lines[mass - 1] = "%FORMAT(5(D16.8))"
    let expected = try AmberTopology(path: ReaderGolden.path("ala.prmtop")).molecule
    #expect(try read(lines).molecule == expected)
    let windows = try withTemporaryFile(lines.joined(separator: "\r\n")) { try AmberTopology(path: $0) }
    #expect(windows.molecule == expected)
  }

  @Test(arguments: [
    ("CTITLE", "CHAMBER"), ("FORCE_FIELD_TYPE", "CHAMBER"), ("CHARMM_UREY_BRADLEY_COUNT", "CHAMBER"),
    ("LENNARD_JONES_14_ACOEF", "CHAMBER"), ("LENNARD_JONES_CCOEF", "12-6"), ("AMOEBA_FORCEFIELD", "AMOEBA"),
    ("LES_NTYP", "locally enhanced"), ("MY_OWN_TERM", "unknown section"), ("CMAP_INDEX", "CMAP_COUNT"),
  ]) func refusesSections(flag: String, words: String) throws {
    var lines = try lines("ala.prmtop")
    lines.insert(contentsOf: ["%FLAG \(flag)", "%FORMAT(i2,a78)", " 1 CHARMM"], at: 4)
    let error = try #require(inputError { _ = try read(lines) })
    #expect(error.line == 5)
    #expect(error.description.contains(flag), "\(error)")
    #expect(error.description.contains(words), "\(error)")
  }

  @Test(arguments: ["RADIUS_SET", "SOLTY", "JOIN_ARRAY", "TREE_CHAIN_CLASSIFICATION", "IROTAT", "HBCUT"])
  func acceptsIrrelevantSectionsMissing(flag: String) throws {
    var lines = try lines("ala.prmtop")
    let start = lines.firstIndex(of: "%FLAG \(flag)")!
    let end = lines[(start + 1)...].firstIndex { $0.hasPrefix("%FLAG") } ?? lines.endIndex
    lines.removeSubrange(start..<end)
    _ = try read(lines)
  }

  @Test func refusesMissingSection() throws {
    var lines = try lines("ala.prmtop")
    let start = lines.firstIndex(of: "%FLAG LENNARD_JONES_ACOEF")!
    let end = lines[(start + 1)...].firstIndex { $0.hasPrefix("%FLAG") }!
    lines.removeSubrange(start..<end)
    let error = try #require(inputError { _ = try read(lines) })
    #expect(error.problem == "%FLAG LENNARD_JONES_ACOEF is missing")
  }

  /// Section, place in its first line, width, new text, and words of the message.
  @Test(arguments: [
    ("POINTERS", 0, 8, "23", ["ATOM_NAME", "23", "22"]), ("POINTERS", 0, 8, "99999999", ["99999999", "too large"]),
    ("POINTERS", 2, 8, "13", ["BONDS_INC_HYDROGEN", "39", "36"]), ("POINTERS", 8, 8, "-1", ["NHPARM", "-1"]),
    ("ATOM_TYPE_INDEX", 0, 8, "8", ["ATOM_TYPE_INDEX", "1 to NTYPES = 7", "8"]),
    ("NONBONDED_PARM_INDEX", 1, 8, "29", ["NONBONDED_PARM_INDEX", "28", "29"]),
    ("NONBONDED_PARM_INDEX", 1, 8, "-1", ["NONBONDED_PARM_INDEX", "-1"]),
    ("NUMBER_EXCLUDED_ATOMS", 0, 8, "7777777", ["NUMBER_EXCLUDED_ATOMS", "7777777"]),
    ("EXCLUDED_ATOMS_LIST", 0, 8, "24", ["EXCLUDED_ATOMS_LIST", "NATOM = 22", "24"]),
    ("EXCLUDED_ATOMS_LIST", 0, 8, "1", ["EXCLUDED_ATOMS_LIST", "not 1"]),
    ("BONDS_INC_HYDROGEN", 0, 8, "66", ["BONDS_INC_HYDROGEN", "63", "66"]),
    ("BONDS_INC_HYDROGEN", 0, 8, "-3", ["BONDS_INC_HYDROGEN", "-3"]),
    ("BONDS_INC_HYDROGEN", 0, 8, "4", ["multiple of 3", "4"]),
    ("BONDS_INC_HYDROGEN", 2, 8, "0", ["NUMBND = 7", "0"]),
    ("ANGLES_INC_HYDROGEN", 3, 8, "12", ["NUMANG = 11", "12"]),
    ("DIHEDRALS_INC_HYDROGEN", 3, 8, "-9999", ["DIHEDRALS_INC_HYDROGEN", "-9999"]),
    ("DIHEDRALS_INC_HYDROGEN", 0, 8, "-9", ["DIHEDRALS_INC_HYDROGEN", "-9"]),
    ("RESIDUE_POINTER", 1, 8, "1", ["RESIDUE_POINTER", "above 1"]),
    ("MASS", 0, 16, "0.0", ["MASS", "extra points"]), ("CHARGE", 0, 16, "nan", ["CHARGE", "finite", "nan"]),
    ("CHARGE", 0, 16, "****************", ["CHARGE", "****"]), ("CHARGE", 0, 16, "1E999", ["CHARGE", "1E999"]),
    ("ATOMIC_NUMBER", 0, 8, "0", ["ATOMIC_NUMBER", "extra points"]),
    ("DIHEDRAL_PERIODICITY", 0, 16, "1E8", ["DIHEDRAL_PERIODICITY", "0 to 12"]),
    ("DIHEDRAL_PERIODICITY", 0, 16, "1.5", ["DIHEDRAL_PERIODICITY", "1.5"]),
    ("LENNARD_JONES_ACOEF", 1, 16, "1.0E+06", ["NBFIX", "combining rules"]),
    ("IPOL", 0, 8, "1", ["polarizable", "IPOL = 1"]),
  ]) func refusesValues(flag: String, place: Int, width: Int, text: String, words: [String]) throws {
    let lines = try replaced(flag, place: place, width: width, by: text)
    let error = try #require(inputError { _ = try read(lines) }, "\(flag) \(text) was accepted")
    for word in words { #expect(error.description.contains(word), "\(error)") }
    #expect(error.line != nil)
  }

  /// IFBOX, IFPERT, IFCAP and NUMEXTRA, by their places in the second to fourth line of POINTERS.
  @Test(arguments: [
    (2, 7, "IFBOX", "periodic box"), (2, 0, "IFPERT", "perturbation"), (2, 9, "IFCAP", "cap"),
    (3, 0, "NUMEXTRA", "extra points"),
  ])
  func refusesKinds(row: Int, place: Int, name: String, words: String) throws {
    var lines = try lines("ala.prmtop")
    let line = data("POINTERS", in: lines) + row
    var characters = Array(lines[line])
    characters[8 * place + 7] = "1"
    lines[line] = String(characters)
    let error = try #require(inputError { _ = try read(lines) })
    #expect(error.line == line + 1)
    #expect(error.description.contains("\(name) = 0") && error.description.contains(words), "\(error)")
  }

  @Test func refusesHydrogenBondTerms() throws {
    var lines = try replaced("POINTERS", place: 9, width: 8, by: "0")
    let row = data("POINTERS", in: lines) + 1
    var characters = Array(lines[row])
    characters[79] = "1"  // NPHB
    lines[row] = String(characters)
    for flag in ["HBOND_ACOEF", "HBOND_BCOEF"] { lines[data(flag, in: lines)] = "  1.00000000E+00" }
    let error = try #require(inputError { _ = try read(lines) })
    #expect(error.description.contains("10-12"), "\(error)")
  }

  /// A 1-4 pair that two dihedrals give must be marked in one of them.
  @Test func refusesDoublePairs() throws {
    var lines = try lines("ala.prmtop")
    let start = data("DIHEDRALS_INC_HYDROGEN", in: lines)
    let end = lines[start...].firstIndex { $0.hasPrefix("%FLAG") }!
    let found = (start..<end).first { lines[$0].contains("-") }
    let line = try #require(found)
    lines[line] = lines[line].replacingOccurrences(of: "-", with: " ")
    let error = try #require(inputError { _ = try read(lines) })
    #expect(error.description.contains("1-4 pair"), "\(error)")
  }

  @Test func refusesUnusableRadii() throws {
    let lines = try replaced("RADII", place: 0, width: 16, by: "2.5")
    let topology = try read(lines)
    _ = try topology.makeSystem(AmberSystemOptions(solvent: .obc2))
    let error = try #require(inputError { _ = try topology.makeSystem(AmberSystemOptions(solvent: .gbn2)) })
    #expect(error.description.contains("RADII") && error.description.contains("ACE-1:"), "\(error)")
    let bad = inputError { _ = try topology.makeSystem(AmberSystemOptions(solventDielectric: 0)) }
    #expect(bad?.problem.contains("solventDielectric") == true)
  }

  @Test func refusesOtherFiles() throws {
    for text in [
      "", "\n", "a title\n   22\n", "%VERSION V0001.000\n", "%FLAG TITLE\n", String(repeating: "%FLAG A\n", count: 3),
    ] {
      let error = inputError { try withTemporaryFile(text) { _ = try AmberTopology(path: $0) } }
      #expect(error != nil, "\(text)")
    }
    #expect(inputError { _ = try AmberTopology(path: "/nonexistent.prmtop") }?.problem == "the file cannot be opened")
    let folder = FileManager.default.temporaryDirectory.path
    #expect(inputError { _ = try AmberTopology(path: folder) }?.problem == "this is not a regular file")
    #expect(inputError { _ = try AmberTopology(path: "/dev/zero") }?.problem == "this is not a regular file")
  }
}
