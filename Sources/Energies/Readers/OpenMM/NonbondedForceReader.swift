/// OpenMM's NonbondedForce without periodic boundaries.
enum NonbondedForceReader {
  private static let attributes: Set<String> = [
    "alpha", "cutoff", "dispersionCorrection", "ewaldTolerance", "exceptionsUsePeriodic", "includeDirectSpace",
    "ljAlpha",
    "ljnx", "ljny", "ljnz", "method", "nx", "ny", "nz", "recipForceGroup", "rfDielectric", "switchingDistance",
    "useSwitchingFunction",
  ]

  static func read(_ force: SystemElement, particleCount: Int) throws(InputError) -> Nonbonded {
    _ = try force.integer("version", in: 1...4)
    try force.allowAttributes(ForceCollector.harmlessAttributes.union(attributes))
    try force.allowChildren(["GlobalParameters", "ParticleOffsets", "ExceptionOffsets", "Particles", "Exceptions"])
    try force.refuseEntries("GlobalParameters", "global parameters")
    try force.refuseEntries("ParticleOffsets", "parameter offsets")
    try force.refuseEntries("ExceptionOffsets", "parameter offsets")
    let cutoff = try cutoff(force)
    if try force.flag("exceptionsUsePeriodic") {
      throw force.error("periodic exceptions are not supported", expected: "exceptionsUsePeriodic=\"0\"", found: "1")
    }
    if force.has("includeDirectSpace"), try !force.flag("includeDirectSpace") {
      throw force.error(
        "a force without its direct-space part is not supported", expected: "includeDirectSpace=\"1\"", found: "0")
    }

    let entries = try force.entries("Particles", of: "Particle")
    guard entries.count == particleCount else {
      throw force.error(
        "the number of particles is not that of the System", expected: "\(particleCount)", found: "\(entries.count)")
    }
    var particles: [Nonbonded.Particle] = []
    particles.reserveCapacity(entries.count)
    for entry in entries {
      let (sigma, epsilon) = try lennardJones(entry)
      particles.append(Nonbonded.Particle(charge: try entry.real("q"), sigma: sigma, epsilon: epsilon))
    }
    var exceptions: [Nonbonded.Exception] = []
    var pairs: Set<Bond> = []
    for entry in try force.entries("Exceptions", of: "Exception") {
      let atoms = try entry.particles(["p1", "p2"], count: particleCount)
      guard pairs.insert(Bond(atoms[0], atoms[1])).inserted else {
        throw entry.error("the pair has two exceptions", expected: "one for each pair", found: "\(atoms)")
      }
      let (sigma, epsilon) = try lennardJones(entry)
      exceptions.append(
        Nonbonded.Exception(
          atoms[0], atoms[1], chargeProduct: try entry.real("q"), sigma: sigma, epsilon: epsilon))
    }
    return Nonbonded(particles: particles, exceptions: exceptions, cutoff: cutoff)
  }

  private static func cutoff(_ force: SystemElement) throws(InputError) -> Nonbonded.Cutoff? {
    let names = ["NoCutoff", "CutoffNonPeriodic", "CutoffPeriodic", "Ewald", "PME", "LJPME"]
    let method = try force.integer("method", in: 0...5)
    guard method <= 1 else {
      throw force.error(
        "the nonbonded method \(names[method]) is not supported", expected: "0 (NoCutoff) or 1 (CutoffNonPeriodic)",
        found: "method=\"\(method)\"")
    }
    // Without a cutoff OpenMM ignores the switching function; the dispersion correction needs a box.
    guard method == 1 else { return nil }
    if try force.flag("useSwitchingFunction") {
      throw force.error(
        "switching functions are not supported", expected: "useSwitchingFunction=\"0\"", found: "1",
        advice: "create the System without switchDistance")
    }
    return Nonbonded.Cutoff(
      distance: try force.positive("cutoff"), reactionFieldDielectric: try force.positive("rfDielectric"))
  }

  private static func lennardJones(_ entry: SystemElement) throws(InputError) -> (sigma: Double, epsilon: Double) {
    let (sigma, epsilon) = (try entry.real("sig"), try entry.real("eps"))
    guard sigma >= 0, epsilon >= 0 else {
      throw entry.error(
        "sigma and epsilon are out of range", expected: "zero or positive numbers",
        found: "sig \(sigma), eps \(epsilon)")
    }
    return (sigma, epsilon)
  }
}
