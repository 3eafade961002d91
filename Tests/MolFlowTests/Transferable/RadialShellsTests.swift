import Energies
import Foundation
import Testing

@testable import MolFlow

/// What stands at which distance from an atom that turns.
@Suite struct RadialShellsTests {
  @Test("Shells are sums of hat functions over heavy atoms, and over their charges")
  func sums() throws {
    let (subject, structure) = try TransferableFieldTests.subject("DK")
    let molecule = subject.system.molecule
    let positions = (0..<molecule.atomCount).map { structure.position(sample: 0, atom: $0) }
    let particles = try #require(subject.system.term(Nonbonded.self)).particles
    // Any three atoms for the axis, any others to stand.
    let cone = PlacementCone(
      bond: 0.15, angle: 1.9, origin: positions[4], axisEnd: positions[0], plane: positions[8])
    let standing = Set(9..<molecule.atomCount)
    var grid = TurningGrid(nodes: 24)
    grid.set(
      RadialShells(standing, system: subject.system), at: SIMD3<Float>(cone.local), of: cone,
      positions: positions.map { SIMD3<Float>($0) })
    let shells = RadialShells.count / 2, padded = grid.contact.count
    var largest = 0.0
    for k in 0..<24 {
      let angle = -Double.pi + 2 * Double.pi * Double(k) / 24
      let place = cone.place(SIMD2(cos(angle), sin(angle)))
      for shell in 0..<shells {
        var (atoms, charges) = (0.0, 0.0)
        for atom in standing where molecule.atoms[atom].element != .hydrogen {
          let away = place - positions[atom]
          let hat = max(0, 1 - abs((away * away).sum().squareRoot() - 0.2 - 0.1 * Double(shell)) / 0.1)
          let united = molecule.neighbours[atom].filter { molecule.atoms[$0].element == .hydrogen }
            .reduce(particles[atom].charge) { $0 + particles[$1].charge }
          atoms += hat
          charges += hat * united
        }
        #expect(abs(Double(grid.shells[shell * padded + k]) - atoms) < 1e-4)
        #expect(abs(Double(grid.shells[(shells + shell) * padded + k]) - charges) < 1e-4)
        largest = max(largest, abs(charges))
      }
    }
    #expect(largest > 0.5)
  }
}
