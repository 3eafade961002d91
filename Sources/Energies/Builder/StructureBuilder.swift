/// Builds a three-dimensional structure for a molecule whose force field is known, without a template.
///
/// Atoms are placed at the force field's equilibrium lengths and angles along the bond graph, backbone extended, side
/// chains staggered, amino acids in their natural handedness. The structure is then relaxed, first under bonds, angles,
/// torsions and Lennard-Jones alone, then under the energy wanted, and checked: chirality, bonds, trans peptide bonds,
/// no ring threaded, no clash. Where a check fails another backbone is tried; the error of the last one is thrown. Only
/// where every attempt ends with a peptide bond turned over is one returned whose bonds a restraint holds.
/// Deterministic: no random numbers, the same bytes for the same input.
public struct StructureBuilder: Sendable {
  /// Largest force component left after relaxation, kJ/mol/nm.
  public var forceTolerance: Double
  public var maximumIterations: Int

  public init(forceTolerance: Double = 50, maximumIterations: Int = 5000) {
    precondition(forceTolerance > 0 && maximumIterations > 0)
    self.forceTolerance = forceTolerance
    self.maximumIterations = maximumIterations
  }

  /// A relaxed structure and how its relaxation ended.
  public struct Structure: Sendable {
    /// nm, count 1
    public var positions: Configurations
    /// kJ/mol, under the energy it was relaxed with.
    public var energy: Double
    /// kJ/mol/nm
    public var largestForce: Double
    /// Evaluations of energy and forces, all stages.
    public var evaluations: Int
    /// True where only a restraint kept a peptide bond trans: charged ends in vacuum can have no nearby minimum with
    /// trans bonds. `largestForce`, of the energy alone, is then above the tolerance.
    public var peptideBondsHeld = false
  }

  /// A backbone (φ, ψ in degrees) to begin with, and whether its peptide bonds are held trans at first.
  private struct Attempt {
    var phi: Double
    var psi: Double
    var holdsPeptideBonds = true

    var backbone: BackboneTorsions { BackboneTorsions(phiDegrees: phi, psiDegrees: psi) }
  }

  /// In the order of trying: strand; then, for charged ends whose pull in vacuum turns a peptide bond over, the same
  /// held, other strands, polyproline, and compact forms that let the ends meet another way.
  private static let attempts = [
    Attempt(phi: -135, psi: 140, holdsPeptideBonds: false), Attempt(phi: -135, psi: 140),
    Attempt(phi: -120, psi: 130), Attempt(phi: -150, psi: 155), Attempt(phi: -80, psi: 150),
    Attempt(phi: -85, psi: 75), Attempt(phi: -60, psi: -45), Attempt(phi: -150, psi: -60), Attempt(phi: -90, psi: 0),
  ]

  /// Builds and relaxes under the system's own energy.
  public func build(_ system: MolecularSystem) throws(StructureError) -> Structure {
    try build(system, relaxingUnder: MolecularEnergy(system))
  }

  /// Builds from the terms of `system` and relaxes under `energy`, which may be another energy of the same atoms.
  public func build(_ system: MolecularSystem, relaxingUnder energy: some Energy) throws(StructureError) -> Structure {
    precondition(energy.dimension == 3 * system.molecule.atomCount, "the energy must be that of the system's atoms")
    let check = try StructureCheck(system)
    var failure: StructureError?
    var held: Structure?
    for attempt in Self.attempts {
      let start = try StructurePlacement.positions(system, backbone: attempt.backbone)
      do {
        let relaxed = try relax(start, of: system, under: energy, holding: attempt.holdsPeptideBonds)
        if held == nil, let candidate = relaxed.held, (try? check.run(on: candidate.positions)) != nil {
          held = candidate
        }
        try check.run(on: relaxed.free.positions)
        return relaxed.free
      } catch {
        failure = error
      }
    }
    if case .peptideBondNotTrans = failure, let held { return held }
    throw failure!
  }

  /// Positions before relaxation: lengths and angles at equilibrium except where a ring closes.
  public func placed(_ system: MolecularSystem) throws(StructureError) -> Configurations {
    try StructurePlacement.positions(system, backbone: Self.attempts[0].backbone)
  }

  /// The relaxed structure, and the one before the restraints on its peptide bonds were taken off.
  private func relax(
    _ start: Configurations, of system: MolecularSystem, under energy: some Energy, holding: Bool
  ) throws(StructureError) -> (free: Structure, held: Structure?) {
    // Charges pull only once nothing overlaps any more; this stage is also the cheap one.
    var stage = try minimize(MolecularEnergy(Self.uncharged(system)), from: start, tolerance: 10 * forceTolerance)
    var evaluations = stage.evaluations
    var held: Structure?
    if holding {
      let both = HeldEnergy(base: energy, restraints: MolecularEnergy(Self.restraints(system)))
      stage = try minimize(both, from: stage.positions, tolerance: forceTolerance)
      evaluations += stage.evaluations
      if stage.converged {
        let alone = try minimize(energy, from: stage.positions, tolerance: .infinity)
        held = Structure(
          positions: stage.positions, energy: alone.energy, largestForce: alone.largestForce,
          evaluations: evaluations, peptideBondsHeld: true)
      }
    }
    stage = try minimize(energy, from: stage.positions, tolerance: forceTolerance)
    evaluations += stage.evaluations
    guard stage.converged else {
      throw .notRelaxed(
        outcome: stage.outcome.rawValue, largestForce: stage.largestForce, tolerance: forceTolerance)
    }
    let free = Structure(
      positions: stage.positions, energy: stage.energy, largestForce: stage.largestForce, evaluations: evaluations)
    return (free, held)
  }

  private func minimize(
    _ energy: some Energy, from start: Configurations, tolerance: Double
  ) throws(StructureError) -> EnergyMinimizer.Result {
    let minimizer = EnergyMinimizer(forceTolerance: tolerance, maximumIterations: maximumIterations)
    do throws(EnergyError) {
      return try minimizer.minimize(energy, from: start)
    } catch {
      throw .energy(error)
    }
  }

  /// Wells that keep every peptide bond within 10° of trans.
  private static func restraints(_ system: MolecularSystem) -> MolecularSystem {
    let bonds = PeptideBonds(system.molecule, neighbours: system.molecule.neighbours).dihedrals
    let well = RestraintWell(forceConstant: 500, halfWidth: 10 * Units.radiansPerDegree)
    let term = DihedralRestraints(
      bonds.map { .init(SIMD4($0.before, $0.carbon, $0.nitrogen, $0.after), angle: .pi, well: well) })
    return MolecularSystem(molecule: system.molecule, terms: [term])
  }

  /// The system with bonds, angles, torsions and Lennard-Jones only.
  private static func uncharged(_ system: MolecularSystem) -> MolecularSystem {
    var terms: [any EnergyTerm] = []
    if let bonds = system.term(HarmonicBonds.self) { terms.append(bonds) }
    if let angles = system.term(HarmonicAngles.self) { terms.append(angles) }
    if let torsions = system.term(PeriodicTorsions.self) { terms.append(torsions) }
    if let nonbonded = system.term(Nonbonded.self) {
      terms.append(
        Nonbonded(
          particles: nonbonded.particles.map { .init(charge: 0, sigma: $0.sigma, epsilon: $0.epsilon) },
          exceptions: nonbonded.exceptions.map {
            .init($0.i, $0.j, chargeProduct: 0, sigma: $0.sigma, epsilon: $0.epsilon)
          }))
    }
    return MolecularSystem(molecule: system.molecule, terms: terms)
  }
}
