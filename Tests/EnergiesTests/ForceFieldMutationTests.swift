import Energies
import Foundation
import Testing

/// Damaged copies of good files: an `InputError` or a correct read, never a crash, a hang or another error.
@Suite("Damaged force-field and PDB files")
struct ForceFieldMutationTests {
  static let copies: UInt64 = 1000

  /// How many copies were refused.
  private func survive(_ original: [UInt8], suffix: String, _ read: (String) throws -> Void) throws -> Int {
    var refused = 0
    for seed in 0..<Self.copies {
      var damage = FileDamage(seed: seed)
      try ForceFieldFixtures.withFile(damage.apply(to: original), extension: suffix) { path in
        do {
          try read(path)
        } catch is InputError {
          refused += 1
        } catch {
          Issue.record("copy \(seed): \(error)")
        }
      }
    }
    return refused
  }

  @Test(.timeLimit(.minutes(5))) func tables() throws {
    let refused = try survive(Array(ForceFieldFixtures.table.utf8), suffix: "txt") { path in
      let field = try ForceField(tablePath: path)
      let system = try field.parameterize(field.molecule(ofResidues: ["ACE", "NME"]), solvent: .ofForceField)
      // Still three bonds: whatever reads without an error is complete.
      #expect(system.molecule.atomCount >= 2)
    }
    // Most damage is in a name or a structure and is noticed; a changed digit cannot be.
    #expect(refused > Int(Self.copies) / 4 && refused < Int(Self.copies))
  }

  @Test(.timeLimit(.minutes(10))) func xml() throws {
    let original = try [UInt8](Data(contentsOf: URL(fileURLWithPath: ForceFieldFixtures.patchedXML)))
    let molecule = ParameterizationGolden.shared.cases.first { $0.force_field == "patched.xml" }!.molecule
    let refused = try survive(original, suffix: "xml") { path in
      _ = try ForceField(openMMXML: [path]).parameterize(molecule)
    }
    #expect(refused > Int(Self.copies) / 4 && refused < Int(Self.copies))
  }

  @Test(.timeLimit(.minutes(5))) func pdb() throws {
    let refused = try survive(Array(PDBFixtures.twoModels.utf8), suffix: "pdb") { path in
      let file = try PDBFile(path: path)
      #expect(file.configurations.dimension == 3 * file.molecule.atomCount)
      #expect(file.configurations.coordinates.allSatisfy { $0.isFinite })
    }
    #expect(refused > Int(Self.copies) / 4 && refused < Int(Self.copies))
  }
}
