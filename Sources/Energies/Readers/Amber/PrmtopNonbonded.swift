import Foundation

/// Charges, Lennard-Jones parameters, exclusions and scaled 1-4 pairs of a prmtop.
///
/// A prmtop holds A/r¹² − B/r⁶ for each pair of types; σ and ε of an atom follow from the diagonal, r_min = (2A/B)^{1/6},
/// ε = B²/(4A). The off-diagonal terms must be the Lorentz-Berthelot combinations of these.
struct PrmtopNonbonded: Sendable {
  let particles: [Nonbonded.Particle]
  let exceptions: [Nonbonded.Exception]
  /// What divides the 1-4 interactions, for `info`.
  let scalingNote: String

  /// r_min in nm per σ in nm
  private static let minimumPerSigma = pow(2, 1.0 / 6)

  init(
    _ file: PrmtopSections, _ pointers: PrmtopPointers, dihedrals: [PrmtopBondedTerms.Dihedral]
  ) throws(InputError) {
    let charges = try file.reals("CHARGE", count: pointers.atomCount)
    let table = try PrmtopPairTable(file, pointers)
    var particles: [Nonbonded.Particle] = []
    for atom in 0..<pointers.atomCount {
      let type = table.radii[table.atomTypes[atom]]
      particles.append(
        Nonbonded.Particle(
          charge: charges[atom] / Units.amberChargeScale,
          sigma: type.minimum / Self.minimumPerSigma * Units.nanometersPerAngstrom,
          epsilon: type.depth * Units.kilojoulesPerKilocalorie))
    }
    self.particles = particles

    let excluded = try Self.excludedPairs(file, pointers)
    var exceptions: [Nonbonded.Exception] = []
    var scaled: Set<Bond> = []
    var electrostatic: Set<Double> = []
    var dispersive: Set<Double> = []
    let electrostaticScales = try Self.scales(file, pointers, "SCEE_SCALE_FACTOR", standard: 1.2)
    let dispersiveScales = try Self.scales(file, pointers, "SCNB_SCALE_FACTOR", standard: 2)
    let allExcluded = Set(excluded)
    for dihedral in dihedrals where dihedral.hasScaledPair {
      let (i, l) = (dihedral.torsion.i, dihedral.torsion.l)
      let pair = Bond(i, l)
      guard scaled.insert(pair).inserted else {
        throw InputError(
          file.path, line: dihedral.line,
          "%FLAG \(dihedral.flag): the 1-4 pair of atoms \(i + 1) and \(l + 1) counts twice",
          expected: "a negative third pointer in all but one of its dihedrals", found: "two positive ones")
      }
      guard allExcluded.contains(pair) else {
        throw InputError(
          file.path, line: dihedral.line,
          "%FLAG \(dihedral.flag): the 1-4 pair of atoms \(i + 1) and \(l + 1) is not in EXCLUDED_ATOMS_LIST",
          expected: "every scaled pair among the excluded ones", found: "a pair that would count twice")
      }
      let (scee, scnb) = (electrostaticScales[dihedral.type], dispersiveScales[dihedral.type])
      guard scee > 0, scnb > 0 else {
        throw InputError(
          file.path, line: dihedral.line, "a dihedral with a 1-4 pair has a scale factor that is not positive",
          expected: "SCEE and SCNB above 0 for dihedral type \(dihedral.type + 1)", found: "SCEE \(scee), SCNB \(scnb)")
      }
      electrostatic.insert(scee)
      dispersive.insert(scnb)
      let interaction = table.interaction(table.atomTypes[i], table.atomTypes[l])
      exceptions.append(
        Nonbonded.Exception(
          i, l, chargeProduct: particles[i].charge * particles[l].charge / scee,
          sigma: interaction.minimum / Self.minimumPerSigma * Units.nanometersPerAngstrom,
          epsilon: interaction.depth * Units.kilojoulesPerKilocalorie / scnb))
    }
    for pair in excluded where !scaled.contains(pair) {
      exceptions.append(Nonbonded.Exception(pair.first, pair.second, chargeProduct: 0, sigma: 0.1, epsilon: 0))
    }
    self.exceptions = exceptions
    func list(_ values: Set<Double>) -> String { values.sorted().map { "\($0)" }.joined(separator: ", ") }
    scalingNote = scaled.isEmpty ? "no 1-4 pairs" : "charges 1/\(list(electrostatic)), LJ 1/\(list(dispersive))"
  }

  private static func scales(
    _ file: PrmtopSections, _ pointers: PrmtopPointers, _ flag: String, standard: Double
  ) throws(InputError) -> [Double] {
    guard file.contains(flag) else { return [Double](repeating: standard, count: pointers.dihedralTypeCount) }
    return try file.reals(flag, count: pointers.dihedralTypeCount).values
  }

  /// Pairs of EXCLUDED_ATOMS_LIST in its order, each once. A zero stands for "none".
  private static func excludedPairs(_ file: PrmtopSections, _ pointers: PrmtopPointers) throws(InputError) -> [Bond] {
    let counts = try file.integers("NUMBER_EXCLUDED_ATOMS", count: pointers.atomCount)
    let list = try file.integers("EXCLUDED_ATOMS_LIST", count: pointers.excludedCount)
    var pairs: [Bond] = []
    var seen: Set<Bond> = []
    var next = 0
    for atom in 0..<pointers.atomCount {
      guard (0...list.count - next).contains(counts[atom]) else {
        throw InputError(
          file.path, line: counts.lines[atom],
          "%FLAG NUMBER_EXCLUDED_ATOMS: the count of atom \(atom + 1) is out of range",
          expected: "0 to \(list.count - next), what is left of EXCLUDED_ATOMS_LIST", found: "\(counts[atom])")
      }
      for place in next..<next + counts[atom] {
        let other = list[place]
        if other == 0 { continue }
        guard (1...pointers.atomCount).contains(other), other != atom + 1 else {
          throw InputError(
            file.path, line: list.lines[place], "%FLAG EXCLUDED_ATOMS_LIST: value \(place + 1) is no other atom",
            expected: "0, or 1 to NATOM = \(pointers.atomCount) but not \(atom + 1)", found: "\(other)")
        }
        let pair = Bond(atom, other - 1)
        if seen.insert(pair).inserted { pairs.append(pair) }
      }
      next += counts[atom]
    }
    guard next == list.count else {
      throw InputError(
        file.path, line: counts.flagLine, "%FLAG NUMBER_EXCLUDED_ATOMS does not use up EXCLUDED_ATOMS_LIST",
        expected: "a sum of NNB = \(list.count)", found: "\(next)")
    }
    return pairs
  }
}
