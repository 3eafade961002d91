import Energies
import Foundation
import Testing

@testable import MolFlow

/// What stands around atoms that are next to be placed.
@Suite struct PlacementSurroundingsTests {
  /// A chain of six atoms, the last row of its z-matrix, and the two atoms that are more than two bonds from the row's bonded one.
  private static func chain() throws -> (surroundings: PlacementSurroundings, row: Int, places: ZMatrix.Row, far: [Int])
  {
    let charges = [0.6, 0.3, -0.2, -0.7, 0.1, 0.4]
    let molecule = Molecule(
      atoms: (0..<6).map { Atom(name: "A\($0)", element: .carbon, mass: 12, residue: 0) },
      residues: [Residue(name: "TST", number: 1, atoms: 0..<6)], bonds: (0..<5).map { Bond($0, $0 + 1) })
    let system = MolecularSystem(
      molecule: molecule,
      terms: [Nonbonded(particles: charges.map { .init(charge: $0, sigma: 0.3, epsilon: 0) }, exceptions: [])])
    let zMatrix = try ZMatrix(molecule)
    let row = zMatrix.rows[4]
    let near = (0..<6).filter { abs($0 - row.bonded) <= 2 }
    return (
      PlacementSurroundings(system, zMatrix: zMatrix), 4, row,
      (0..<6).filter { $0 != row.atom && !near.contains($0) }
    )
  }

  private static func values(
    _ surroundings: PlacementSurroundings, _ row: Int, _ positions: [SIMD3<Double>]
  ) -> [Double] {
    var values = [Double](repeating: .nan, count: PlacementSurroundings.count)
    surroundings.values(row: row, positions: positions) { values[$0] = $1 }
    return values
  }

  @Test("Sums over shells are those of their formula, in the frame of the three atoms that the next one is placed by")
  func formula() throws {
    let (surroundings, index, row, far) = try Self.chain()
    try #require(!far.isEmpty)
    let charges = [0.6, 0.3, -0.2, -0.7, 0.1, 0.4]
    var positions = [SIMD3<Double>](repeating: SIMD3(9, 9, 9), count: 6)
    positions[row.bonded] = SIMD3(1, 2, 3)
    positions[row.angled!] = SIMD3(1, 2.15, 3)
    positions[row.twisted!] = SIMD3(1, 2.3, 3.1)
    // In that frame x is the second axis, y the third and z the first.
    let direction = SIMD3(0.6, 0.48, 0.64)
    for (place, atom) in far.enumerated() { positions[atom] = SIMD3(1, 2, 3) + (0.4 + 0.2 * Double(place)) * direction }
    let found = Self.values(surroundings, index, positions)
    for (k, center) in [0.25, 0.35, 0.5, 0.7, 1.0].enumerated() {
      var expected = [Double](repeating: 0, count: 8)
      for (place, atom) in far.enumerated() {
        let weight = exp(-pow(log((0.4 + 0.2 * Double(place)) / center), 2) / (2 * 0.0625))
        for (part, component) in [1, direction.y, direction.z, direction.x].enumerated() {
          expected[part] += 0.2 * weight * component
          expected[4 + part] += charges[atom] * weight * component
        }
      }
      for part in 0..<8 { #expect(abs(found[8 * k + part] - expected[part]) < 1e-12, "shell \(k), \(part)") }
    }
    // A mirror changes the sign of z and of nothing else.
    let mirrored = Self.values(surroundings, index, positions.map { SIMD3(2 - $0.x, $0.y, $0.z) })
    for (number, value) in mirrored.enumerated() {
      #expect(abs(value - (number % 4 == 3 ? -1 : 1) * found[number]) < 1e-12)
    }
  }

  @Test("Nothing is seen before three atoms stand, nor where an atom sits on another")
  func nothing() throws {
    let (surroundings, index, row, _) = try Self.chain()
    let positions = [SIMD3<Double>](repeating: SIMD3(1, 1, 1), count: 6)
    #expect(Self.values(surroundings, 0, positions).allSatisfy { $0 == 0 })
    #expect(Self.values(surroundings, index, positions).allSatisfy { $0.isFinite })
    #expect(row.twisted != nil)
  }

  /// The inverse of a peptide's geometry and the building of it see the same: log q of drawn samples is tested by `FlowRecipeTests`.
  @Test("A peptide's numbers do not change when it is turned and moved")
  func invariance() throws {
    let (subject, structure) = try TransferableFieldTests.subject("KE")
    let zMatrix = subject.coordinates.zMatrix
    let surroundings = PlacementSurroundings(subject.system, zMatrix: zMatrix)
    let positions = (0..<zMatrix.atomCount).map { atom in
      SIMD3(structure[0, 3 * atom], structure[0, 3 * atom + 1], structure[0, 3 * atom + 2])
    }
    let (c, s) = (cos(0.7), sin(0.7))
    let turned: [SIMD3<Double>] = positions.map {
      SIMD3(c * $0.x - s * $0.z, $0.y, s * $0.x + c * $0.z) + SIMD3(3, -2, 1)
    }
    var largest = 0.0
    for row in zMatrix.rows.indices {
      let (a, b) = (
        Self.values(surroundings, row, positions), Self.values(surroundings, row, turned)
      )
      #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-9 })
      largest = max(largest, a.map(abs).max()!)
    }
    #expect(largest > 0.1 && largest < 10)
  }
}
