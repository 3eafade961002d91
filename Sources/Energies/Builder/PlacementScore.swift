import Foundation

/// How good the positions of newly placed atoms are, kJ/mol: the force field's torsions, the bonds and angles that a
/// ring closure strains, and a soft repulsion between atoms three bonds apart or more.
///
/// Only compares candidate torsions; the energy proper comes in when the structure is relaxed.
struct PlacementScore {
  /// Atoms nearer than this repel each other, nm: hydrogens, hydrogen and heavy, heavy.
  private static let contacts = (0.22, 0.26, 0.32)
  /// Stiffness of the repulsion ½ k (d − r)², kJ/mol/nm²: 25 kJ/mol at half an Ångström of overlap.
  private static let stiffness = 20_000.0

  private let isHydrogen: [Bool]
  /// Atoms one or two bonds away.
  private let excluded: [Set<Int>]
  private var bondsOfAtom: [[HarmonicBonds.Parameters]]
  private var anglesOfAtom: [[HarmonicAngles.Parameters]]
  private var torsionsOfAtom: [[PeriodicTorsions.Parameters]]

  init(_ system: MolecularSystem, neighbours: [[Int]]) {
    isHydrogen = system.molecule.atoms.map { $0.element == .hydrogen }
    excluded = neighbours.indices.map { atom in
      var near = Set(neighbours[atom])
      for other in neighbours[atom] { near.formUnion(neighbours[other]) }
      return near
    }
    let count = neighbours.count
    bondsOfAtom = [[HarmonicBonds.Parameters]](repeating: [], count: count)
    anglesOfAtom = [[HarmonicAngles.Parameters]](repeating: [], count: count)
    torsionsOfAtom = [[PeriodicTorsions.Parameters]](repeating: [], count: count)
    for bond in system.term(HarmonicBonds.self)?.bonds ?? [] {
      for atom in [bond.i, bond.j] { bondsOfAtom[atom].append(bond) }
    }
    for angle in system.term(HarmonicAngles.self)?.angles ?? [] {
      for atom in [angle.i, angle.j, angle.k] { anglesOfAtom[atom].append(angle) }
    }
    for torsion in system.term(PeriodicTorsions.self)?.torsions ?? [] {
      for atom in [torsion.i, torsion.j, torsion.k, torsion.l] { torsionsOfAtom[atom].append(torsion) }
    }
  }

  /// The score of atoms `new`, given all positions so far (nil: not placed).
  func value(of new: [Int], in positions: [SIMD3<Double>?]) -> Double {
    var sum = 0.0
    for atom in new {
      guard let here = positions[atom] else { continue }
      for bond in bondsOfAtom[atom] {
        guard let other = positions[bond.i == atom ? bond.j : bond.i] else { continue }
        let stretch = PlacementGeometry.length(other - here) - bond.length
        sum += bond.forceConstant / 2 * stretch * stretch
      }
      for angle in anglesOfAtom[atom] {
        guard let i = positions[angle.i], let j = positions[angle.j], let k = positions[angle.k] else { continue }
        let bend = PlacementGeometry.angle(i, j, k) - angle.angle
        sum += angle.forceConstant / 2 * bend * bend
      }
      for torsion in torsionsOfAtom[atom] {
        guard let i = positions[torsion.i], let j = positions[torsion.j], let k = positions[torsion.k],
          let l = positions[torsion.l]
        else { continue }
        let dihedral = PlacementGeometry.dihedral(i, j, k, l)
        sum += torsion.forceConstant * (1 + cos(Double(torsion.periodicity) * dihedral - torsion.phase))
      }
      sum += repulsion(of: atom, at: here, from: positions)
    }
    return sum
  }

  private func repulsion(of atom: Int, at here: SIMD3<Double>, from positions: [SIMD3<Double>?]) -> Double {
    var sum = 0.0
    for other in positions.indices where other != atom {
      guard let there = positions[other] else { continue }
      let contact: Double
      switch (isHydrogen[atom], isHydrogen[other]) {
      case (true, true): contact = Self.contacts.0
      case (false, false): contact = Self.contacts.2
      default: contact = Self.contacts.1
      }
      let separation = there - here
      let squared = (separation * separation).sum()
      guard squared < contact * contact, !excluded[atom].contains(other) else { continue }
      let overlap = contact - squared.squareRoot()
      sum += Self.stiffness / 2 * overlap * overlap
    }
    return sum
  }
}
