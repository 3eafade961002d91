import Foundation

/// What a molecule's force field says its shape is: bond lengths, angles, and which atoms are planar.
///
/// Angles of force fields need not fit together: those of AMBER's imidazole are all 120°, which no five-membered ring
/// can have. Angles inside a ring are therefore moved by one common amount to the sum that the ring needs, and those
/// around a planar atom to a sum of 360°.
struct EquilibriumGeometry: Sendable {
  let molecule: Molecule
  let neighbours: [[Int]]
  let rings: SmallRings
  /// Three neighbours in one plane with the atom, or two neighbours in a planar ring.
  private(set) var isPlanar: [Bool] = []
  /// Of each ring of `rings`.
  private(set) var ringIsPlanar: [Bool] = []

  private var bondLengths: [Bond: Double] = [:]
  private var angles: [Triple: Double] = [:]
  private var ringCorrections: [Double] = []

  private struct Triple: Hashable, Sendable {
    let low: Int
    let centre: Int
    let high: Int

    init(_ i: Int, _ j: Int, _ k: Int) {
      low = min(i, k)
      centre = j
      high = max(i, k)
    }
  }

  init(_ system: MolecularSystem) throws(StructureError) {
    molecule = system.molecule
    neighbours = molecule.neighbours
    rings = SmallRings(neighbours: neighbours)
    for bond in system.term(HarmonicBonds.self)?.bonds ?? [] where bond.i != bond.j {
      bondLengths[Bond(bond.i, bond.j)] = bond.length
    }
    for angle in system.term(HarmonicAngles.self)?.angles ?? [] {
      angles[Triple(angle.i, angle.j, angle.k)] = angle.angle
    }
    for bond in molecule.bonds where bondLengths[bond] == nil {
      let names = [bond.first, bond.second].map { molecule.label(ofAtom: $0) }.joined(separator: "–")
      throw .missingParameter("length of the bond \(names)")
    }
    for j in neighbours.indices {
      for (place, i) in neighbours[j].enumerated() {
        for k in neighbours[j][(place + 1)...] where angles[Triple(i, j, k)] == nil {
          let names = [i, j, k].map { molecule.label(ofAtom: $0) }.joined(separator: "–")
          throw .missingParameter("angle \(names)")
        }
      }
    }
    findPlanarAtoms()
    findRingCorrections()
  }

  /// nm
  func length(_ a: Int, _ b: Int) -> Double { bondLengths[Bond(a, b)]! }

  /// Angle i–j–k of bonded atoms, rad, fitted to rings and planes.
  func angle(_ i: Int, _ j: Int, _ k: Int) -> Double {
    if let ring = rings.ring(holding: i, j, k) { return angles[Triple(i, j, k)]! + ringCorrections[ring] }
    guard isPlanar[j], neighbours[j].count == 3, let other = neighbours[j].first(where: { $0 != i && $0 != k }) else {
      return angles[Triple(i, j, k)]!
    }
    // The three angles share what is missing to 360°, those inside a ring excepted.
    let three = [(i, k), (i, other), (k, other)]
    let free = three.filter { rings.ring(holding: $0.0, j, $0.1) == nil }
    let sum = three.reduce(0.0) { sum, pair in
      let ring = rings.ring(holding: pair.0, j, pair.1)
      return sum + angles[Triple(pair.0, j, pair.1)]! + (ring.map { ringCorrections[$0] } ?? 0)
    }
    return angles[Triple(i, j, k)]! + (2 * .pi - sum) / Double(free.count)
  }

  private mutating func findPlanarAtoms() {
    isPlanar = neighbours.indices.map { j in
      let around = neighbours[j]
      guard around.count == 3 else { return false }
      let sum =
        angles[Triple(around[0], j, around[1])]! + angles[Triple(around[0], j, around[2])]!
        + angles[Triple(around[1], j, around[2])]!
      // Angles add up to about 360° around sp² atoms (AMBER's indole CD1: 349°) and to 330° around an amine.
      return sum > 345 * Units.radiansPerDegree
    }
    ringIsPlanar = rings.rings.map { ring in
      ring.allSatisfy { isPlanar[$0] || neighbours[$0].count == 2 } && ring.contains { isPlanar[$0] }
    }
    for (ring, planar) in zip(rings.rings, ringIsPlanar) where planar {
      for atom in ring { isPlanar[atom] = true }
    }
  }

  private mutating func findRingCorrections() {
    ringCorrections = rings.rings.indices.map { index in
      let ring = rings.rings[index]
      let n = ring.count
      var sum = 0.0
      for place in 0..<n {
        sum += angles[Triple(ring[(place + n - 1) % n], ring[place], ring[(place + 1) % n])]!
      }
      let flat = Double(n - 2) * .pi
      // A puckered five-membered ring has about 15° less than a flat one; larger rings pucker freely.
      let wanted = ringIsPlanar[index] ? flat : n == 5 ? flat - 15 * Units.radiansPerDegree : min(sum, flat)
      return (wanted - sum) / Double(n)
    }
  }
}
