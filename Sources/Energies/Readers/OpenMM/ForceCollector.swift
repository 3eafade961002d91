/// Gathers the forces of a System into terms; several forces of one bonded kind become one term.
struct ForceCollector {
  let particleCount: Int
  private var bonds: [HarmonicBonds.Parameters] = []
  private var angles: [HarmonicAngles.Parameters] = []
  private var torsions: [PeriodicTorsions.Parameters] = []
  private var maps: [CMAPTorsions.Map] = []
  private var mapTorsions: [CMAPTorsions.Parameters] = []
  private var nonbonded: Nonbonded?
  private var solvation: GeneralizedBorn?
  private(set) var notes: [(name: String, value: String)] = []

  init(particleCount: Int) { self.particleCount = particleCount }

  /// Attributes that any force may have and that do not change its energy.
  static let harmlessAttributes: Set<String> = ["type", "version", "forceGroup", "name"]

  var terms: [any EnergyTerm] {
    var terms: [any EnergyTerm] = []
    if !bonds.isEmpty { terms.append(HarmonicBonds(bonds)) }
    if !angles.isEmpty { terms.append(HarmonicAngles(angles)) }
    if !torsions.isEmpty { terms.append(PeriodicTorsions(torsions)) }
    if !mapTorsions.isEmpty { terms.append(CMAPTorsions(maps: maps, torsions: mapTorsions)) }
    if let nonbonded { terms.append(nonbonded) }
    if let solvation { terms.append(solvation) }
    return terms
  }

  mutating func add(_ entry: SystemElement) throws(InputError) {
    let type = try entry.string("type")
    let force = SystemElement(path: entry.path, element: entry.element, place: String(type.prefix(60)))
    switch type {
    case "HarmonicBondForce": try addBonds(force)
    case "HarmonicAngleForce": try addAngles(force)
    case "PeriodicTorsionForce": try addTorsions(force)
    case "CMAPTorsionForce": try addCorrectionMaps(force)
    case "NonbondedForce":
      guard nonbonded == nil else { throw force.error("a second NonbondedForce is not supported", expected: "one") }
      let term = try NonbondedForceReader.read(force, particleCount: particleCount)
      nonbonded = term
      if let cutoff = term.cutoff {
        notes.append(("cutoff", "\(cutoff.distance) nm, not periodic"))
        notes.append(("reaction-field dielectric", "\(cutoff.reactionFieldDielectric)"))
      } else {
        notes.append(("cutoff", "none"))
      }
    case "GBSAOBCForce": try setSolvation(try BuiltInBornForceReader.read(force, particleCount: particleCount), force)
    case "CustomGBForce": try setSolvation(try CustomBornForceReader.read(force, particleCount: particleCount), force)
    case "CMMotionRemover": notes.append(("ignored", "CMMotionRemover (it has no energy)"))
    default:
      throw force.error(
        "this kind of force is not supported",
        expected: """
          HarmonicBondForce, HarmonicAngleForce, PeriodicTorsionForce, CMAPTorsionForce, NonbondedForce, GBSAOBCForce, \
          CustomGBForce or CMMotionRemover
          """, found: String(type.prefix(60)))
    }
  }

  private mutating func setSolvation(_ term: GeneralizedBorn, _ force: SystemElement) throws(InputError) {
    guard solvation == nil else {
      throw force.error("a second implicit solvent is not supported", expected: "one GBSAOBCForce or CustomGBForce")
    }
    solvation = term
    notes.append(("solvent model", term.parameters.model))
    notes.append(("solvent dielectric", "\(term.parameters.solventDielectric)"))
    notes.append(("solute dielectric", "\(term.parameters.soluteDielectric)"))
    notes.append(("surface-area term", term.parameters.surfaceArea == nil ? "none" : "ACE"))
    if term.parameters.inverseDebyeLength > 0 {
      notes.append(("inverse Debye length", "\(term.parameters.inverseDebyeLength) 1/nm"))
    }
  }

  /// Version and attributes of a bonded force without periodic boundaries.
  private func checkBonded(_ force: SystemElement, children: Set<String>) throws(InputError) {
    _ = try force.integer("version", in: 1...2)
    try force.allowAttributes(Self.harmlessAttributes.union(["usesPeriodic"]))
    try force.allowChildren(children)
    if try force.flag("usesPeriodic") {
      throw force.error(
        "periodic boundary conditions are not supported", expected: "usesPeriodic=\"0\"", found: "usesPeriodic=\"1\"")
    }
  }

  private mutating func addBonds(_ force: SystemElement) throws(InputError) {
    try checkBonded(force, children: ["Bonds"])
    for entry in try force.entries("Bonds", of: "Bond") {
      let atoms = try entry.particles(["p1", "p2"], count: particleCount)
      bonds.append(
        HarmonicBonds.Parameters(atoms[0], atoms[1], length: try entry.real("d"), forceConstant: try entry.real("k")))
    }
  }

  private mutating func addAngles(_ force: SystemElement) throws(InputError) {
    try checkBonded(force, children: ["Angles"])
    for entry in try force.entries("Angles", of: "Angle") {
      let atoms = try entry.particles(["p1", "p2", "p3"], count: particleCount)
      angles.append(
        HarmonicAngles.Parameters(
          atoms[0], atoms[1], atoms[2], angle: try entry.real("a"), forceConstant: try entry.real("k")))
    }
  }

  private mutating func addTorsions(_ force: SystemElement) throws(InputError) {
    try checkBonded(force, children: ["Torsions"])
    for entry in try force.entries("Torsions", of: "Torsion") {
      let atoms = try entry.particles(["p1", "p2", "p3", "p4"], count: particleCount)
      torsions.append(
        PeriodicTorsions.Parameters(
          atoms[0], atoms[1], atoms[2], atoms[3], periodicity: try entry.integer("periodicity", in: 0...12),
          phase: try entry.real("phase"), forceConstant: try entry.real("k")))
    }
  }

  private mutating func addCorrectionMaps(_ force: SystemElement) throws(InputError) {
    try checkBonded(force, children: ["Maps", "Torsions"])
    let offset = maps.count
    for entry in try force.entries("Maps", of: "Map") {
      let size = try entry.integer("size", in: 3...360)
      guard entry.element.children.count == size * size else {
        throw entry.error(
          "the map has the wrong number of energies", expected: "\(size) × \(size) = \(size * size)",
          found: "\(entry.element.children.count)")
      }
      var energies: [Double] = []
      energies.reserveCapacity(size * size)
      for child in entry.element.children {
        guard child.name == "Energy" else {
          throw InputError(
            entry.path, line: child.line, "\(entry.place): an unknown element", expected: "<Energy>",
            found: "<\(child.name.prefix(60))>")
        }
        energies.append(try SystemElement(path: entry.path, element: child, place: entry.place).real("e"))
      }
      maps.append(CMAPTorsions.Map(size: size, energies: energies))
    }
    let count = maps.count - offset
    for entry in try force.entries("Torsions", of: "Torsion") {
      guard count > 0 else { throw entry.error("the force has no maps", expected: "<Map> entries", found: "none") }
      let map = try entry.integer("map", in: 0...count - 1)
      let phi = try entry.particles(["a1", "a2", "a3", "a4"], count: particleCount)
      let psi = try entry.particles(["b1", "b2", "b3", "b4"], count: particleCount)
      mapTorsions.append(
        CMAPTorsions.Parameters(
          map: offset + map, first: SIMD4(phi[0], phi[1], phi[2], phi[3]),
          second: SIMD4(psi[0], psi[1], psi[2], psi[3])))
    }
  }
}
