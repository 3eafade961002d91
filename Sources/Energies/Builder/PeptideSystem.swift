extension MolecularSystem {
  /// A peptide from its sequence: the potential energy in a force field and solvent, and a relaxed structure.
  ///
  /// Residues have the names of the sequence and are numbered from 1. `notes` gain the sequence and the choices made in
  /// reading it.
  ///
  /// - Parameters:
  ///   - solvent: nil for what the force field itself asks for, else vacuum.
  ///   - cutoff: non-periodic cutoff of the energy, nm. The structure is relaxed without it, because an energy that jumps
  ///     at a cutoff has no minimum that a search could come to.
  /// - Returns: positions in nm, one configuration.
  /// - Throws: `InputError` for a residue that the force field lacks, `StructureError` where no sound structure is found.
  public static func peptide(
    sequence: PeptideSequence, forceField: ForceField, solvent: ImplicitSolvent? = nil, cutoff: Double? = nil,
    builder: StructureBuilder = StructureBuilder()
  ) throws -> (system: MolecularSystem, positions: Configurations) {
    var system = try peptide(withoutStructure: sequence, forceField: forceField, solvent: solvent, cutoff: cutoff)
    let uncut =
      cutoff == nil
      ? system : try peptide(withoutStructure: sequence, forceField: forceField, solvent: solvent, cutoff: nil)
    let structure = try builder.build(uncut)
    if structure.peptideBondsHeld {
      system.notes.append(("note", "a restraint held the peptide bonds trans while the structure was relaxed"))
    }
    return (system, structure.positions)
  }

  /// The potential energy of a peptide from its sequence, without coordinates; what `peptide(sequence:…)` begins with.
  ///
  /// - Throws: `InputError` for a residue that the force field lacks.
  public static func peptide(
    withoutStructure sequence: PeptideSequence, forceField: ForceField, solvent: ImplicitSolvent?, cutoff: Double?
  ) throws -> MolecularSystem {
    let templates = sequence.templateNames
    let missing = templates.filter { forceField.template(named: $0) == nil }
    if !missing.isEmpty {
      throw InputError(
        "sequence \(sequence.name)", "the force field \(forceField.name) lacks residues of this sequence",
        expected: "templates \(templates.joined(separator: " "))", found: "no \(missing.joined(separator: ", "))",
        advice: "choose another force field or another form of the residue")
    }
    // Named, because the neutral forms of one residue can share a bond graph.
    let named = Dictionary(uniqueKeysWithValues: templates.enumerated().map { ($0.offset, $0.element) })
    var system = try forceField.parameterize(
      try forceField.molecule(ofResidues: templates), solvent: solvent, cutoff: cutoff, residueTemplates: named)
    system.notes.append(("sequence", sequence.name))
    for note in sequence.notes { system.notes.append(("note", note)) }
    return system
  }

  /// The same from the text of a sequence, "ACE-ALA-NME" or "AK"; see `PeptideSequence`.
  public static func peptide(
    sequence text: String, forceField: ForceField, solvent: ImplicitSolvent? = nil, cutoff: Double? = nil,
    builder: StructureBuilder = StructureBuilder()
  ) throws -> (system: MolecularSystem, positions: Configurations) {
    try peptide(
      sequence: PeptideSequence(parsing: text), forceField: forceField, solvent: solvent, cutoff: cutoff,
      builder: builder)
  }
}
