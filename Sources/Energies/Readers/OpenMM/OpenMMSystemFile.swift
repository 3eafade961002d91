/// A serialized OpenMM `System` (`XmlSerializer.serialize(system)`), as OpenMM 7 and 8 write it.
///
/// Understood: HarmonicBondForce, HarmonicAngleForce, PeriodicTorsionForce, CMAPTorsionForce, NonbondedForce and
/// GBSAOBCForce without periodic boundaries, and CustomGBForce with the expressions of OpenMM's own OBC1, OBC2, GBn and
/// GBn2. CMMotionRemover has no energy and is skipped. Every other force, constraint, virtual site or option that changes
/// the energy is an error that names it and its line.
///
/// ```swift
/// let file = try OpenMMSystemFile(path: "system.xml")
/// let system = try file.makeSystem(molecule: molecule)   // names and bonds, for example from a PDB file
/// ```
public struct OpenMMSystemFile: Sendable {
  /// As the caller gave it.
  public let path: String
  /// Version of OpenMM that wrote the file, where it says.
  public let openMMVersion: String?
  /// dalton
  public let masses: [Double]
  public let terms: [any EnergyTerm]
  /// Facts about solvent and cutoff, as in `MolecularSystem.notes`.
  public let notes: [(name: String, value: String)]

  public var particleCount: Int { masses.count }

  /// Throws `InputError` that names the force and the line.
  public init(path: String) throws(InputError) {
    let root = SystemElement(path: path, element: try MarkupElement.root(of: path), place: "System")
    guard root.element.name == "System" else {
      throw InputError(
        path, line: root.line, "this is not a serialized OpenMM System", expected: "<System …> as the root",
        found: "<\(root.element.name.prefix(60))>",
        advice: root.element.name == "ForceField"
          ? "this is a force field; a System is written with openmm.XmlSerializer.serialize(system)" : nil)
    }
    _ = try root.integer("version", in: 1...1)
    try root.allowChildren(["PeriodicBoxVectors", "Particles", "Constraints", "Forces"])
    self.path = path
    openMMVersion = root.element.attributes["openmmVersion"]
    masses = try Self.readMasses(root)
    let constraints = try root.entries("Constraints", of: "Constraint", isOptional: true)
    if let first = constraints.first {
      throw first.error(
        "constraints are not supported", expected: "an empty <Constraints>", found: "\(constraints.count) constraints",
        advice: "create the System with constraints=None and rigidWater=False")
    }
    var collector = ForceCollector(particleCount: masses.count)
    for force in try root.entries("Forces", of: "Force") { try collector.add(force) }
    terms = collector.terms
    notes = [("topology", "OpenMM System" + (openMMVersion.map { " of version \($0)" } ?? ""))] + collector.notes
  }

  private static func readMasses(_ root: SystemElement) throws(InputError) -> [Double] {
    var masses: [Double] = []
    let particles = try root.entries("Particles", of: "Particle")
    try MoleculeSize.check(particles.count, in: root.path, line: root.line)
    for particle in particles {
      if let site = particle.element.children.first {
        throw InputError(
          root.path, line: site.line, "\(particle.place): virtual sites are not supported", expected: "atoms only",
          found: "<\(site.name.prefix(60))>")
      }
      let mass = try particle.real("mass")
      guard mass > 0, mass < 1000 else {
        throw particle.error(
          "the mass is out of range", expected: "above 0 and below 1000 dalton", found: "\(mass)",
          advice: "frozen particles and virtual sites are not supported")
      }
      masses.append(mass)
    }
    guard !masses.isEmpty else { throw root.error("the System has no particles", expected: "<Particle …> entries") }
    return masses
  }

  /// The energy of this file for a molecule with the same atoms in the same order, which then has the file's masses.
  ///
  /// Throws unless the number of atoms, the masses (per heavy atom with its hydrogens, so that repartitioned masses pass)
  /// and the bonds agree.
  public func makeSystem(molecule: Molecule) throws(InputError) -> MolecularSystem {
    guard molecule.atomCount == particleCount else {
      throw InputError(
        path, "the System and the molecule have different numbers of atoms",
        expected: "\(molecule.atomCount) particles",
        found: "\(particleCount)", advice: "give the PDB file that the System was made from")
    }
    let isRepartitioned = try compareMasses(with: molecule)
    try compareBonds(with: molecule)
    var molecule = molecule
    for index in masses.indices { molecule.atoms[index].mass = masses[index] }
    var notes = notes
    if isRepartitioned { notes.append(("masses", "hydrogen masses are repartitioned")) }
    return MolecularSystem(molecule: molecule, terms: terms, notes: notes)
  }

  /// Whether hydrogens carry mass of the atoms they are bonded to.
  private func compareMasses(with molecule: Molecule) throws(InputError) -> Bool {
    // Force fields round standard masses to two decimals; elements differ by a dalton.
    let tolerance = 0.1
    guard let first = masses.indices.first(where: { abs(masses[$0] - molecule.atoms[$0].mass) > tolerance }) else {
      return false
    }
    let neighbours = molecule.neighbours
    for index in masses.indices where molecule.atoms[index].element != .hydrogen {
      let group = [index] + neighbours[index].filter { molecule.atoms[$0].element == .hydrogen }
      let here = group.reduce(0) { $0 + masses[$1] }
      let there = group.reduce(0) { $0 + molecule.atoms[$1].mass }
      guard abs(here - there) <= tolerance else { throw massMismatch(first, molecule) }
    }
    for index in masses.indices where molecule.atoms[index].element == .hydrogen {
      guard (0.9...4.2).contains(masses[index]), !neighbours[index].isEmpty else { throw massMismatch(first, molecule) }
    }
    return true
  }

  private func massMismatch(_ atom: Int, _ molecule: Molecule) -> InputError {
    InputError(
      path, "the mass of particle \(atom) is not that of atom \(molecule.label(ofAtom: atom))",
      expected: "\(molecule.atoms[atom].mass) dalton", found: "\(masses[atom]) dalton",
      advice: "give the PDB file that the System was made from, with its atoms in the same order")
  }

  private func compareBonds(with molecule: Molecule) throws(InputError) {
    for case let harmonic as HarmonicBonds in terms {
      let bonded = Set(harmonic.bonds.map { Bond($0.i, $0.j) })
      for bond in molecule.bonds where !bonded.contains(bond) {
        throw InputError(
          path, "a bond of the molecule has no HarmonicBondForce entry",
          expected: "\(molecule.label(ofAtom: bond.first)) bonded to \(molecule.label(ofAtom: bond.second))",
          found: "no bond between particles \(bond.first) and \(bond.second)",
          advice: "give the PDB file that the System was made from, with its atoms in the same order")
      }
    }
  }
}
