/// The counts in the POINTERS section that this program needs, checked.
struct PrmtopPointers {
  let atomCount: Int
  let typeCount: Int
  let bondsWithHydrogen: Int
  let bondsWithoutHydrogen: Int
  let anglesWithHydrogen: Int
  let anglesWithoutHydrogen: Int
  let dihedralsWithHydrogen: Int
  let dihedralsWithoutHydrogen: Int
  let excludedCount: Int
  let residueCount: Int
  let bondTypeCount: Int
  let angleTypeCount: Int
  let dihedralTypeCount: Int
  let hydrogenBondTypeCount: Int

  private static let names = [
    "NATOM", "NTYPES", "NBONH", "MBONA", "NTHETH", "MTHETA", "NPHIH", "MPHIA", "NHPARM", "NPARM", "NNB", "NRES",
    "NBONA", "NTHETA", "NPHIA", "NUMBND", "NUMANG", "NPTRA", "NATYP", "NPHB", "IFPERT", "NBPER", "NGPER", "NDPER",
    "MBPER", "MGPER", "MDPER", "IFBOX", "NMXRS", "IFCAP", "NUMEXTRA", "NCOPY",
  ]

  init(_ file: PrmtopSections) throws(InputError) {
    let pointers = try file.integers("POINTERS")
    guard (30...32).contains(pointers.count) else {
      throw InputError(
        file.path, line: pointers.flagLine, "%FLAG POINTERS has the wrong number of values", expected: "30 to 32",
        found: "\(pointers.count)")
    }
    // Eight columns hold no more; larger values would only come from an odd format.
    for index in 0..<pointers.count where !(0...99_999_999).contains(pointers[index]) {
      throw InputError(
        file.path, line: pointers.lines[index], "%FLAG POINTERS: \(Self.names[index]) is out of range",
        expected: "0 to 99999999", found: "\(pointers[index])")
    }
    func value(_ name: String) -> Int {
      let index = Self.names.firstIndex(of: name)!
      return index < pointers.count ? pointers[index] : 0
    }
    func line(_ name: String) -> Int { pointers.lines[Self.names.firstIndex(of: name)!] }

    for name in ["NATOM", "NTYPES", "NRES"] where value(name) < 1 {
      throw InputError(
        file.path, line: line(name), "%FLAG POINTERS: \(name) is zero", expected: "at least 1", found: "0")
    }
    try MoleculeSize.check(value("NATOM"), in: file.path, line: line("NATOM"))
    let unsupported = [
      ("IFBOX", "a periodic box", "strip the box and the solvent, for example with cpptraj or ParmEd"),
      ("IFPERT", "perturbation (free-energy) data", "write the prmtop without them"),
      ("NBPER", "perturbed bonds", "write the prmtop without them"),
      ("NGPER", "perturbed angles", "write the prmtop without them"),
      ("NDPER", "perturbed dihedrals", "write the prmtop without them"),
      ("IFCAP", "a solvent cap", "write the prmtop without it"),
      ("NUMEXTRA", "extra points", "use a force field without massless sites"),
      ("NPARM", "locally enhanced sampling", "write the prmtop without addles"),
      ("NHPARM", "an unknown use of NHPARM", "write the prmtop with tleap or ParmEd"),
    ]
    for (name, meaning, advice) in unsupported where value(name) != 0 {
      throw InputError(
        file.path, line: line(name), "the topology has \(meaning), which is not supported",
        expected: "\(name) = 0", found: "\(name) = \(value(name))", advice: advice)
    }
    guard value("NCOPY") <= 1 else {
      throw InputError(
        file.path, line: line("NCOPY"), "the topology has path-integral copies, which are not supported",
        expected: "NCOPY = 0 or 1", found: "NCOPY = \(value("NCOPY"))")
    }
    for (all, plain) in [("NBONA", "MBONA"), ("NTHETA", "MTHETA"), ("NPHIA", "MPHIA")] where value(all) != value(plain)
    {
      throw InputError(
        file.path, line: line(all), "the topology has constraint terms, which are not supported",
        expected: "\(all) = \(plain) = \(value(plain))", found: "\(all) = \(value(all))")
    }
    guard value("NRES") <= value("NATOM") else {
      throw InputError(
        file.path, line: line("NRES"), "%FLAG POINTERS: there are more residues than atoms",
        expected: "NRES ≤ NATOM = \(value("NATOM"))", found: "NRES = \(value("NRES"))")
    }
    atomCount = value("NATOM")
    typeCount = value("NTYPES")
    bondsWithHydrogen = value("NBONH")
    bondsWithoutHydrogen = value("MBONA")
    anglesWithHydrogen = value("NTHETH")
    anglesWithoutHydrogen = value("MTHETA")
    dihedralsWithHydrogen = value("NPHIH")
    dihedralsWithoutHydrogen = value("MPHIA")
    excludedCount = value("NNB")
    residueCount = value("NRES")
    bondTypeCount = value("NUMBND")
    angleTypeCount = value("NUMANG")
    dihedralTypeCount = value("NPTRA")
    hydrogenBondTypeCount = value("NPHB")
  }
}
