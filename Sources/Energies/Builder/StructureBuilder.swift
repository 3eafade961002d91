/// Builds a three-dimensional structure for a molecule whose force field is known, without a template.
///
/// Atoms are placed at the force field's equilibrium lengths and angles along the bond graph, backbone extended, side
/// chains staggered, amino acids in their natural handedness. The structure is then relaxed, first under bonds, angles,
/// torsions and Lennard-Jones alone, then under the energy wanted, and checked: chirality, bonds, trans peptide bonds,
/// no ring threaded, no clash. Where a check fails another backbone is tried; the error of the last one is thrown.
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
    /// Evaluations of energy and forces, both stages.
    public var evaluations: Int
  }

  /// (φ, ψ) in degrees, in the order of trying: strand, flatter strand, fully extended, polyproline.
  private static let backbones = [(-135.0, 140.0), (-120, 130), (-150, 155), (-80, 150)]

  /// Builds and relaxes under the system's own energy.
  public func build(_ system: MolecularSystem) throws(StructureError) -> Structure {
    try build(system, relaxingUnder: MolecularEnergy(system))
  }

  /// Builds from the terms of `system` and relaxes under `energy`, which may be another energy of the same atoms.
  public func build(_ system: MolecularSystem, relaxingUnder energy: some Energy) throws(StructureError) -> Structure {
    precondition(energy.dimension == 3 * system.molecule.atomCount, "the energy must be that of the system's atoms")
    let check = try StructureCheck(system)
    var failure: StructureError?
    for backbone in Self.backbones {
      let torsions = BackboneTorsions(phiDegrees: backbone.0, psiDegrees: backbone.1)
      let start = try StructurePlacement.positions(system, backbone: torsions)
      do {
        let structure = try relax(start, of: system, under: energy)
        try check.run(on: structure.positions)
        return structure
      } catch {
        failure = error
      }
    }
    throw failure!
  }

  /// Positions before relaxation: lengths and angles at equilibrium except where a ring closes.
  public func placed(_ system: MolecularSystem) throws(StructureError) -> Configurations {
    let first = Self.backbones[0]
    return try StructurePlacement.positions(
      system, backbone: BackboneTorsions(phiDegrees: first.0, psiDegrees: first.1))
  }

  private func relax(
    _ start: Configurations, of system: MolecularSystem, under energy: some Energy
  ) throws(StructureError) -> Structure {
    do {
      // Charges pull only once nothing overlaps any more; this stage is also the cheap one.
      var minimizer = EnergyMinimizer(forceTolerance: 10 * forceTolerance, maximumIterations: maximumIterations)
      let uncharged = MolecularEnergy(Self.uncharged(system))
      let rough = try minimizer.minimize(uncharged, from: start)
      minimizer.forceTolerance = forceTolerance
      let fine = try minimizer.minimize(energy, from: rough.positions)
      guard fine.converged else {
        throw StructureError.notRelaxed(
          outcome: fine.outcome.rawValue, largestForce: fine.largestForce, tolerance: forceTolerance)
      }
      return Structure(
        positions: fine.positions, energy: fine.energy, largestForce: fine.largestForce,
        evaluations: rough.evaluations + fine.evaluations)
    } catch let error as EnergyError {
      throw .energy(error)
    } catch let error as StructureError {
      throw error
    } catch {
      preconditionFailure("only energies and structures fail here: \(error)")
    }
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
