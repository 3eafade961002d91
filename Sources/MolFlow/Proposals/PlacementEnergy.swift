import CLaneKernels
import Energies
import Foundation

/// What the force field says about one atom given those placed before it: the terms that become complete when the
/// atom is placed, as a function of the torsion about its bond.
///
/// Bonds that close a ring, angles to siblings, proper and improper torsions, Lennard-Jones and Coulomb pairs, and their screening by a
/// generalized Born solvent with Born radii that do not change; what atoms do to each other's radii is left to the importance weight.
struct PlacementEnergy: Sendable {
  private let atom: Int
  private let bonds: [HarmonicBonds.Parameters]
  private let angles: [HarmonicAngles.Parameters]
  private let torsions: [PeriodicTorsions.Parameters]
  private let pairs: PlacementPairs

  /// - Parameter placed: atoms that stand already.
  init(row: ZMatrix.Row, placed: Set<Int>, system: MolecularSystem) {
    let atom = row.atom
    self.atom = atom
    func completes(_ atoms: Int...) -> Bool {
      atoms.contains(atom) && atoms.allSatisfy { $0 == atom || placed.contains($0) }
    }
    bonds = (system.term(HarmonicBonds.self)?.bonds ?? []).filter {
      completes($0.i, $0.j) && Bond($0.i, $0.j) != Bond(atom, row.bonded)
    }
    angles = (system.term(HarmonicAngles.self)?.angles ?? []).filter {
      completes($0.i, $0.j, $0.k)
        && !($0.j == row.bonded && Set([$0.i, $0.k]) == Set([atom, row.angled ?? -1]))
    }
    torsions = (system.term(PeriodicTorsions.self)?.torsions ?? []).filter {
      completes($0.i, $0.j, $0.k, $0.l) && $0.forceConstant != 0
    }
    // The atoms that bond and angle are from do not move against the new one.
    pairs = PlacementPairs(
      of: atom, with: placed.subtracting([row.bonded, row.angled ?? row.bonded]), in: system)
  }

  /// Energies (kJ/mol) of the candidate places `grid.x`, `.y`, `.z`, into `grid.energy`.
  func evaluate(_ grid: inout PlacementGrid, positions: [SIMD3<Double>]) {
    grid.clear()
    pairs.add(to: &grid, positions: positions)
    for k in 0..<grid.count { grid.energy[k] = grid.contact[k] + grid.electrostatic[k] }
    for bond in bonds {
      let other = positions[bond.i == atom ? bond.j : bond.i]
      for k in 0..<grid.count {
        let d = grid.place(k) - other
        let stretch = (d * d).sum().squareRoot() - bond.length
        grid.energy[k] += 0.5 * bond.forceConstant * stretch * stretch
      }
    }
    for angle in angles { addAngle(angle, &grid, positions) }
    for torsion in torsions { addTorsion(torsion, &grid, positions) }
  }

  private func addAngle(_ angle: HarmonicAngles.Parameters, _ grid: inout PlacementGrid, _ positions: [SIMD3<Double>]) {
    for k in 0..<grid.count {
      let place = grid.place(k)
      let vertex = angle.j == atom ? place : positions[angle.j]
      let u = (angle.i == atom ? place : positions[angle.i]) - vertex
      let v = (angle.k == atom ? place : positions[angle.k]) - vertex
      let normal = cross(u, v)
      grid.first[k] = (normal * normal).sum().squareRoot()
      grid.second[k] = (u * v).sum()
    }
    let (sine, cosine) = (grid.first, grid.second)
    lane_array_atan2(Int64(grid.count), sine, cosine, &grid.first)
    for k in 0..<grid.count {
      let bend = grid.first[k] - angle.angle
      grid.energy[k] += 0.5 * angle.forceConstant * bend * bend
    }
  }

  private func addTorsion(
    _ torsion: PeriodicTorsions.Parameters, _ grid: inout PlacementGrid, _ positions: [SIMD3<Double>]
  ) {
    let phase = SIMD2(cos(torsion.phase), sin(torsion.phase))
    for k in 0..<grid.count {
      let place = grid.place(k)
      let a = torsion.i == atom ? place : positions[torsion.i]
      let b = torsion.j == atom ? place : positions[torsion.j]
      let c = torsion.k == atom ? place : positions[torsion.k]
      let d = torsion.l == atom ? place : positions[torsion.l]
      let g = b - c
      let m = cross(a - b, g)
      let n = cross(d - c, g)
      let inverse = 1 / max((m * m).sum() * (n * n).sum(), 1e-40).squareRoot()
      let cosine = (m * n).sum() * inverse
      let sine = (g * g).sum().squareRoot() * (m * (d - c)).sum() * inverse
      var cn = 1.0, sn = 0.0
      for _ in 0..<torsion.periodicity { (cn, sn) = (cn * cosine - sn * sine, sn * cosine + cn * sine) }
      grid.energy[k] += torsion.forceConstant * (1 + cn * phase.x + sn * phase.y)
    }
  }
}
