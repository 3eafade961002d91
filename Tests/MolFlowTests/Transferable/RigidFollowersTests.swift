import Energies
import Foundation
import Testing

@testable import MolFlow

/// Atoms that a torsion carries along.
@Suite struct RigidFollowersTests {
  /// The free torsions of a peptide with what follows them, and the molecule as in its structure.
  private func rows(_ sequence: String) throws -> (
    subject: FlowSubject, rows: [(index: Int, cone: PlacementCone, torsion: Double, followers: RigidFollowers)],
    positions: [SIMD3<Double>]
  ) {
    let (subject, structure) = try TransferableFieldTests.subject(sequence)
    let zMatrix = subject.coordinates.zMatrix
    let q = subject.coordinates.inverseAndLogDet(structure).value
    let positions = (0..<zMatrix.atomCount).map { structure.position(sample: 0, atom: $0) }
    let flat = FlatBonds(subject.system)
    var placed = Set([zMatrix.root])
    var found: [(index: Int, cone: PlacementCone, torsion: Double, followers: RigidFollowers)] = []
    for (index, row) in zMatrix.rows.enumerated() {
      if subject.scaling.rows[index].isFree {
        let offset = ZMatrix.offset(ofRow: index)
        found.append(
          (
            index,
            PlacementCone(
              bond: q[0, offset], angle: q[0, offset + 1], origin: positions[row.bonded],
              axisEnd: positions[row.angled!], plane: positions[row.twisted!]), q[0, offset + 2],
            RigidFollowers(
              try #require(
                FollowingGeometry(
                  of: index, zMatrix: zMatrix, scaling: subject.scaling, placed: placed, flat: flat)),
              system: subject.system)
          ))
      }
      placed.insert(row.atom)
    }
    return (subject, found, positions)
  }

  /// In structures of least energy. What follows χ₂ of tryptophan is the whole indole: CD1 is placed, of the other fourteen atoms of its rings all
  /// follow; χ₄ of arginine carries along HE and the six atoms of nitrogen and hydrogen on CZ; ψ the oxygen, and the next residue's H and CA.
  @Test(
    "Followers stand where a structure has them",
    arguments: [
      ("GW", "TRP-2:CD1", 13), ("GF", "PHE-2:CD1", 9), ("RG", "ARG-1:CZ", 7), ("NG", "ASN-1:OD1", 3),
      ("AG", "ALA-1:O", 3), ("EG", "GLU-1:OE1", 1), ("GH", "HIE-2:ND1", 6),
    ])
  func places(sequence: String, atom: String, count: Int) throws {
    let (subject, rows, positions) = try rows(sequence)
    let molecule = subject.system.molecule
    for row in rows {
      let placed = subject.coordinates.zMatrix.rows[row.index].atom
      for follower in row.followers.followers {
        let place = row.cone.place(local: SIMD3<Double>(follower.local), SIMD2(cos(row.torsion), sin(row.torsion)))
        let miss = place - positions[follower.atom]
        #expect(
          (miss * miss).sum().squareRoot() < 0.07,
          "\(molecule.label(ofAtom: follower.atom)) after \(molecule.label(ofAtom: placed)): \(miss)")
      }
      if molecule.label(ofAtom: placed) == atom {
        let names = row.followers.followers.map { molecule.atoms[$0.atom].name }
        #expect(names.count == count, "\(names)")
      }
    }
    #expect(rows.contains { molecule.label(ofAtom: subject.coordinates.zMatrix.rows[$0.index].atom) == atom })
  }

  @Test("What followers meet is the sum over pairs with atoms that stand")
  func energies() throws {
    let (subject, rows, positions) = try rows("RG")
    let zMatrix = subject.coordinates.zMatrix
    let nonbonded = try #require(subject.system.term(Nonbonded.self))
    let directions = (0..<24).map {
      let angle = -Double.pi + 2 * Double.pi * Double($0) / 24
      return SIMD2(cos(angle), sin(angle))
    }
    var grid = TurningGrid(nodes: 24)
    let singlePositions = positions.map { SIMD3<Float>($0) }
    var largest = 0.0
    for row in rows {
      let own = zMatrix.rows[row.index]
      let standing = ([zMatrix.root] + zMatrix.rows[..<row.index].map(\.atom)).filter {
        $0 != own.bonded && $0 != own.angled
      }
      row.followers.evaluate(&grid, row.cone, positions: singlePositions)
      for (k, direction) in directions.enumerated() {
        var expected = 0.0
        for follower in row.followers.followers {
          let place = row.cone.place(local: SIMD3<Double>(follower.local), direction)
          for other in standing {
            let away = place - positions[other]
            let distance = max((away * away).sum().squareRoot(), 0.03)
            let (one, two) = (nonbonded.particles[follower.atom], nonbonded.particles[other])
            let exception = nonbonded.exceptions.first { Set([$0.i, $0.j]) == Set([follower.atom, other]) }
            let sigma = exception?.sigma ?? (one.sigma + two.sigma) / 2
            let epsilon = exception?.epsilon ?? (one.epsilon * two.epsilon).squareRoot()
            expected += 4 * epsilon * (pow(sigma / distance, 12) - pow(sigma / distance, 6))
          }
        }
        #expect(abs(Double(grid.contact[k]) - expected) < 1e-4 * max(1, abs(expected)), "\(k)")
        largest = max(largest, abs(expected))
      }
    }
    #expect(largest > 1)
  }
}
