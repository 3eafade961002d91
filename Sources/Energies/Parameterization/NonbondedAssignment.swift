extension ForceField {
  /// Charges, Lennard-Jones parameters, and exceptions: nothing between atoms one or two bonds apart, scaled interactions
  /// between those three apart (σ the mean, ε the geometric mean times the scale).
  func nonbondedTerm(
    _ context: ParameterContext, solvent: ImplicitSolvent, cutoff: Double?
  ) throws -> Nonbonded {
    guard let rules = nonbonded else {
      throw InputError(name, "the force field has no nonbonded parameters", advice: "add the file that has them")
    }
    let selectors = rules.atoms.map { CompiledSelector($0.atom, numbering: context.numbering) }
    var known: [TypedAtom: NonbondedRule] = [:]
    let particles = try context.types.enumerated().map { index, type -> Nonbonded.Particle in
      // The last rule for a type counts.
      guard let rule = known[type] ?? selectors.lastIndex(where: { $0.matches(type) }).map({ rules.atoms[$0] }) else {
        throw context.missing("nonbonded parameter", [index], name)
      }
      known[type] = rule
      let attributes = context.assignment.attributes[index]
      guard let charge = rule.charge ?? attributes["charge"], let sigma = rule.sigma ?? attributes["sigma"],
        let epsilon = rule.epsilon ?? attributes["epsilon"]
      else { throw context.missing("charge, sigma or epsilon", [index], name) }
      guard epsilon >= 0 else {
        throw InputError(name, "a negative epsilon for \(context.molecule.label(ofAtom: index))", found: "\(epsilon)")
      }
      return Nonbonded.Particle(charge: charge, sigma: sigma, epsilon: epsilon)
    }
    let exceptions = context.graph.closePairs.map { pair -> Nonbonded.Exception in
      guard pair.separation == 3 else {
        // σ = 1 as OpenMM writes it; it does not matter.
        return .init(pair.i, pair.j, chargeProduct: 0, sigma: 1, epsilon: 0)
      }
      let (a, b) = (particles[pair.i], particles[pair.j])
      return .init(
        pair.i, pair.j, chargeProduct: rules.coulomb14Scale * a.charge * b.charge, sigma: 0.5 * (a.sigma + b.sigma),
        epsilon: rules.lennardJones14Scale * (a.epsilon * b.epsilon).squareRoot())
    }
    return Nonbonded(
      particles: particles, exceptions: exceptions,
      cutoff: cutoff.map { .init(distance: $0, reactionFieldDielectric: solvent.model == .vacuum ? 78.3 : 1) })
  }

  /// The Born term of the solvent, nil in vacuum.
  func generalizedBorn(
    _ context: ParameterContext, _ nonbonded: Nonbonded, solvent: ImplicitSolvent, cutoff: Double?
  ) throws -> GeneralizedBorn? {
    switch solvent.model {
    case .vacuum: return nil
    case .obc1, .obc2, .gbn2:
      return try context.molecule.generalizedBorn(solvent, charges: nonbonded.particles.map(\.charge), cutoff: cutoff)
    case .forceField: return try generalizedBorn(context, rules: born, source: name, solvent: solvent, cutoff: cutoff)
    case .amber99OBC, .amber96OBC:
      let table = try ForceField(table: .shipped(solvent.model.rawValue), name: solvent.model.rawValue)
      return try generalizedBorn(
        context, rules: table.born, source: "solvent \(table.name)", solvent: solvent, cutoff: cutoff)
    }
  }

  /// OBC II with parameters by atom type, as OpenMM's GBSAOBCForce has it.
  private func generalizedBorn(
    _ context: ParameterContext, rules: [BornRule], source: String, solvent: ImplicitSolvent, cutoff: Double?
  ) throws -> GeneralizedBorn {
    guard solvent.inverseDebyeLength == 0 else {
      throw InputError(source, "this solvent model knows no salt", advice: "use obc2, or leave the Debye length out")
    }
    let selectors = rules.map { CompiledSelector($0.atom, numbering: context.numbering) }
    let particles = try context.types.enumerated().map { index, type -> GeneralizedBorn.Particle in
      let attributes = context.assignment.attributes[index]
      guard let rule = selectors.lastIndex(where: { $0.matches(type) }).map({ rules[$0] }),
        let charge = rule.charge ?? attributes["charge"], let radius = rule.radius ?? attributes["radius"],
        let scale = rule.scale ?? attributes["scale"]
      else {
        var error = context.missing("Born radius", [index], source)
        error.advice = "amber99_obc belongs to amber99sb-ildn, amber96_obc to amber96; elsewhere use obc1, obc2 or gbn2"
        throw error
      }
      let offsetRadius = radius - 0.009
      guard offsetRadius > 0 else { throw InputError(source, "a Born radius below 0.009 nm", found: "\(radius)") }
      return GeneralizedBorn.Particle(
        charge: charge, offsetRadius: offsetRadius, scaledRadius: scale * offsetRadius, alpha: 1, beta: 0.8, gamma: 4.85)
    }
    let parameters = GeneralizedBorn.Parameters(
      model: "OBC2", solventDielectric: solvent.solventDielectric, soluteDielectric: solvent.soluteDielectric,
      coulombConstant: Units.coulombConstant, countsEngulfedAtoms: true,
      surfaceArea: solvent.surfaceArea ? .init(tension: 4 * Double.pi * OpenMMDefaults.surfaceAreaEnergy) : nil, cutoff: cutoff)
    return GeneralizedBorn(particles: particles, parameters: parameters)
  }
}
