import Foundation
import Randomness
import Testing

@Suite struct CommandTests {
  struct Energies: Decodable {
    var count: Int
    var potential_energy_kJ_mol: [Double]
    var terms_kJ_mol: [String: [Double]]
  }

  @Test("energy prints totals and all terms as JSON")
  func energy() throws {
    let outcome = try CommandRunner.run("energy", "AC", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let result = try JSONDecoder().decode(Energies.self, from: Data(outcome.output.utf8))
    #expect(result.count == 1)
    #expect(
      Set(result.terms_kJ_mol.keys)
        == [
          "bond", "angle", "torsion", "cmap", "lennard_jones", "coulomb", "generalized_born", "surface_area",
        ])
    let sum = result.terms_kJ_mol.values.reduce(0) { $0 + $1[0] }
    #expect(abs(sum - result.potential_energy_kJ_mol[0]) < 1e-9 * abs(sum))
    // Relaxed, so far below the strain of an arbitrary structure.
    #expect(sum < 0)
  }

  @Test("A prepared folder gives the energies of what it was prepared from")
  func prepare() throws {
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let output = folder.appendingPathComponent("peptide").path
    let prepared = try CommandRunner.run(
      "prepare", "--sequence", "ACE-SER-NME", "--force-field", "ff19SB", "--solvent", "gbn2", "temperature=320",
      "--output", output)
    #expect(prepared.status == 0, "\(prepared.errors)")
    let structure = "\(output)/structure.pdb"
    let ways: [[String]] = [
      [output], ["\(output)/system.yaml"],
      ["--sequence", "ACE-SER-NME", "--force-field", "ff19SB", "--solvent", "gbn2"],
      ["--pdb", structure, "--force-field", "ff19SB", "--solvent", "gbn2"],
    ]
    let energies = try ways.map { way -> Double in
      let outcome = try CommandRunner.run(arguments: ["energy"] + way + ["--coordinates", structure, "--json"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try JSONDecoder().decode(Energies.self, from: Data(outcome.output.utf8)).potential_energy_kJ_mol[0]
    }
    for energy in energies { #expect(abs(energy - energies[0]) < 1e-9) }
    let again = try CommandRunner.run("prepare", "--sequence", "ACE-SER-NME", "--output", output)
    #expect(again.status == 2 && again.errors.contains("--force"))
  }

  @Test(
    "Mistakes end with the documented exit code and a message that names them",
    arguments: [
      (["run", "no-such-system"], Int32(2), "no-such-system"),
      (["run", "alanine-dipeptide", "sample=5"], 2, "sample"),
      (["run", "alanine-dipeptide", "samples=many"], 2, "many"),
      (["run", "alanine-dipeptide", "check=perhaps"], 2, "check=perhaps"),
      (["run", "alanine-dipeptide", "samples=0"], 2, "samples=0"),
      (["run", "alanine-dipeptide", "model=unknown"], 2, "force-field"),
      (["run", "alanine-dipeptide", "--nonsense"], 2, "--nonsense"),
      (["energy", "AC", "--coordinates", "no-such-file.nc"], 4, "no-such-file.nc"),
      (["energy", "--prmtop", "no-such.prmtop"], 4, "no-such.prmtop"),
      (["energy", "--sequence", "ACE-XYZ-NME", "--force-field", "amber14"], 4, "XYZ"),
      (["energy", "--sequence", "AK", "--force-field", "amber15"], 4, "amber14"),
      (["energy", "AC", "--solvent", "water"], 4, "gbn2"),
      (["bench", "speed", "AC"], 2, "energy"),
      (["info"], 2, "system"),
    ])
  func mistakes(arguments: [String], status: Int32, word: String) throws {
    let outcome = try CommandRunner.run(arguments: arguments)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(!outcome.wasKilled && outcome.output.isEmpty && outcome.errors.contains(word), "\(outcome.errors)")
  }

  @Test("Coordinates of another molecule are refused with both numbers of atoms")
  func atomCount() throws {
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let output = folder.appendingPathComponent("peptide").path
    _ = try CommandRunner.run(
      "prepare", "--sequence", "ACE-GLY-NME", "--force-field", "amber14", "--output", output)
    let outcome = try CommandRunner.run("energy", "alanine-dipeptide", "--coordinates", "\(output)/structure.pdb")
    #expect(outcome.status == 4 && outcome.errors.contains("22") && outcome.errors.contains("19"))
  }

  /// 200 copies; 1,000 of the slow tests.
  @Test("Damaged copies of a system.yaml: an error or a correct read, never a crash")
  func damagedYAML() throws {
    let folder = try CommandRunner.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let original = Array(
      """
      # A comment
      name: test
      summary: "ACE-ALA-NME, amber96"
      sequence: ACE-ALA-NME
      force_field: amber96
      solvent: obc1
      cutoff_nm: 2.0
      temperature_K: 300
      free_energies:
        - {name: phi, dihedral: [4, 6, 8, 14], range_rad: [0, 2]}

      """.utf8)
    var random = RandomStream(seed: 99)
    var refused = 0
    let copies = ProcessInfo.processInfo.environment["MOLFLOW_SLOW_TESTS"] == "1" ? 1000 : 200
    for copy in 0..<copies {
      var bytes = original
      for _ in 0...random.integer(below: 4) {
        let place = random.integer(below: bytes.count)
        switch random.integer(below: 5) {
        case 0: bytes[place] = UInt8(random.integer(below: 256))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(bytes[random.integer(below: bytes.count)], at: place)
        case 3: bytes.removeLast(min(bytes.count - 1, random.integer(below: 40)))
        default: bytes += bytes[place...]
        }
      }
      let path = folder.appendingPathComponent("\(copy).yaml")
      try Data(bytes).write(to: path)
      // `list` of a folder of systems would stop at the first; `energy` without a structure reads and checks each.
      let outcome = try CommandRunner.run("bench", "energy", path.path, "batch=1", "seconds=0.001")
      #expect(!outcome.wasKilled, "copy \(copy): \(outcome.errors)")
      #expect([0, 2, 4].contains(outcome.status), "copy \(copy): \(outcome.status) \(outcome.errors)")
      if outcome.status != 0 { refused += 1 }
    }
    #expect(refused > 3 * copies / 10 && refused < copies)
  }
}
