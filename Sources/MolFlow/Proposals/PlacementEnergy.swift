import CLaneKernels
import Energies
import Foundation

/// What the force field says about one atom given those placed before it: the terms that become complete when the
/// atom is placed, as a function of the torsion about its bond.
///
/// Bonds that close a ring, angles to siblings, proper and improper torsions, Lennard-Jones and Coulomb pairs, and their screening by a
/// generalized Born solvent with Born radii that do not change; what atoms do to each other's radii is left to the importance weight.
struct PlacementEnergy: Sendable {
  private struct Pair: Sendable {
    var other: Int
    /// a/r¹² − b/r⁶ + q/r − s/f, f² = r² + B e^{−r²/4B}, kJ/mol and nm.
    var a: Double
    var b: Double
    var q: Double
    var s: Double
    /// B, the product of two Born radii, nm².
    var radii: Double
  }

  /// Born radii in units of an atom's offset radius. Radii in molecules are larger, 1.2 to 2; but then pairs that attract miss what it costs
  /// to take them from the solvent. Of 0.01 to 2.2 this one made frames of six dipeptides likeliest, by 2.5 kT each over a Coulomb
  /// energy that is a fourth everywhere.
  private static let bornRadius = 0.9

  private let atom: Int
  private let bonds: [HarmonicBonds.Parameters]
  private let angles: [HarmonicAngles.Parameters]
  private let torsions: [PeriodicTorsions.Parameters]
  private let pairs: [Pair]

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
    pairs = Self.pairs(of: atom, placed: placed.subtracting([row.bonded, row.angled ?? row.bonded]), in: system)
  }

  private static func pairs(of atom: Int, placed: Set<Int>, in system: MolecularSystem) -> [Pair] {
    guard let nonbonded = system.term(Nonbonded.self) else { return [] }
    let solvent = system.term(GeneralizedBorn.self)
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
      let screening =
        solvent.map { solvent in
          // Without salt, whose screening sets in at longer distances than these.
          let constants = solvent.parameters
          return constants.coulombConstant * (1 / constants.soluteDielectric - 1 / constants.solventDielectric)
            * solvent.particles[atom].charge * solvent.particles[other].charge
        } ?? 0
      guard epsilon != 0 || chargeProduct != 0 || screening != 0 else { return nil }
      let sigma6 = pow(sigma, 6)
      return Pair(
        other: other, a: 4 * epsilon * sigma6 * sigma6, b: 4 * epsilon * sigma6,
        q: Units.coulombConstant * chargeProduct, s: screening,
        radii: solvent.map { solvent in
          [atom, other].reduce(1) { $0 * bornRadius * solvent.particles[$1].offsetRadius }
        } ?? 1)
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

    /// Calls `body` with x, y, z, energy and two columns of scratch.
    fileprivate mutating func withColumns(
      _ body: (
        _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ z: UnsafePointer<Double>,
        _ energy: UnsafeMutablePointer<Double>, _ first: UnsafeMutablePointer<Double>,
        _ second: UnsafeMutablePointer<Double>
      ) -> Void
    ) {
      body(x, y, z, &energy, &first, &second)
    }
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
    let isScreened = pair.s != 0
    grid.withColumns { x, y, z, energy, squares, exponentials in
      for k in 0..<count {
        let dx = x[k] - other.x, dy = y[k] - other.y, dz = z[k] - other.z
        // Below 0.03 nm all places are equally hopeless; the floor keeps the sum finite.
        let r2 = max(dx * dx + dy * dy + dz * dz, 9e-4)
        let inverse2 = 1 / r2
        let inverse6 = inverse2 * inverse2 * inverse2
        energy[k] += (pair.a * inverse6 - pair.b) * inverse6 + pair.q * inverse2.squareRoot()
        squares[k] = r2
      }
      guard isScreened else { return }
      let scale = -0.25 / pair.radii
      for k in 0..<count { exponentials[k] = scale * squares[k] }
      lane_array_exp(Int64(count), exponentials, exponentials)
      for k in 0..<count { energy[k] -= pair.s / (squares[k] + pair.radii * exponentials[k]).squareRoot() }
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
