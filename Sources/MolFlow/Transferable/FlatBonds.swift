import Energies

/// Bonds about which the force field has a twofold barrier of 30 kJ/mol or more: amides, guanidinium groups, aromatic rings.
struct FlatBonds: Sendable {
  private let flat: Set<Bond>
  /// The atoms of the smallest ring that each bond is in.
  private var rings: [Bond: Set<Int>] = [:]

  /// Of the barrier, 2 Σ k of the proper torsions of period two, kJ/mol.
  private static let lowestBarrier = 30.0

  init(_ system: MolecularSystem) {
    let bonds = Set(system.molecule.bonds)
    var barriers: [Bond: Double] = [:]
    for torsion in system.term(PeriodicTorsions.self)?.torsions ?? []
    where torsion.periodicity == 2 && bonds.contains(Bond(torsion.i, torsion.j))
      && bonds.contains(Bond(torsion.j, torsion.k)) && bonds.contains(Bond(torsion.k, torsion.l))
    {
      barriers[Bond(torsion.j, torsion.k), default: 0] += 2 * torsion.forceConstant
    }
    flat = Set(barriers.filter { $0.value >= Self.lowestBarrier }.keys)
    let neighbours = system.molecule.neighbours
    for bond in flat { rings[bond] = Self.ring(bond, neighbours) }
  }

  /// The atoms of a shortest way from one end of the bond to the other that is not the bond.
  private static func ring(_ bond: Bond, _ neighbours: [[Int]]) -> Set<Int>? {
    var from = [bond.first: bond.first]
    var front = [bond.first]
    while !front.isEmpty {
      var next: [Int] = []
      for atom in front {
        for other in neighbours[atom] where from[other] == nil && Bond(atom, other) != bond {
          from[other] = atom
          next.append(other)
        }
      }
      if from[bond.second] != nil {
        var ring = Set([bond.first]), atom = bond.second
        while ring.insert(atom).inserted { atom = from[atom]! }
        return ring
      }
      front = next
    }
    return nil
  }

  /// The dihedral of a row about a flat bond: about a bond of a ring 0 where both of its ends are in the ring or neither is, else π; nil where the
  /// bond is not flat.
  func dihedral(_ row: ZMatrix.Row) -> Double? {
    guard let angled = row.angled, let twisted = row.twisted else { return nil }
    let bond = Bond(row.bonded, angled)
    guard flat.contains(bond) else { return nil }
    guard let ring = rings[bond] else { return .pi }
    return ring.contains(row.atom) == ring.contains(twisted) ? 0 : .pi
  }

  /// The angle of a regular polygon, for a row whose atom, with the two that its angle is from, is in a ring; nil elsewhere.
  func ringAngle(_ row: ZMatrix.Row) -> Double? {
    guard let angled = row.angled, let ring = rings[Bond(row.bonded, angled)], ring.contains(row.atom) else {
      return nil
    }
    return .pi * (1 - 2 / Double(ring.count))
  }
}
