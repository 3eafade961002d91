import Energies
import Foundation
import Randomness
import Testing

@testable import MolFlow

@Suite struct EquivalentAtomsTests {
  /// The system without torsions that are no chain of bonds: the order of an improper's atoms tells labels apart.
  private static func withoutImpropers(_ system: MolecularSystem) -> MolecularSystem {
    let bonds = Set(system.molecule.bonds)
    let terms = system.terms.map { term -> any EnergyTerm in
      guard let torsions = term as? PeriodicTorsions else { return term }
      return PeriodicTorsions(
        torsions.torsions.filter {
          bonds.contains(Bond($0.i, $0.j)) && bonds.contains(Bond($0.j, $0.k)) && bonds.contains(Bond($0.k, $0.l))
        })
    }
    return MolecularSystem(molecule: system.molecule, terms: terms)
  }

  /// Every residue that has exchanges, and both kinds of ends. (Phenylalanine at the amino end is left out: amber14 gives its CD1 and CD2, and
  /// its CE1 and CE2, charges that differ by 10⁻⁴ e.)
  @Test(
    "Exchanges change labels and, impropers aside, no energy",
    arguments: [("NQ", 3), ("RG", 4), ("ACE-PHE-TYR-NME", 2), ("DE", 3), ("ACE-ALA-NHE", 1), ("ACE-GLY-NME", 0)])
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
    let energy = MolecularEnergy(Self.withoutImpropers(subject.system), threads: 1)
    let (before, after) = (try energy.energies(of: shaken), try energy.energies(of: shuffled))
    // Sums in another order: rounding of doubles.
    for sample in 0..<16 { #expect(abs(before[sample] - after[sample]) < 1e-9 * max(1, abs(before[sample]))) }
    let moved = (0..<16).count { sample in
      (0..<structure.dimension).contains { shaken[sample, $0] != shuffled[sample, $0] }
    }
    #expect(exchanges == 0 ? moved == 0 : moved > 2)
  }
}
