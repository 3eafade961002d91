import Energies
import Foundation

/// What the force field says about the torsion of each atom that it leaves free, given the atoms placed before: the reduced energies
/// of `PlacementEnergy` on a grid of the circle, those of `RigidFollowers` and of `RotamerLookAhead`, each above their lowest; what stands at which distance (`RadialShells`); and the angles by which rings close.
struct TorsionGuide: Sendable {
  let zMatrix: ZMatrix
  /// Node k stands at −π + 2πk/nodes.
  let nodes: Int
  private let energies: [PlacementEnergy?]
  private let followers: [RigidFollowers?]
  private let lookAheads: [RotamerLookAhead?]
  private let shells: [RadialShells?]
  /// Nodes of what lies ahead, between which it is linear.
  private static let coarse = 32
  private let directions: [SIMD2<Double>]
  private let closures: [Closure?]
  private let kT: Double

  /// An atom placed before, from which a row's atom is at a known distance, nm: the other end of the bond that closes a ring, for the atom
  /// that closes it and, two bonds away, for the one before.
  private struct Closure: Sendable {
    var partner: Int
    var distance: Double
  }

  /// kT; what is higher is as impossible as anything.
  static let highest = 20.0

  init(_ system: MolecularSystem, zMatrix: ZMatrix, scaling: CoordinateScaling, nodes: Int, kT: Double) {
    (self.zMatrix, self.nodes, self.kT) = (zMatrix, nodes, kT)
    var placed: Set<Int> = [zMatrix.root]
    var energies: [PlacementEnergy?] = []
    var followers: [RigidFollowers?] = []
    var lookAheads: [RotamerLookAhead?] = []
    var shells: [RadialShells?] = []
    let flat = FlatBonds(system)
    closures = Self.closures(system, zMatrix)
    let rings = Set(closures.indices.filter { [closures] in closures[$0] != nil })
    for (index, row) in zMatrix.rows.enumerated() {
      let geometry = FollowingGeometry(of: index, zMatrix: zMatrix, scaling: scaling, placed: placed, flat: flat)
      energies.append(geometry.map { _ in PlacementEnergy(row: row, placed: placed, system: system) })
      followers.append(geometry.map { RigidFollowers($0, system: system) })
      lookAheads.append(geometry.map { RotamerLookAhead($0, rings: rings, zMatrix: zMatrix, system: system) })
      shells.append(geometry.map { RadialShells($0.standing, system: system) })
      placed.insert(row.atom)
    }
    (self.energies, self.followers, self.lookAheads, self.shells) = (energies, followers, lookAheads, shells)
    directions = (0..<nodes).map {
      let angle = -Double.pi + 2 * Double.pi * Double($0) / Double(nodes)
      return SIMD2(cos(angle), sin(angle))
    }
  }

  private static func closures(_ system: MolecularSystem, _ zMatrix: ZMatrix) -> [Closure?] {
    let bonded = BondedTerms(system)
    var rowOf: [Int: Int] = [:]
    for (index, row) in zMatrix.rows.enumerated() { rowOf[row.atom] = index }
    var closures = [Closure?](repeating: nil, count: zMatrix.rows.count)
    for bond in zMatrix.ringClosures {
      func place(_ atom: Int) -> Int { rowOf[atom] ?? -1 }
      let (partner, last) =
        place(bond.first) < place(bond.second) ? (bond.first, bond.second) : (bond.second, bond.first)
      let before = zMatrix.rows[place(last)].bonded
      guard let closing = try? bonded.bond(last, partner).length else { continue }
      closures[place(last)] = Closure(partner: partner, distance: closing)
      guard place(before) > place(partner), let link = try? bonded.bond(before, last).length,
        let angle = try? bonded.angle(before, last, partner).angle
      else { continue }
      closures[place(before)] = Closure(
        partner: partner, distance: (link * link + closing * closing - 2 * link * closing * cos(angle)).squareRoot())
    }
    return closures
  }

  /// Rows whose atoms are at a known distance from one placed before.
  var closingRows: [Int] { closures.indices.filter { closures[$0] != nil } }

  /// What is said of one torsion at each node, kT.
  struct TorsionEnergies {
    /// Of the atom that the torsion places.
    var own: [Double]
    /// Of the atoms that follow it, by Lennard-Jones terms and by charges.
    var contact: [Double]
    var electrostatic: [Double]
    /// Of what may be reached by the torsions beyond.
    var ahead: [Double]
    /// Of `RadialShells`, the nodes of each one after the other; of no unit.
    var shells: [Double]
  }

  private func reduced(_ energies: [Double]) -> [Double] {
    guard let lowest = energies.min(), lowest.isFinite else { return energies.map { _ in 0 } }
    return energies.map { min(($0 - lowest) / kT, Self.highest) }
  }

  /// One molecule that is built atom after atom.
  struct Build {
    private let guide: TorsionGuide
    private(set) var positions: [SIMD3<Double>]
    /// The same for hints.
    private var singlePositions: [SIMD3<Float>]
    private var grid: PlacementGrid
    private var turning: TurningGrid
    private var coarse: TurningGrid

    init(_ guide: TorsionGuide) {
      self.guide = guide
      positions = [SIMD3<Double>](repeating: .zero, count: guide.zMatrix.atomCount)
      singlePositions = positions.map { SIMD3<Float>($0) }
      grid = PlacementGrid(count: guide.nodes)
      turning = TurningGrid(nodes: guide.nodes)
      coarse = TurningGrid(nodes: TorsionGuide.coarse)
    }

    private func cone(_ row: ZMatrix.Row, bond: Double, angle: Double) -> PlacementCone {
      PlacementCone(
        bond: bond, angle: angle, origin: positions[row.bonded], axisEnd: positions[row.angled!],
        plane: positions[row.twisted!])
    }

    /// The energies of a row that is free, kT, each above its lowest and at most `highest`; zeros where the geometry is impossible.
    mutating func reducedEnergies(row: Int, bond: Double, angle: Double) -> TorsionEnergies {
      let cone = cone(guide.zMatrix.rows[row], bond: bond, angle: angle)
      for (k, direction) in guide.directions.enumerated() { grid.set(k, cone.place(direction)) }
      guide.energies[row]!.evaluate(&grid, positions: positions)
      let own = guide.reduced(grid.energy)
      guide.followers[row]!.evaluate(&turning, cone, positions: singlePositions)
      func said(_ energies: [Float]) -> [Double] { guide.reduced(energies[..<guide.nodes].map { Double($0) }) }
      turning.set(guide.shells[row]!, at: SIMD3<Float>(cone.local), of: cone, positions: singlePositions)
      let padded = turning.contact.count
      let shells = (0..<RadialShells.count).flatMap { shell in
        turning.shells[shell * padded..<shell * padded + guide.nodes].map { $0.isFinite ? Double($0) : 0 }
      }
      return TorsionEnergies(
        own: own, contact: said(turning.contact), electrostatic: said(turning.electrostatic), ahead: ahead(row, cone),
        shells: shells)
    }

    private mutating func ahead(_ row: Int, _ cone: PlacementCone) -> [Double] {
      let lookAhead = guide.lookAheads[row]!
      guard !lookAhead.isEmpty else { return [Double](repeating: 0, count: guide.nodes) }
      let found = guide.reduced(lookAhead.evaluate(&coarse, cone, positions: singlePositions, kT: guide.kT))
      return (0..<guide.nodes).map { k in
        let place = Double(k * found.count) / Double(guide.nodes)
        let (left, t) = (Int(place), place - place.rounded(.down))
        return found[left] * (1 - t) + found[(left + 1) % found.count] * t
      }
    }

    /// The angle, rad, at which a planar ring would close, for a row that closes one: with the atom in the plane of its references and
    /// its partner, beyond the partner.
    func closingAngle(row index: Int, bond: Double) -> Double {
      let row = guide.zMatrix.rows[index], closure = guide.closures[index]!
      let origin = positions[row.bonded]
      let (u, v) = (positions[row.angled!] - origin, positions[closure.partner] - origin)
      let (uu, vv, uv) = ((u * u).sum(), (v * v).sum(), (u * v).sum())
      let distance = vv.squareRoot()
      let inner = (bond * bond + vv - closure.distance * closure.distance) / (2 * bond * distance)
      return acos(max(-1, min(1, uv / (uu * vv).squareRoot()))) + acos(max(-1, min(1, inner)))
    }

    mutating func place(row index: Int, bond: Double, angle: Double, torsion: Double) {
      let atom = guide.zMatrix.rows[index].atom
      positions[atom] = self.place(index, bond: bond, angle: angle, torsion: torsion)
      singlePositions[atom] = SIMD3<Float>(positions[atom])
    }

    private func place(_ index: Int, bond: Double, angle: Double, torsion: Double) -> SIMD3<Double> {
      let row = guide.zMatrix.rows[index]
      guard let angled = row.angled else {
        return positions[row.bonded] + SIMD3(bond, 0, 0)
      }
      guard row.twisted != nil else {
        let towards = positions[angled] - positions[row.bonded]
        let axis = towards / (towards * towards).sum().squareRoot()
        return positions[row.bonded] + axis * (bond * cos(angle)) + SIMD3(0, bond * sin(angle), 0)
      }
      return cone(row, bond: bond, angle: angle).place(SIMD2(cos(torsion), sin(torsion)))
    }
  }
}
