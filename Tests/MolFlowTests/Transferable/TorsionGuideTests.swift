import Energies
import Foundation
import Testing

@testable import MolFlow

/// What the force field says of atoms one after the other.
@Suite struct TorsionGuideTests {
  /// Structures are those of least energy, with flat aromatic rings; proline is puckered, and the force field's own angles of imidazole, 120°,
  /// do not make a pentagon.
  @Test(
    "Rings close at the angle that they have in a structure",
    arguments: [("GF", 0.03, 2), ("GY", 0.03, 2), ("GW", 0.03, 4), ("GH", 0.15, 2), ("AP", 0.35, 2)])
  func closingAngles(sequence: String, tolerance: Double, rows: Int) throws {
    let (subject, structure) = try TransferableFieldTests.subject(sequence)
    let zMatrix = subject.coordinates.zMatrix
    let guide = TorsionGuide(
      subject.system, zMatrix: zMatrix, scaling: subject.scaling, nodes: 24, kT: subject.kT)
    let q = subject.coordinates.inverseAndLogDet(structure).value
    var build = TorsionGuide.Build(guide)
    #expect(guide.closingRows.count == rows)
    for (index, row) in zMatrix.rows.enumerated() {
      let offset = ZMatrix.offset(ofRow: index)
      let bond = q[0, offset], angle = row.angled == nil ? 0 : q[0, offset + 1]
      if guide.closingRows.contains(index) {
        let found = build.closingAngle(row: index, bond: bond)
        #expect(
          abs(found - angle) < tolerance, "\(subject.system.molecule.label(ofAtom: row.atom)): \(found), \(angle)")
      }
      build.place(row: index, bond: bond, angle: angle, torsion: row.twisted == nil ? 0 : q[0, offset + 2])
    }
  }

  /// Two charges at the ends of a chain: U = C qq (1/r − (1 − 1/ε)/f), f² = r² + B e^{−r²/4B}, B the product of radii 0.9 times the
  /// offset ones.
  @Test("Charges attract as far as the solvent lets them")
  func screening() throws {
    let elements: [Element] = [.carbon, .nitrogen, .oxygen, .sulfur]
    let molecule = Molecule(
      atoms: elements.enumerated().map { Atom(name: "A\($0)", element: $1, mass: 12, residue: 0) },
      residues: [Residue(name: "TST", number: 1, atoms: 0..<4)], bonds: (0..<3).map { Bond($0, $0 + 1) })
    let charges = [0.6, 0.3, -0.2, -0.7]
    let constant = 138.935
    let born = GeneralizedBorn(
      particles: charges.map {
        .init(charge: $0, offsetRadius: 0.15, scaledRadius: 0.12, alpha: 0.8, beta: 0, gamma: 2.9)
      },
      parameters: .init(
        model: "OBC1", solventDielectric: 80, soluteDielectric: 1, coulombConstant: constant,
        countsEngulfedAtoms: false, surfaceArea: nil))
    let nonbonded = Nonbonded(
      particles: charges.map { .init(charge: $0, sigma: 0.3, epsilon: 0) }, exceptions: [])
    for isScreened in [false, true] {
      let system = MolecularSystem(molecule: molecule, terms: isScreened ? [nonbonded, born] : [nonbonded])
      let zMatrix = try ZMatrix(molecule)
      let range = CoordinateScaling.Range(center: 1.8, width: 0.1)
      let scaling = CoordinateScaling(rows: [
        .init(bond: range, isFree: false), .init(bond: range, angle: range, isFree: false),
        .init(bond: range, angle: range, isFree: true),
      ])
      let guide = TorsionGuide(system, zMatrix: zMatrix, scaling: scaling, nodes: 24, kT: 2.5)
      var build = TorsionGuide.Build(guide)
      build.place(row: 0, bond: 0.15, angle: 0, torsion: 0)
      build.place(row: 1, bond: 0.14, angle: 1.9, torsion: 0)
      let (bond, angle) = (0.16, 1.8)
      let found = build.reducedEnergies(row: 2, bond: bond, angle: angle).own
      // The distance of the ends, from bond, angle and torsion.
      let order = [zMatrix.root] + zMatrix.rows.map(\.atom)
      let row = zMatrix.rows[2]
      let other = order.first { $0 != row.atom && $0 != row.bonded && $0 != row.angled }!
      let lengths = (row.bonded == order[0] || row.angled == order[0]) ? (0.14, 0.15) : (0.15, 0.14)
      let expected = (0..<24).map { k -> Double in
        let phi = -Double.pi + 2 * Double.pi * Double(k) / 24
        // Atom `angled` at the origin, `bonded` along x, the other end in the plane.
        let middle = other == order[2] ? lengths.1 : lengths.0
        let axis = other == order[2] ? lengths.0 : lengths.1
        let end = SIMD3(middle * cos(1.9), middle * sin(1.9), 0)
        let new = SIMD3(
          axis - bond * cos(angle), bond * sin(angle) * cos(phi), bond * sin(angle) * sin(phi))
        let d = new - end
        let square = (d * d).sum()
        let product = 0.9 * 0.9 * 0.15 * 0.15
        let f = (square + product * exp(-square / (4 * product))).squareRoot()
        let pair = charges[row.atom] * charges[other] * constant
        return pair / 2.5 * (1 / square.squareRoot() - (isScreened ? (1 - 1.0 / 80) / f : 0))
      }
      let least = expected.min()!
      for (k, energy) in found.enumerated() {
        #expect(abs(energy - min(20, expected[k] - least)) < 2e-4, "\(k): \(energy), \(expected[k] - least)")
      }
      #expect(found.max()! > 0.1)
    }
  }
}
