/// An AMBER topology file (`prmtop`, `parm7`): atoms, residues, bonds and all force-field parameters.
///
/// Reads AMBER force fields of isolated molecules (format at ambermd.org/FileFormats.php). Periodic boxes, extra points,
/// perturbation data, CHAMBER and AMOEBA topologies, off-diagonal Lennard-Jones parameters, 10-12 terms, and sections
/// that are not known are errors; nothing that changes the energy is skipped. Sections that are read over are listed in
/// `PrmtopFlags.irrelevant`.
///
/// ```swift
/// let topology = try AmberTopology(path: "peptide.prmtop")
/// let system = try topology.makeSystem(AmberSystemOptions(solvent: .obc2))
/// ```
public struct AmberTopology: Sendable {
  /// As the caller gave it.
  public let path: String
  public let title: String
  /// The section RADIUS_SET: which intrinsic Born radii the file carries.
  public let radiusSet: String?
  public let molecule: Molecule

  let bonds: HarmonicBonds
  let angles: HarmonicAngles
  let torsions: PeriodicTorsions
  let correctionMaps: CMAPTorsions?
  let pairs: PrmtopNonbonded
  /// Section RADII, nm, with lines for messages.
  let radii: PrmtopValues<Double>?
  /// Section SCREEN.
  let screens: PrmtopValues<Double>?

  /// Throws `InputError` that names the flag, the line, what was expected and what was found.
  public init(path: String) throws(InputError) {
    let file = try PrmtopSections(path: path)
    try PrmtopFlags.check(file)
    let pointers = try PrmtopPointers(file)
    let terms = try PrmtopBondedTerms(file, pointers)

    self.path = path
    title = file.firstLine("TITLE") ?? ""
    radiusSet = file.firstLine("RADIUS_SET")
    molecule = try PrmtopMolecule.read(file, pointers, bonds: terms.bonds)
    bonds = HarmonicBonds(terms.bonds)
    angles = HarmonicAngles(terms.angles)
    torsions = PeriodicTorsions(terms.dihedrals.map(\.torsion))
    correctionMaps = try PrmtopCorrectionMaps.read(file, pointers)
    pairs = try PrmtopNonbonded(file, pointers, dihedrals: terms.dihedrals)
    radii = file.contains("RADII") ? try file.reals("RADII", count: pointers.atomCount) : nil
    screens = file.contains("SCREEN") ? try file.reals("SCREEN", count: pointers.atomCount) : nil
  }

  /// The potential energy as OpenMM's `AmberPrmtopFile.createSystem` builds it with the same options.
  ///
  /// Throws if an implicit solvent is asked for and RADII or SCREEN are missing or cannot be used.
  public func makeSystem(_ options: AmberSystemOptions = AmberSystemOptions()) throws(InputError) -> MolecularSystem {
    try options.validate()
    var terms: [any EnergyTerm] = [bonds, angles, torsions]
    if let correctionMaps { terms.append(correctionMaps) }
    terms.append(
      Nonbonded(
        particles: pairs.particles, exceptions: pairs.exceptions, cutoff: options.nonbondedCutoff))
    var notes: [(name: String, value: String)] = [
      ("topology", "AMBER prmtop" + (title.isEmpty ? "" : " '\(title)'")),
      ("1-4 scaling", pairs.scalingNote),
    ]
    if let cutoff = options.nonbondedCutoff {
      notes.append(("cutoff", "\(cutoff.distance) nm, not periodic"))
      notes.append(("reaction-field dielectric", "\(cutoff.reactionFieldDielectric)"))
    } else {
      notes.append(("cutoff", "none"))
    }
    notes.append(("solvent", options.solvent == .vacuum ? "vacuum" : "implicit"))
    if options.solvent != .vacuum {
      let solvation = try generalizedBorn(options)
      terms.append(solvation)
      notes.append(("solvent model", solvation.parameters.model))
      notes.append(("solvent dielectric", "\(options.solventDielectric)"))
      notes.append(("solute dielectric", "\(options.soluteDielectric)"))
      notes.append(("surface-area term", options.surfaceArea ? "ACE" : "none"))
      if options.inverseDebyeLength > 0 { notes.append(("inverse Debye length", "\(options.inverseDebyeLength) 1/nm")) }
      if let radiusSet { notes.append(("Born radii", radiusSet)) }
    }
    return MolecularSystem(molecule: molecule, terms: terms, notes: notes)
  }
}
