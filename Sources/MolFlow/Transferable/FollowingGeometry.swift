import Energies
import Foundation

/// Where a free torsion puts the atoms that it carries along before any other torsion is free: the siblings of its atom, and what is bonded to them by
/// bonds that the force field holds flat, such as the rest of an amide, of a guanidinium group or of an aromatic ring.
///
/// They stand later than the torsion, but where it puts them is known to within bonds and angles. Their geometry is the force field's: equilibrium bonds and
/// angles, dihedrals between siblings as in the scaling, dihedrals about flat bonds 0 or π. Angles within rings are those of regular polygons:
/// the force field would have imidazole's at 120°, and the ring holds them where it closes.
///
/// Places, nm, are of a molecule that has the torsion at 0; `local` gives their coordinates in the frame of a `PlacementCone`.
struct FollowingGeometry: Sendable {
  private let index: Int
  private let zMatrix: ZMatrix
  private let scaling: CoordinateScaling
  private let flat: FlatBonds
  private let placed: Set<Int>
  private let row: ZMatrix.Row
  private let cone: PlacementCone

  /// Those that the torsion's own bond holds, and its atom.
  let start: [Int: SIMD3<Double>]

  /// - Parameter placed: atoms that stand before row `index`; nil where the row has no free torsion.
  init?(of index: Int, zMatrix: ZMatrix, scaling: CoordinateScaling, placed: Set<Int>, flat: FlatBonds) {
    let row = zMatrix.rows[index]
    guard scaling.rows[index].isFree, let angled = row.angled, let angle = scaling.rows[index].angle else { return nil }
    (self.index, self.zMatrix, self.scaling, self.placed, self.flat, self.row) = (
      index, zMatrix, scaling, placed, flat, row
    )
    let axisEnd = SIMD3(0.15, 0, 0)
    cone = PlacementCone(
      bond: scaling.rows[index].bond.center, angle: angle.center, origin: .zero, axisEnd: axisEnd,
      plane: SIMD3(0.2, 0.1, 0))
    start = [row.bonded: .zero, angled: axisEnd, row.atom: cone.place(SIMD2(1, 0))]
  }

  /// Along the axis, across and normal at torsion 0.
  func local(_ place: SIMD3<Double>) -> SIMD3<Double> { cone.local(place) }

  /// The atoms that stand and that the torsion moves the others against.
  var standing: Set<Int> { placed.subtracting([row.bonded, row.angled!]) }

  /// Whether a later row is on the moving side of the torsion's bond, and where its references are is known.
  private func references(
    _ next: ZMatrix.Row, in places: [Int: SIMD3<Double>]
  ) -> (bonded: SIMD3<Double>, angled: SIMD3<Double>, twisted: SIMD3<Double>)? {
    guard let angled = next.angled, let twisted = next.twisted,
      next.bonded == row.bonded ? twisted != row.twisted : !placed.contains(next.bonded),
      let a = places[next.bonded], let b = places[angled], let c = places[twisted]
    else { return nil }
    return (a, b, c)
  }

  private func place(_ number: Int, dihedral: Double, in places: [Int: SIMD3<Double>]) -> SIMD3<Double>? {
    let next = zMatrix.rows[number], range = scaling.rows[number]
    guard let at = references(next, in: places), let bend = range.angle else { return nil }
    return PlacementCone(
      bond: range.bond.center, angle: flat.ringAngle(next) ?? bend.center, origin: at.bonded, axisEnd: at.angled,
      plane: at.twisted
    ).place(SIMD2(cos(dihedral), sin(dihedral)))
  }

  /// Adds all whose places follow, and says which.
  func grow(_ places: inout [Int: SIMD3<Double>]) -> [Int] {
    var added: [Int] = []
    for number in zMatrix.rows.indices.dropFirst(index + 1) {
      let next = zMatrix.rows[number]
      guard places[next.atom] == nil,
        let dihedral = scaling.rows[number].sibling?.center ?? flat.dihedral(next),
        let place = place(number, dihedral: dihedral, in: places)
      else { continue }
      places[next.atom] = place
      added.append(next.atom)
    }
    return added
  }

  /// The first row with a free torsion that carries a heavy atom and turns about a bond between atoms that have places; nil where there is none.
  func nextTorsion(_ places: [Int: SIMD3<Double>], besides excluded: Set<Int>, in molecule: Molecule) -> Int? {
    zMatrix.rows.indices.dropFirst(index + 1).first { number in
      let next = zMatrix.rows[number]
      return scaling.rows[number].isFree && places[next.atom] == nil && !excluded.contains(number)
        && molecule.atoms[next.atom].element != .hydrogen && references(next, in: places) != nil
    }
  }

  /// The places with a row's torsion at an angle, and with what follows; and which atoms these are.
  func turned(
    _ number: Int, by dihedral: Double, from places: [Int: SIMD3<Double>]
  ) -> (places: [Int: SIMD3<Double>], added: [Int]) {
    var places = places
    places[zMatrix.rows[number].atom] = place(number, dihedral: dihedral, in: places)!
    let added = grow(&places)
    return (places, [zMatrix.rows[number].atom] + added)
  }
}

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

  /// The dihedral of a row about a flat bond: 0 where both of its ends are in the bond's ring or neither is, π elsewhere; nil where the bond is not flat.
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
