extension ForceField {
  /// The potential energy of `molecule` in this force field and a solvent.
  ///
  /// Residues are recognised by their bond graph, names do not matter. Terms: bonds, angles, proper and improper
  /// torsions, CMAP where the force field has it, nonbonded interactions with exceptions for atoms up to three bonds
  /// apart, and generalized Born.
  ///
  /// - Parameters:
  ///   - solvent: nil for what the force-field files themselves ask for, else vacuum.
  ///   - cutoff: non-periodic cutoff, nm; the reaction field's dielectric is 1 in an implicit solvent, 78.3 otherwise,
  ///     as in OpenMM.
  ///   - residueTemplates: template names by residue index, for residues that several templates fit.
  /// - Throws: `InputError` with the residue that fits no template, or the atoms that have no parameters.
  public func parameterize(
    _ molecule: Molecule, solvent: ImplicitSolvent? = nil, cutoff: Double? = nil, residueTemplates: [Int: String] = [:]
  ) throws -> MolecularSystem {
    let solvent = solvent ?? declaredSolvent ?? .vacuum
    try solvent.validate(cutoff: cutoff)
    guard molecule.atomCount > 0 else { throw InputError(name, "the molecule has no atoms") }
    if let crowded = molecule.neighbours.firstIndex(where: { $0.count > 12 }) {
      throw InputError(
        name, "atom \(molecule.label(ofAtom: crowded)) has more than 12 bonds", advice: "check the bonds")
    }
    let assignment = try assignTemplates(molecule, named: residueTemplates)
    let numbering = TypeNumbering(atomTypes)
    let types = assignment.typeNames.map { numbering.atom(ofType: $0)! }
    let graph = BondGraph(molecule)

    var typed = molecule
    for index in typed.atoms.indices {
      typed.atoms[index].type = assignment.typeNames[index]
      typed.atoms[index].mass = atomTypes[assignment.typeNames[index]]!.mass
    }
    let context = ParameterContext(
      molecule: typed, assignment: assignment, types: types, numbering: numbering, graph: graph)
    var terms: [any EnergyTerm] = [
      try harmonicBonds(context), try harmonicAngles(context), periodicTorsions(context),
    ]
    if !cmapRules.isEmpty {
      let cmap = cmapTorsions(context)
      if !cmap.torsions.isEmpty { terms.append(cmap) }
    }
    let nonbonded = try nonbondedTerm(context, solvent: solvent, cutoff: cutoff)
    terms.append(nonbonded)
    if let born = try generalizedBorn(context, nonbonded, solvent: solvent, cutoff: cutoff) { terms.append(born) }
    return MolecularSystem(molecule: typed, terms: terms, notes: notes(assignment, solvent, cutoff))
  }

  private func notes(
    _ assignment: TypeAssignment, _ solvent: ImplicitSolvent, _ cutoff: Double?
  ) -> [(name: String, value: String)] {
    var notes: [(name: String, value: String)] = [
      ("force field", name), ("residue templates", assignment.templateNames.joined(separator: " ")),
      ("solvent", solvent.model.rawValue),
    ]
    if solvent.model != .vacuum {
      notes += [
        ("solvent dielectric", "\(solvent.solventDielectric)"), ("solute dielectric", "\(solvent.soluteDielectric)"),
        ("inverse Debye length", "\(solvent.inverseDebyeLength) /nm"),
        ("surface area term", solvent.surfaceArea ? "yes" : "no"),
      ]
    }
    notes.append(("cutoff", cutoff.map { "\($0) nm, non-periodic" } ?? "none"))
    return notes
  }
}

/// What all terms of one molecule are made from.
struct ParameterContext {
  let molecule: Molecule
  let assignment: TypeAssignment
  let types: [TypedAtom]
  let numbering: TypeNumbering
  let graph: BondGraph

  func types(of atoms: [Int]) -> [TypedAtom] { atoms.map { types[$0] } }

  func missing(_ what: String, _ atoms: [Int], _ source: String) -> InputError {
    InputError(
      source, "there is no \(what) for \(atoms.map { molecule.label(ofAtom: $0) }.joined(separator: ", "))",
      expected: "a rule for the types " + atoms.map { assignment.typeNames[$0] }.joined(separator: ", "))
  }
}
