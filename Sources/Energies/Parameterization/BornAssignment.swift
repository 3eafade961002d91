extension Molecule {
  /// Generalized-Born particles and parameters of the models by element: obc1, obc2 and gbn2.
  ///
  /// - Parameter charges: of every atom, e.
  func generalizedBorn(_ solvent: ImplicitSolvent, charges: [Double], cutoff: Double?) throws -> GeneralizedBorn {
    let isGBn2 = solvent.model == .gbn2
    if isGBn2, let residue = residues.first(where: { Self.nucleotides.contains($0.name) }) {
      throw InputError(
        "solvent gbn2", "GBn2 has other parameters for nucleic acids, which are not included",
        found: "residue \(residue.name)", advice: "use obc1 or obc2")
    }
    let radii = try bornRadii(mbondi3: isGBn2)
    let classes = Set(radii).sorted()
    var parameters = GeneralizedBorn.Parameters(
      model: solvent.model == .obc1 ? "OBC1" : isGBn2 ? "GBn2" : "OBC2", solventDielectric: solvent.solventDielectric,
      soluteDielectric: solvent.soluteDielectric, coulombConstant: Units.coulombConstantCustomGB,
      countsEngulfedAtoms: false, surfaceArea: solvent.surfaceArea ? .init() : nil,
      inverseDebyeLength: solvent.inverseDebyeLength, cutoff: cutoff)
    if isGBn2 {
      parameters.radiusOffset = 0.019_514_1
      parameters.neck = AmberNeckTables.neck(radii: classes)
    }
    let particles = atoms.enumerated().map { index, atom -> GeneralizedBorn.Particle in
      let offsetRadius = radii[index] - parameters.radiusOffset
      if isGBn2 {
        let constants = GBn2Constants.of(atom.element)
        return GeneralizedBorn.Particle(
          charge: charges[index], offsetRadius: offsetRadius, scaledRadius: constants.screen * offsetRadius,
          alpha: constants.alpha, beta: constants.beta, gamma: constants.gamma,
          radiusClass: classes.firstIndex(of: radii[index])!)
      }
      let (alpha, beta, gamma) = solvent.model == .obc1 ? (0.8, 0, 2.909_125) : (1, 0.8, 4.85)
      return GeneralizedBorn.Particle(
        charge: charges[index], offsetRadius: offsetRadius,
        scaledRadius: BornRadii.screening(of: atom.element) * offsetRadius, alpha: alpha, beta: beta, gamma: gamma)
    }
    return GeneralizedBorn(particles: particles, parameters: parameters)
  }

  /// Residue names for which OpenMM's GBn2 has parameters of its own.
  private static let nucleotides: Set<String> = ["A", "C", "G", "U", "DA", "DC", "DG", "DT"]
}
