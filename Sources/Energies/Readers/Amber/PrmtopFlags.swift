/// Which prmtop sections are read, which may be ignored, and why the others cannot be.
enum PrmtopFlags {
  /// Sections that the energy is built from, or that are checked.
  static let read: Set<String> = [
    "TITLE", "POINTERS", "ATOM_NAME", "CHARGE", "ATOMIC_NUMBER", "MASS", "ATOM_TYPE_INDEX", "NUMBER_EXCLUDED_ATOMS",
    "NONBONDED_PARM_INDEX", "RESIDUE_LABEL", "RESIDUE_POINTER", "BOND_FORCE_CONSTANT", "BOND_EQUIL_VALUE",
    "ANGLE_FORCE_CONSTANT", "ANGLE_EQUIL_VALUE", "DIHEDRAL_FORCE_CONSTANT", "DIHEDRAL_PERIODICITY", "DIHEDRAL_PHASE",
    "SCEE_SCALE_FACTOR", "SCNB_SCALE_FACTOR", "LENNARD_JONES_ACOEF", "LENNARD_JONES_BCOEF", "BONDS_INC_HYDROGEN",
    "BONDS_WITHOUT_HYDROGEN", "ANGLES_INC_HYDROGEN", "ANGLES_WITHOUT_HYDROGEN", "DIHEDRALS_INC_HYDROGEN",
    "DIHEDRALS_WITHOUT_HYDROGEN", "EXCLUDED_ATOMS_LIST", "HBOND_ACOEF", "HBOND_BCOEF", "AMBER_ATOM_TYPE", "RADII",
    "SCREEN", "RADIUS_SET", "IPOL", "CMAP_COUNT", "CMAP_RESOLUTION", "CMAP_INDEX",
  ]

  /// Sections without influence on the energy of an isolated molecule: bookkeeping of tleap and of old programs
  /// (SOLTY, HBCUT, JOIN_ARRAY, IROTAT, TREE_CHAIN_CLASSIFICATION), of boxes and caps where POINTERS says that there
  /// is none, of polarizability where IPOL is 0, and the names that a PDB file gave.
  static let irrelevant: Set<String> = [
    "SOLTY", "HBCUT", "JOIN_ARRAY", "IROTAT", "TREE_CHAIN_CLASSIFICATION", "SOLVENT_POINTERS", "ATOMS_PER_MOLECULE",
    "BOX_DIMENSIONS", "CAP_INFO", "CAP_INFO2", "POLARIZABILITY", "DIPOLE_DAMP_FACTOR", "ATOM_BFACTOR", "ATOM_OCCUPANCY",
    "ATOM_NUMBER", "ATOM_ELEMENT", "RESIDUE_NUMBER", "RESIDUE_CHAINID", "RESIDUE_ICODE",
  ]

  /// Throws for the first section that would be ignored although it may change the energy.
  static func check(_ file: PrmtopSections) throws(InputError) {
    for section in file.sections where !read.contains(section.flag) && !irrelevant.contains(section.flag) {
      let flag = section.flag
      if flag.hasPrefix("CMAP_PARAMETER_") { continue }
      if flag == "CTITLE" || flag == "FORCE_FIELD_TYPE" || flag.hasPrefix("CHARMM_")
        || flag.hasPrefix("LENNARD_JONES_14")
      {
        throw InputError(
          file.path, line: section.flagLine, "this is a CHAMBER (CHARMM) topology, which is not supported",
          expected: "an AMBER force field", found: "%FLAG \(flag)",
          advice: "make an OpenMM System of it and pass the serialized System instead")
      }
      if flag.hasPrefix("LENNARD_JONES_") {
        throw InputError(
          file.path, line: section.flagLine, "the topology has Lennard-Jones terms beyond 12-6 (12-6-4), not supported",
          expected: "LENNARD_JONES_ACOEF and LENNARD_JONES_BCOEF only", found: "%FLAG \(flag)")
      }
      if flag.hasPrefix("AMOEBA_") {
        throw InputError(
          file.path, line: section.flagLine, "this is an AMOEBA topology, which is not supported",
          expected: "a fixed-charge AMBER force field", found: "%FLAG \(flag)")
      }
      if flag.hasPrefix("LES_") {
        throw InputError(
          file.path, line: section.flagLine, "this is a topology for locally enhanced sampling, not supported",
          found: "%FLAG \(flag)")
      }
      throw InputError(
        file.path, line: section.flagLine, "an unknown section could change the energy if it were ignored",
        expected: "a section of AMBER's file format specification", found: "%FLAG \(flag)",
        advice: "delete the section if it does not matter")
    }
    if file.contains("IPOL") {
      let polarizable = try file.integers("IPOL")
      if let value = polarizable.values.first, value != 0 {
        throw InputError(
          file.path, line: polarizable.lines[0], "the topology is for a polarizable force field, not supported",
          expected: "IPOL = 0", found: "IPOL = \(value)")
      }
    }
  }
}
