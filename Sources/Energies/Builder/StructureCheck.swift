import Foundation

/// The checks that a built structure must pass: the handedness that atom names imply, bonds near their equilibrium
/// lengths and no others, no clash, trans peptide bonds, and no ring with a bond through it.
///
/// For relaxed structures; a thermal ensemble has longer and shorter bonds than these limits.
public struct StructureCheck: Sendable {
  /// Largest relative departure from an equilibrium bond length; relaxed rings of proline have 2 %.
  public static let bondTolerance = 0.06
  /// Largest departure of a peptide bond from 180°, degrees.
  public static let peptideTolerance = 35.0

  private let geometry: EquilibriumGeometry
  private var molecule: Molecule { geometry.molecule }

  /// Throws where the system lacks the length of a bond or an angle between bonds.
  public init(_ system: MolecularSystem) throws(StructureError) {
    geometry = try EquilibriumGeometry(system)
  }

  /// Throws the first fault found in `x`, one configuration in nm.
  public func run(on x: Configurations) throws(StructureError) {
    precondition(x.count == 1 && x.atomCount == molecule.atomCount, "one configuration of the system's atoms")
    try checkChirality(x)
    try checkBonds(x)
    try checkContacts(x)
    try checkPeptideBonds(x)
    if let threaded = threadedRing(in: x) { throw threaded }
  }

  private func label(_ atoms: Int...) -> String {
    atoms.map { molecule.label(ofAtom: $0) }.joined(separator: "–")
  }

  private func checkChirality(_ x: Configurations) throws(StructureError) {
    if let wrong = AminoAcidChirality(molecule).wrongCenters(in: x).first { throw .wrongChirality(atom: label(wrong)) }
  }

  private func checkBonds(_ x: Configurations) throws(StructureError) {
    for bond in molecule.bonds {
      let expected = geometry.length(bond.first, bond.second)
      let length = PlacementGeometry.length(
        x.position(sample: 0, atom: bond.first) - x.position(sample: 0, atom: bond.second))
      if !(abs(length - expected) <= Self.bondTolerance * expected) {
        throw .distortedBond(label(bond.first, bond.second), length: length, expected: expected)
      }
    }
    let difference = BondGraphCheck(molecule).difference(in: x)
    if let bond = difference.formed.first {
      throw .wrongBonds("\(label(bond.first, bond.second)) are as near as bonded atoms")
    }
    if let bond = difference.broken.first {
      throw .wrongBonds("\(label(bond.first, bond.second)) are too far apart for their bond")
    }
  }

  /// Atoms three bonds apart or more keep distances that are below every contact seen in relaxed peptides, short
  /// hydrogen bonds between charged groups (0.15 nm) included.
  private func checkContacts(_ x: Configurations) throws(StructureError) {
    let neighbours = geometry.neighbours
    for i in neighbours.indices {
      var near = Set(neighbours[i])
      for j in neighbours[i] { near.formUnion(neighbours[j]) }
      for j in (i + 1)..<max(i + 1, neighbours.count) where !near.contains(j) {
        let hydrogens = [i, j].count { molecule.atoms[$0].element == .hydrogen }
        let shortest = hydrogens == 2 ? 0.16 : hydrogens == 1 ? 0.145 : 0.23
        let distance = PlacementGeometry.length(x.position(sample: 0, atom: i) - x.position(sample: 0, atom: j))
        if !(distance >= shortest) { throw .clash(label(i, j), distance: distance) }
      }
    }
  }

  private func checkPeptideBonds(_ x: Configurations) throws(StructureError) {
    for bond in PeptideBonds(molecule, neighbours: geometry.neighbours).dihedrals {
      let dihedral = PlacementGeometry.dihedral(
        x.position(sample: 0, atom: bond.before), x.position(sample: 0, atom: bond.carbon),
        x.position(sample: 0, atom: bond.nitrogen), x.position(sample: 0, atom: bond.after))
      let degrees = dihedral / Units.radiansPerDegree
      if !(abs(degrees) >= 180 - Self.peptideTolerance) {
        throw .peptideBondNotTrans(label(bond.carbon, bond.nitrogen), degrees: degrees)
      }
    }
  }

  /// The first ring with a bond through it, if any.
  public func threadedRing(in x: Configurations) -> StructureError? {
    for ring in geometry.rings.rings {
      let corners = ring.map { x.position(sample: 0, atom: $0) }
      let centre = corners.reduce(SIMD3<Double>.zero, +) / Double(corners.count)
      for bond in molecule.bonds where !ring.contains(bond.first) && !ring.contains(bond.second) {
        let start = x.position(sample: 0, atom: bond.first)
        let end = x.position(sample: 0, atom: bond.second)
        for place in corners.indices {
          let next = corners[(place + 1) % corners.count]
          if Self.segment(start, end, crossesTriangle: centre, corners[place], next) {
            return .ringThreaded(bond: label(bond.first, bond.second), ring: label(ring[0]))
          }
        }
      }
    }
    return nil
  }

  /// Signs of the volumes that segment and triangle span: the ends lie on two sides of the plane, and the line passes
  /// all three edges on one side.
  private static func segment(
    _ start: SIMD3<Double>, _ end: SIMD3<Double>, crossesTriangle a: SIMD3<Double>, _ b: SIMD3<Double>,
    _ c: SIMD3<Double>
  ) -> Bool {
    func volume(_ p: SIMD3<Double>, _ q: SIMD3<Double>, _ r: SIMD3<Double>, _ s: SIMD3<Double>) -> Double {
      PlacementGeometry.dot(q - p, PlacementGeometry.cross(r - p, s - p))
    }
    guard volume(start, a, b, c) * volume(end, a, b, c) < 0 else { return false }
    let edges = [volume(start, end, a, b), volume(start, end, b, c), volume(start, end, c, a)]
    return edges.allSatisfy { $0 > 0 } || edges.allSatisfy { $0 < 0 }
  }
}
