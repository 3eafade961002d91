import Energies
import Foundation

/// What stands around an atom that is next to be placed: atoms and charges that are there already, as seen from the atom that it is bonded to.
///
/// Shell k has the weight exp(−ln²(r/cₖ)/2s²) at distance r. Its numbers are the sums over placed atoms of that weight, and of that weight
/// times the direction's components along x (from the bonded atom to the one its angle is from), y (in the plane of the dihedral) and z = x × y;
/// each once for atoms and once for their charges. A frame of three atoms tells hands apart, and turns with the molecule. Atoms within two bonds of
/// the bonded one are left out: torsions and bonded terms know them.
///
/// The powers of 0 and 1 of the direction are the first of the atomic cluster expansion (Drautz 2019, doi:10.1103/PhysRevB.99.014104), unsquared because
/// there is a frame.
struct PlacementSurroundings: Sendable {
  /// c, nm.
  static let shells = [0.25, 0.35, 0.5, 0.7, 1.0]
  private static let logarithms = shells.map { log($0) }
  /// s.
  private static let logarithmicWidth = 0.25
  /// Of sums over atoms, so that they are about as large as those over charges.
  private static let unitOfCount = 0.2
  /// Numbers of a row.
  static var count: Int { shells.count * 8 }

  private let rows: [ZMatrix.Row]
  private let others: [[Int]]
  /// e.
  private let charges: [Double]

  init(_ system: MolecularSystem, zMatrix: ZMatrix) {
    rows = zMatrix.rows
    charges = system.term(Nonbonded.self)?.particles.map(\.charge) ?? [Double](repeating: 0, count: zMatrix.atomCount)
    let neighbours = system.molecule.neighbours
    var placed = [zMatrix.root]
    others = zMatrix.rows.map { row in
      defer { placed.append(row.atom) }
      let near = Set([row.bonded] + neighbours[row.bonded] + neighbours[row.bonded].flatMap { neighbours[$0] })
      return row.twisted == nil ? [] : placed.filter { !near.contains($0) }
    }
  }

  /// The numbers of a row, passed one by one to `take`: zeros where nothing stands around, or where its three references are on a line.
  ///
  /// - Parameter positions: of all atoms, nm; those that do not stand yet are not read.
  func values(row index: Int, positions: [SIMD3<Double>], take: (_ number: Int, _ value: Double) -> Void) {
    let shells = Self.shells.count
    var sums = [SIMD8<Double>](repeating: .zero, count: shells)
    if !others[index].isEmpty, let angled = rows[index].angled, let twisted = rows[index].twisted {
      let origin = positions[rows[index].bonded]
      let x = normalized(positions[angled] - origin)
      let plane = positions[twisted] - origin
      let y = normalized(plane - x * (plane * x).sum())
      let z = SIMD3(x.y * y.z - x.z * y.y, x.z * y.x - x.x * y.z, x.x * y.y - x.y * y.x)
      for other in others[index] {
        let away = positions[other] - origin
        let distance = (away * away).sum().squareRoot()
        guard distance > 0, distance.isFinite else { continue }
        let direction = SIMD4(1, (away * x).sum() / distance, (away * y).sum() / distance, (away * z).sum() / distance)
        let seen = SIMD8(lowHalf: direction * Self.unitOfCount, highHalf: direction * charges[other])
        let logarithm = log(distance)
        for k in 0..<shells {
          let offset = (logarithm - Self.logarithms[k]) / Self.logarithmicWidth
          sums[k] += seen * exp(-0.5 * offset * offset)
        }
      }
    }
    for k in 0..<shells {
      for part in 0..<8 { take(8 * k + part, sums[k][part].isFinite ? sums[k][part] : 0) }
    }
  }
}

private func normalized(_ v: SIMD3<Double>) -> SIMD3<Double> { v / (v * v).sum().squareRoot() }
