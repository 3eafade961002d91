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

  /// Nil where row `index` has no free torsion.
  ///
  /// - Parameter placed: atoms that stand before the row.
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

  /// Where the references of a later row are; nil where it is not on the moving side of the torsion's bond, or one of them is not known.
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
