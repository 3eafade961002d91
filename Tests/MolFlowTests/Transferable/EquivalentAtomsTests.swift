import Energies
import Foundation
import Randomness
import Testing

@testable import MolFlow

@Suite struct EquivalentAtomsTests {
  /// Every residue that has exchanges, and both kinds of ends; the energy, with all of its terms, must hardly see them.
  @Test(
    "Exchanges change labels, and energies by what impropers tell of them",
    arguments: [("NQ", 3), ("RG", 4), ("FY", 3), ("DE", 3), ("ACE-ALA-NHE", 1), ("ACE-GLY-NME", 0)])
  func energies(sequence: String, exchanges: Int) throws {
    let (subject, structure) = try TransferableFieldTests.subject(sequence)
    let equivalent = EquivalentAtoms(subject.system.molecule)
    #expect(equivalent.exchanges.count == exchanges)
    var shaken = Configurations(count: 16, dimension: structure.dimension)
    var random = RandomStream(seed: 3)
    for sample in 0..<16 {
      for c in 0..<structure.dimension { shaken[sample, c] = structure[0, c] + 0.004 * random.normal() }
    }
    let shuffled = equivalent.shuffled(shaken, using: RandomStream(seed: 5))
    let energy = MolecularEnergy(subject.system, threads: 1)
    let (before, after) = (try energy.energies(of: shaken), try energy.energies(of: shuffled))
    // kJ/mol; without impropers there would be none. Exchanging other atoms, or a part of a group, costs hundreds.
    for sample in 0..<16 { #expect(abs(before[sample] - after[sample]) < 10) }
    let moved = (0..<16).count { sample in
      (0..<structure.dimension).contains { shaken[sample, $0] != shuffled[sample, $0] }
    }
    #expect(exchanges == 0 ? moved == 0 : moved > 2)
  }
}
