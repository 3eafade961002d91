extension ForceField {
  /// The first rule that fits counts. A bond without a rule is an error; one with k = 0 has no energy and is left out.
  func harmonicBonds(_ context: ParameterContext) throws -> HarmonicBonds {
    let rules = bonds.map { rule in rule.atoms.map { CompiledSelector($0, numbering: context.numbering) } }
    var known: [[TypedAtom]: Int] = [:]
    var result: [HarmonicBonds.Parameters] = []
    for bond in context.molecule.bonds {
      let types = context.types(of: [bond.first, bond.second])
      let found = known[types] ?? rules.firstIndex { $0.fits(types) || $0.fits(types.reversed()) }
      guard let found else { throw context.missing("bond parameter", [bond.first, bond.second], name) }
      known[types] = found
      let rule = bonds[found]
      guard rule.forceConstant != 0 else { continue }
      result.append(.init(bond.first, bond.second, length: rule.length, forceConstant: rule.forceConstant))
    }
    return HarmonicBonds(result)
  }

  /// As `harmonicBonds`, for angles.
  func harmonicAngles(_ context: ParameterContext) throws -> HarmonicAngles {
    let rules = angles.map { rule in rule.atoms.map { CompiledSelector($0, numbering: context.numbering) } }
    var known: [[TypedAtom]: Int] = [:]
    var result: [HarmonicAngles.Parameters] = []
    for angle in context.graph.angles {
      let types = context.types(of: angle)
      let found = known[types] ?? rules.firstIndex { $0.fits(types) || $0.fits(types.reversed()) }
      guard let found else { throw context.missing("angle parameter", angle, name) }
      known[types] = found
      let rule = angles[found]
      guard rule.forceConstant != 0 else { continue }
      result.append(.init(angle[0], angle[1], angle[2], angle: rule.angle, forceConstant: rule.forceConstant))
    }
    return HarmonicAngles(result)
  }

  /// Proper, then improper torsions. Terms with k = 0 are left out; a torsion may have no rule.
  func periodicTorsions(_ context: ParameterContext) -> PeriodicTorsions {
    var result: [PeriodicTorsions.Parameters] = []
    func append(_ atoms: [Int], _ terms: [TorsionSeriesTerm]) {
      for term in terms where term.forceConstant != 0 {
        result.append(
          .init(
            atoms[0], atoms[1], atoms[2], atoms[3], periodicity: term.periodicity, phase: term.phase,
            forceConstant: term.forceConstant))
      }
    }
    var proper = ProperTorsionAssignment(torsions, context.numbering)
    for torsion in context.graph.properTorsions { append(torsion, proper.terms(for: context.types(of: torsion))) }
    var improper = ImproperAssignment(
      impropers, context.numbering, context.molecule, templateAtoms: context.assignment.templateAtoms)
    for torsion in context.graph.improperTorsions {
      guard let found = improper.result(for: torsion, types: context.types(of: torsion)) else { continue }
      for term in found.terms { for dihedral in found.dihedrals { append(dihedral, [term]) } }
    }
    return PeriodicTorsions(result)
  }

  /// Every chain of five atoms that a rule fits; rules without a wildcard first.
  func cmapTorsions(_ context: ParameterContext) -> CMAPTorsions {
    let rules = cmapRules.map { rule in rule.atoms.map { CompiledSelector($0, numbering: context.numbering) } }
    var result: [CMAPTorsions.Parameters] = []
    for chain in context.graph.chainsOfFive {
      let types = context.types(of: chain)
      let fitting = rules.indices.filter { rules[$0].fits(types) || rules[$0].fits(types.reversed()) }
      let exact = fitting.first { !rules[$0].contains(where: \.isWildcard) }
      guard let found = exact ?? fitting.first else { continue }
      result.append(
        .init(
          map: cmapRules[found].map, first: SIMD4(chain[0], chain[1], chain[2], chain[3]),
          second: SIMD4(chain[1], chain[2], chain[3], chain[4])))
    }
    return CMAPTorsions(maps: cmaps, torsions: result)
  }
}
