import CLaneKernels
import Energies
import Foundation

/// What the force field says about one atom given those placed before it: the terms that become complete when the
/// atom is placed, as a function of the torsion about its bond.
///
/// Bonds that close a ring, angles to siblings, proper and improper torsions, Lennard-Jones and (scaled) Coulomb pairs;
/// the solvent, which depends on all atoms, is left to the importance weight.
struct PlacementEnergy: Sendable {
  private struct Pair: Sendable {
    var other: Int
    /// a/r¹² − b/r⁶ + q/r, kJ/mol and nm.
    var a: Double
    var b: Double
    var q: Double
  }

  private let atom: Int
  private let bonds: [HarmonicBonds.Parameters]
  private let angles: [HarmonicAngles.Parameters]
  private let torsions: [PeriodicTorsions.Parameters]
  private let pairs: [Pair]

  /// - Parameters:
  ///   - placed: atoms that stand already.
  ///   - coulombScale: factor on Coulomb pairs, which the solvent screens.
  init(row: ZMatrix.Row, placed: Set<Int>, system: MolecularSystem, coulombScale: Double) {
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
    pairs = Self.pairs(of: atom, placed: placed, in: system.term(Nonbonded.self), coulombScale: coulombScale)
  }

  private static func pairs(
    of atom: Int, placed: Set<Int>, in nonbonded: Nonbonded?, coulombScale: Double
  ) -> [Pair] {
    guard let nonbonded else { return [] }
    var exceptions: [Int: Nonbonded.Exception] = [:]
    for exception in nonbonded.exceptions where exception.i == atom || exception.j == atom {
      exceptions[exception.i == atom ? exception.j : exception.i] = exception
    }
    let own = nonbonded.particles[atom]
    return placed.sorted().compactMap { other in
      var sigma = (own.sigma + nonbonded.particles[other].sigma) / 2
      var epsilon = (own.epsilon * nonbonded.particles[other].epsilon).squareRoot()
      var chargeProduct = own.charge * nonbonded.particles[other].charge
      if let exception = exceptions[other] {
        (sigma, epsilon, chargeProduct) = (exception.sigma, exception.epsilon, exception.chargeProduct)
      }
      guard epsilon != 0 || chargeProduct != 0 else { return nil }
      let sigma6 = pow(sigma, 6)
      return Pair(
        other: other, a: 4 * epsilon * sigma6 * sigma6, b: 4 * epsilon * sigma6,
        q: coulombScale * Units.coulombConstant * chargeProduct)
    }
  }

  /// Memory for one grid of torsions.
  struct Grid {
    let count: Int
    var x: [Double]
    var y: [Double]
    var z: [Double]
    /// kJ/mol
    var energy: [Double]
    fileprivate var first: [Double]
    fileprivate var second: [Double]

    /// `count` must be a multiple of 8, the lanes of the vectorised functions.
    init(count: Int) {
      precondition(count % 8 == 0)
      self.count = count
      x = [Double](repeating: 0, count: count)
      (y, z, energy, first, second) = (x, x, x, x, x)
    }

    func place(_ k: Int) -> SIMD3<Double> { SIMD3(x[k], y[k], z[k]) }
  }

  /// Energies (kJ/mol) of the candidate places `grid.x`, `.y`, `.z`, into `grid.energy`.
  func evaluate(_ grid: inout Grid, positions: [SIMD3<Double>]) {
    for k in 0..<grid.count { grid.energy[k] = 0 }
    for pair in pairs { addPair(pair, &grid, positions[pair.other]) }
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

  private func addPair(_ pair: Pair, _ grid: inout Grid, _ other: SIMD3<Double>) {
    let count = grid.count
    grid.x.withUnsafeBufferPointer { x in
      grid.y.withUnsafeBufferPointer { y in
        grid.z.withUnsafeBufferPointer { z in
          grid.energy.withUnsafeMutableBufferPointer { energy in
            for k in 0..<count {
              let dx = x[k] - other.x, dy = y[k] - other.y, dz = z[k] - other.z
              // Below 0.03 nm all places are equally hopeless; the floor keeps the sum finite.
              let r2 = max(dx * dx + dy * dy + dz * dz, 9e-4)
              let inverse2 = 1 / r2
              let inverse6 = inverse2 * inverse2 * inverse2
              energy[k] += (pair.a * inverse6 - pair.b) * inverse6 + pair.q * inverse2.squareRoot()
            }
          }
        }
      }
    }
  }

  private func addAngle(_ angle: HarmonicAngles.Parameters, _ grid: inout Grid, _ positions: [SIMD3<Double>]) {
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

  private func addTorsion(_ torsion: PeriodicTorsions.Parameters, _ grid: inout Grid, _ positions: [SIMD3<Double>]) {
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
