import Energies
import Foundation

/// What the force field says about the torsion of each atom that it leaves free, given the atoms placed before: the reduced energies
/// of `PlacementEnergy` on a grid of the circle, above their lowest.
struct TorsionGuide: Sendable {
  let zMatrix: ZMatrix
  /// Node k stands at −π + 2πk/nodes.
  let nodes: Int
  private let energies: [PlacementEnergy?]
  private let directions: [SIMD2<Double>]
  private let kT: Double

  /// kT; what is higher is as impossible as anything.
  static let highest = 20.0

  init(_ system: MolecularSystem, zMatrix: ZMatrix, isFree: [Bool], nodes: Int, kT: Double) {
    (self.zMatrix, self.nodes, self.kT) = (zMatrix, nodes, kT)
    var placed: Set<Int> = [zMatrix.root]
    energies = zip(zMatrix.rows, isFree).map { row, isFree in
      defer { placed.insert(row.atom) }
      return isFree ? PlacementEnergy(row: row, placed: placed, system: system) : nil
    }
    directions = (0..<nodes).map {
      let angle = -Double.pi + 2 * Double.pi * Double($0) / Double(nodes)
      return SIMD2(cos(angle), sin(angle))
    }
  }

  /// One molecule that is built atom after atom.
  struct Build {
    private let guide: TorsionGuide
    private var positions: [SIMD3<Double>]
    private var grid: PlacementEnergy.Grid

    init(_ guide: TorsionGuide) {
      self.guide = guide
      positions = [SIMD3<Double>](repeating: .zero, count: guide.zMatrix.atomCount)
      grid = PlacementEnergy.Grid(count: guide.nodes)
    }

    private func cone(_ row: ZMatrix.Row, bond: Double, angle: Double) -> PlacementCone {
      PlacementCone(
        bond: bond, angle: angle, origin: positions[row.bonded], axisEnd: positions[row.angled!],
        plane: positions[row.twisted!])
    }

    /// The energies of a row that is free, kT; zeros where the geometry is impossible.
    mutating func reducedEnergies(row: Int, bond: Double, angle: Double) -> [Double] {
      let cone = cone(guide.zMatrix.rows[row], bond: bond, angle: angle)
      for (k, direction) in guide.directions.enumerated() {
        let place = cone.place(direction)
        (grid.x[k], grid.y[k], grid.z[k]) = (place.x, place.y, place.z)
      }
      guide.energies[row]!.evaluate(&grid, positions: positions)
      guard let lowest = grid.energy.min(), lowest.isFinite else { return grid.energy.map { _ in 0 } }
      return grid.energy.map { min(($0 - lowest) / guide.kT, TorsionGuide.highest) }
    }

    mutating func place(row index: Int, bond: Double, angle: Double, torsion: Double) {
      let row = guide.zMatrix.rows[index]
      guard let angled = row.angled else {
        positions[row.atom] = positions[row.bonded] + SIMD3(bond, 0, 0)
        return
      }
      guard row.twisted != nil else {
        let towards = positions[angled] - positions[row.bonded]
        let axis = towards / (towards * towards).sum().squareRoot()
        positions[row.atom] =
          positions[row.bonded] + axis * (bond * cos(angle)) + SIMD3(0, bond * sin(angle), 0)
        return
      }
      positions[row.atom] = cone(row, bond: bond, angle: angle).place(SIMD2(cos(torsion), sin(torsion)))
    }
  }
}
