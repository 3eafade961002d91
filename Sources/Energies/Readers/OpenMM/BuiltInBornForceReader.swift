/// OpenMM's GBSAOBCForce: OBC2 with a surface-area term (Onufriev, Bashford, Case 2004, doi:10.1002/prot.20033).
enum BuiltInBornForceReader {
  static func read(_ force: SystemElement, particleCount: Int) throws(InputError) -> GeneralizedBorn {
    let version = try force.integer("version", in: 1...2)
    try force.allowAttributes(
      ForceCollector.harmlessAttributes.union([
        "cutoff", "method", "soluteDielectric", "solventDielectric", "surfaceAreaEnergy",
      ]))
    try force.allowChildren(["Particles"])
    let cutoff = try cutoff(force)
    // Version 1 did not write the surface-area energy.
    let surfaceEnergy = version > 1 ? try force.real("surfaceAreaEnergy") : OpenMMDefaults.surfaceAreaEnergy
    let parameters = GeneralizedBorn.Parameters(
      model: "OBC2", solventDielectric: try force.positive("solventDielectric"),
      soluteDielectric: try force.positive("soluteDielectric"), coulombConstant: Units.coulombConstant,
      countsEngulfedAtoms: true,
      surfaceArea: surfaceEnergy == 0 ? nil : GeneralizedBorn.SurfaceArea(tension: 4 * Double.pi * surfaceEnergy),
      cutoff: cutoff)
    let entries = try force.entries("Particles", of: "Particle")
    guard entries.count == particleCount else {
      throw force.error(
        "the number of particles is not that of the System", expected: "\(particleCount)", found: "\(entries.count)")
    }
    var particles: [GeneralizedBorn.Particle] = []
    for entry in entries {
      let (radius, scale) = (try entry.real("r"), try entry.real("scale"))
      guard radius > parameters.radiusOffset else {
        throw entry.error(
          "the radius is out of range", expected: "above \(parameters.radiusOffset) nm", found: "\(radius)")
      }
      let offsetRadius = radius - parameters.radiusOffset
      particles.append(
        GeneralizedBorn.Particle(
          charge: try entry.real("q"), offsetRadius: offsetRadius, scaledRadius: scale * offsetRadius, alpha: 1,
          beta: 0.8,
          gamma: 4.85))
    }
    return GeneralizedBorn(particles: particles, parameters: parameters)
  }

  /// The cutoff of a Born force; nil for none.
  static func cutoff(_ force: SystemElement) throws(InputError) -> Double? {
    let names = ["NoCutoff", "CutoffNonPeriodic", "CutoffPeriodic"]
    let method = try force.integer("method", in: 0...2)
    guard method <= 1 else {
      throw force.error(
        "the method \(names[method]) is not supported", expected: "0 (NoCutoff) or 1 (CutoffNonPeriodic)",
        found: "method=\"\(method)\"")
    }
    return method == 1 ? try force.positive("cutoff") : nil
  }
}
