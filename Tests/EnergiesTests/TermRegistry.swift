import Testing
import Energies

/// Every energy term, as a small system that exercises it; one line here runs all generic checks of
/// `EnergyTermTests`.
enum TermRegistry {
  struct Entry: Sendable, CustomTestStringConvertible {
    var name: String
    var term: any EnergyTerm
    /// False for a term that fixes the frame.
    var isInvariant = true
    var testDescription: String { name }
  }

  static let atomCount = 7

  static let all: [Entry] = [
    Entry(name: "bonds", term: bonds),
    Entry(name: "angles", term: angles),
    Entry(name: "torsions", term: torsions),
    Entry(name: "CMAP", term: cmap),
    Entry(name: "nonbonded", term: nonbonded(cutoff: nil)),
    Entry(
      name: "nonbonded, reaction field", term: nonbonded(cutoff: .init(distance: 0.6, reactionFieldDielectric: 78.3))),
    Entry(name: "OBC2, engulfed atoms", term: born(engulfed: true)),
    Entry(name: "OBC", term: born(engulfed: false)),
    Entry(name: "OBC, cutoff", term: born(engulfed: false, cutoff: 0.6)),
    Entry(name: "OBC, engulfed atoms, cutoff", term: born(engulfed: true, cutoff: 0.6)),
    Entry(name: "OBC, salt", term: born(engulfed: false, kappa: 1.3)),
    Entry(name: "OBC, salt, cutoff", term: born(engulfed: false, cutoff: 0.6, kappa: 1.3)),
    Entry(name: "GBn2", term: born(engulfed: false, neck: true)),
    Entry(name: "position restraints", term: positionRestraints, isInvariant: false),
    Entry(name: "distance restraints", term: distanceRestraints),
    Entry(name: "dihedral restraints", term: dihedralRestraints),
    Entry(name: "cluster", term: ParticleClusterEnergy(LennardJonesCluster(particleCount: 7, minimumDistance: 0.3))),
    Entry(
      name: "cluster in the plane", term: ParticleClusterEnergy(PairDoubleWell(particleCount: 7, spatialDimension: 2)),
      isInvariant: false),
  ]

  static let bonds = HarmonicBonds([
    .init(0, 1, length: 0.15, forceConstant: 2e5), .init(1, 2, length: 0.13, forceConstant: 3e5),
    .init(5, 2, length: 0.2, forceConstant: 1e4),
  ])
  static let angles = HarmonicAngles([
    .init(0, 1, 2, angle: 1.9, forceConstant: 400), .init(6, 3, 0, angle: 2.1, forceConstant: 300),
  ])
  static let torsions = PeriodicTorsions([
    .init(0, 1, 2, 3, periodicity: 2, phase: .pi, forceConstant: 15),
    .init(3, 2, 1, 0, periodicity: 3, phase: 0.4, forceConstant: 4),
    .init(1, 2, 5, 6, periodicity: 1, phase: -1.1, forceConstant: 7),
    .init(4, 2, 5, 6, periodicity: 6, phase: 0, forceConstant: 2),
    .init(1, 3, 5, 6, periodicity: 0, phase: 0.3, forceConstant: 2),
  ])
  static let cmap = CMAPTorsions(
    maps: [.init(size: 8, energies: (0..<64).map { Double(($0 * 37) % 23) - 9 })],
    torsions: [.init(map: 0, first: SIMD4(0, 1, 2, 3), second: SIMD4(1, 2, 3, 4))])
  static let charges = [0.4, -0.5, 0.3, -0.35, 0.6, -0.25, 0.1]

  static func nonbonded(cutoff: Nonbonded.Cutoff?) -> Nonbonded {
    Nonbonded(
      particles: charges.enumerated().map {
        .init(charge: $1, sigma: 0.12 + 0.02 * Double($0), epsilon: 0.2 + 0.1 * Double($0))
      },
      exceptions: [
        .init(0, 1, chargeProduct: 0, sigma: 0.1, epsilon: 0),
        .init(4, 2, chargeProduct: 0.11, sigma: 0.17, epsilon: 0.4),
      ], cutoff: cutoff)
  }

  static func born(
    engulfed: Bool, cutoff: Double? = nil, kappa: Double = 0, neck: Bool = false
  ) -> GeneralizedBorn {
    let radii = [0.17, 0.12, 0.155, 0.15, 0.13, 0.08, 0.19]
    let scales = [0.72, 0.85, 0.79, 1.06, 1.43, 0.85, -0.7]
    let table = GeneralizedBorn.Neck(
      scale: 0.826836, cut: 0.68, classCount: 2, distances: [0.25, 0.31, 0.27, 0.33], depths: [0.4, 0.2, 0.3, 0.5])
    return GeneralizedBorn(
      particles: charges.indices.map {
        .init(
          charge: charges[$0], offsetRadius: radii[$0] - 0.009,
          scaledRadius: abs(scales[$0]) * (radii[$0] - 0.009) * (neck && scales[$0] < 0 ? -1 : 1),
          alpha: 1, beta: 0.8, gamma: 4.85, radiusClass: $0 % 2)
      },
      parameters: .init(
        model: "test", solventDielectric: 78.5, soluteDielectric: 1, coulombConstant: Units.coulombConstant,
        countsEngulfedAtoms: engulfed, neck: neck ? table : nil, surfaceArea: .init(), inverseDebyeLength: kappa,
        cutoff: cutoff))
  }

  static let positionRestraints = PositionRestraints([
    .init(1, reference: SIMD3(0.1, 0.2, -0.1), well: .init(forceConstant: 500)),
    .init(4, reference: SIMD3(0.5, -0.2, 0.3), well: .init(forceConstant: 900, halfWidth: 0.05)),
  ])
  static let distanceRestraints = DistanceRestraints([
    .init(0, 3, distance: 0.5, well: .init(forceConstant: 800)),
    .init(1, 6, distance: 0.2, well: .init(forceConstant: 800, halfWidth: 0.02)),
  ])
  static let dihedralRestraints = DihedralRestraints([
    .init(SIMD4(0, 1, 2, 3), angle: 3.0, well: .init(forceConstant: 100)),
    .init(SIMD4(1, 4, 2, 6), angle: -3.0, well: .init(forceConstant: 40, halfWidth: 0.1)),
  ])

  /// A system of `atomCount` carbons with one term.
  static func energy(
    _ term: any EnergyTerm, threads: Int = 1, precision: ArithmeticPrecision = .double
  ) -> MolecularEnergy {
    let atoms = (0..<atomCount).map { Atom(name: "C\($0)", element: .carbon, mass: 12, residue: 0) }
    let molecule = Molecule(
      atoms: atoms, residues: [Residue(name: "TST", number: 1, atoms: 0..<atomCount)], bonds: [])
    return MolecularEnergy(
      MolecularSystem(molecule: molecule, terms: [term]), threads: threads, precision: precision)
  }
}
