import Energies
import Foundation
import Testing
import Trajectories

@Suite("PDB writer")
struct PDBWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func lines(_ configurations: Configurations, of molecule: Molecule) throws -> [String] {
    let path = folder.file("a.pdb")
    try PDBWriter.write(configurations, of: molecule, title: "a title", to: path)
    return String(decoding: try bytes(of: path), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("columns")
  func columns() throws {
    var configurations = Configurations(count: 1, atomCount: 22)
    configurations.setPosition(sample: 0, atom: 0, to: SIMD3(-0.12345, 1.2, -99.9999))
    configurations.setPosition(sample: 0, atom: 8, to: SIMD3(999.9999, -0.00001, 0.10005))
    let found = try lines(configurations, of: AlanineDipeptide.molecule)
    #expect(found[0] == "TITLE     a title")
    #expect(found[1] == "HETATM    1 HH31 ACE A   1      -1.235  12.000-999.999  1.00  0.00           H  ")
    #expect(found[2] == "HETATM    2  CH3 ACE A   1       0.000   0.000   0.000  1.00  0.00           C  ")
    #expect(
      found[9] == "ATOM      9  CA  ALA A   2    9999.999   0.000   1.000  1.00  0.00           C  "
        || found[9] == "ATOM      9  CA  ALA A   2    9999.999   0.000   1.001  1.00  0.00           C  ")
    #expect(found[23] == "TER      23      NME A   3")
    #expect(found.last == "END")
    #expect(found.filter { $0.hasPrefix("MODEL") || $0.hasPrefix("CRYST1") }.isEmpty)
    // The peptide bond between ALA and NME, which residue names of caps do not imply for every reader.
    #expect(found.contains("CONECT   15   17") && found.contains("CONECT   17   15   18   19"))
    #expect(found.contains("CONECT    2    1    3    4    5"))
    #expect(!found.contains { $0.hasPrefix("CONECT    9") }, "bonds within ALA go without saying")
  }

  @Test("models")
  func models() throws {
    let found = try lines(SampleFrames.configurations(count: 3, atoms: 22), of: AlanineDipeptide.molecule)
    #expect(found.filter { $0.hasPrefix("MODEL ") } == ["MODEL        1", "MODEL        2", "MODEL        3"])
    #expect(found.count { $0 == "ENDMDL" } == 3)
    #expect(found.count { $0.hasPrefix("TER") } == 3)
    // Once, after the last model: the twelve atoms of the caps, and the two of ALA that are bonded to them.
    #expect(found.count { $0.hasPrefix("CONECT") } == 14)
  }

  @Test("the reader of this package gets the molecule back")
  func readBack() throws {
    let path = folder.file("back.pdb")
    let configurations = SampleFrames.configurations(count: 2, atoms: 22)
    try PDBWriter.write(configurations, of: AlanineDipeptide.molecule, to: path)
    let found = try PDBFile(path: path)
    let molecule = AlanineDipeptide.molecule
    #expect(found.molecule.atoms.map(\.name) == molecule.atoms.map(\.name))
    #expect(found.molecule.atoms.map(\.element) == molecule.atoms.map(\.element))
    #expect(found.molecule.residues == molecule.residues)
    #expect(found.molecule.bonds == molecule.bonds)
    // Half of the third decimal of an Å.
    #expect(largestDifference(found.configurations.coordinates, configurations.coordinates) < 0.501e-4)
  }

  @Test("a chain ends where the bond to the next residue is missing; two-letter elements start early")
  func chains() throws {
    let molecule = Molecule(
      atoms: [
        Atom(name: "ZN", element: Element(symbol: "Zn"), mass: 65, residue: 0),
        Atom(name: "CA", element: Element(symbol: "Ca"), mass: 40, residue: 1),
        Atom(name: "SG", element: .sulfur, mass: 32, residue: 2),
        Atom(name: "SG", element: .sulfur, mass: 32, residue: 3),
      ],
      residues: [
        Residue(name: "ZN", number: 1, atoms: 0..<1), Residue(name: "CA", number: 2, atoms: 1..<2),
        Residue(name: "CYX", chain: "B", number: -3, atoms: 2..<3),
        Residue(name: "CYX", chain: "", number: 9999, atoms: 3..<4),
      ], bonds: [Bond(2, 3)])
    let found = try lines(Configurations(count: 1, atomCount: 4), of: molecule)
    #expect(found[1].hasPrefix("HETATM    1 ZN    ZN A   1 "))
    #expect(found[2] == "TER       2       ZN A   1")
    #expect(found[3].hasPrefix("HETATM    3 CA    CA A   2 "))
    #expect(found[5].hasPrefix("ATOM      5  SG  CYX B  -3 "))
    #expect(found[7].hasPrefix("ATOM      7  SG  CYX  9999 "))
    #expect(found.suffix(3) == ["CONECT    5    7", "CONECT    7    5", "END"])
  }

  @Test("what does not fit is an error, and no file appears")
  func doesNotFit() throws {
    func refuse(_ configurations: Configurations, _ molecule: Molecule, _ word: String) {
      let error = #expect(throws: OutputError.self) { try lines(configurations, of: molecule) }
      #expect(error?.description.contains(word) == true, "\(error?.description ?? "none")")
      #expect(folder.contents.isEmpty)
    }
    let molecule = AlanineDipeptide.molecule
    for wrong in [1000.0, -100, .nan, .infinity, 1e300] {
      var configurations = Configurations(count: 2, atomCount: 22)
      configurations[1, 3] = wrong
      refuse(configurations, molecule, "ACE-1:CH3 in configuration 1")
    }
    refuse(Configurations(count: 1, atomCount: 21), molecule, "22 atoms")
    refuse(Configurations(count: 10_000, atomCount: 22), molecule, "9999 models")
    var renamed = molecule
    renamed.atoms[0].name = "HH31X"
    refuse(Configurations(count: 1, atomCount: 22), renamed, "HH31X")
    renamed = molecule
    renamed.residues[1].name = "NALA"
    refuse(Configurations(count: 1, atomCount: 22), renamed, "NALA")
    renamed.residues[1].name = "ALA"
    renamed.residues[1].chain = "AA"
    refuse(Configurations(count: 1, atomCount: 22), renamed, "chain")
    renamed.residues[1].chain = "A"
    renamed.residues[1].number = 10_000
    refuse(Configurations(count: 1, atomCount: 22), renamed, "10000")
    let many = Molecule(
      atoms: (0..<100_000).map { _ in Atom(name: "AR", element: Element(symbol: "Ar"), mass: 40, residue: 0) },
      residues: [Residue(name: "AR", number: 1, atoms: 0..<100_000)], bonds: [])
    refuse(Configurations(count: 1, atomCount: 100_000), many, "99999")
  }
}
