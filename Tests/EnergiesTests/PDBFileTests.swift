import Energies
import Testing

enum PDBFixtures {
  /// A capped glycine twice: the second model shifted by 1 Å along x.
  static let twoModels = model(1, shift: 0) + model(2, shift: 1) + "CONECT    1    2\nCONECT    2    3    4    5\nEND\n"

  static let atoms: [(name: String, residue: String, number: Int, element: String, position: [Double])] = [
    ("HH31", "ACE", 1, "H", [2.0, 1.0, 0.0]), ("CH3", "ACE", 1, "C", [2.0, 2.09, 0.0]), ("HH32", "ACE", 1, "H", [1.486, 2.454, 0.89]),
    ("HH33", "ACE", 1, "H", [1.486, 2.454, -0.89]), ("C", "ACE", 1, "C", [3.427, 2.641, 0.0]),
    ("O", "ACE", 1, "O", [4.391, 1.877, 0.0]), ("N", "GLY", 2, "N", [3.555, 3.97, 0.0]), ("H", "GLY", 2, "H", [2.733, 4.556, 0.0]),
    ("CA", "GLY", 2, "C", [4.853, 4.614, 0.0]), ("HA2", "GLY", 2, "H", [5.408, 4.316, 0.89]),
    ("HA3", "GLY", 2, "H", [5.408, 4.316, -0.89]), ("C", "GLY", 2, "C", [4.713, 6.129, 0.0]), ("O", "GLY", 2, "O", [3.601, 6.653, 0.0]),
    ("N", "NME", 3, "N", [5.84, 6.84, 0.0]), ("H", "NME", 3, "H", [6.73, 6.36, 0.0]), ("CH3", "NME", 3, "C", [5.83, 8.29, 0.0]),
    ("HH31", "NME", 3, "H", [4.81, 8.66, 0.0]), ("HH32", "NME", 3, "H", [6.35, 8.65, 0.89]), ("HH33", "NME", 3, "H", [6.35, 8.65, -0.89]),
  ]

  static func line(
    serial: Int, name: String, residue: String, number: Int, element: String, position: [Double], alternate: String = " "
  ) -> String {
    func pad(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    func decimal(_ value: Double) -> String {
      let thousandths = Int((abs(value) * 1000).rounded())
      let digits = String(1000 + thousandths % 1000).dropFirst()
      return pad((value < 0 ? "-" : "") + "\(thousandths / 1000).\(digits)", 8)
    }
    let column = name.count == 4 ? name : " " + name + String(repeating: " ", count: 3 - name.count)
    return "ATOM  \(pad("\(serial)", 5)) \(column)\(alternate)\(residue) A\(pad("\(number)", 4))    "
      + position.map(decimal).joined() + "  1.00  0.00          " + pad(element, 2) + "\n"
  }

  static func model(_ number: Int, shift: Double) -> String {
    var text = "MODEL        \(number)\n"
    for (index, atom) in atoms.enumerated() {
      let position = [atom.position[0] + shift, atom.position[1], atom.position[2]]
      text += line(
        serial: index + 1, name: atom.name, residue: atom.residue, number: atom.number, element: atom.element,
        position: position)
    }
    return text + "TER\nENDMDL\n"
  }
}

@Suite("PDB files")
struct PDBFileTests {
  @Test func modelsBondsAndUnits() throws {
    let file = try PDBFile(text: PDBFixtures.twoModels, source: "two.pdb")
    #expect(file.configurations.count == 2)
    #expect(file.molecule.residues.map(\.name) == ["ACE", "GLY", "NME"])
    let first = file.configurations.position(sample: 0, atom: 5)
    let second = file.configurations.position(sample: 1, atom: 5)
    // Three decimals of an angstrom, so equality up to the rounding of a product.
    #expect(abs(first.x - 0.4391) < 1e-12 && abs(second.x - first.x - 0.1) < 1e-12 && first.y == second.y)
    let field = try ForceField.shipped(named: "ff14SB")
    let chain = try field.molecule(ofResidues: ["ACE", "GLY", "NME"])
    #expect(file.molecule.bonds == chain.bonds)
    let typed = try field.parameterize(file.molecule).molecule
    #expect(typed.atoms[6].type == "protein-N")
  }

  @Test func elementsFromNamesAndAliases() throws {
    // Without element columns, with the atom names of other programs.
    let text = PDBFixtures.model(1, shift: 0).replacing("HA2", with: "2HA").replacing("HH31", with: "1HH3")
      .split(separator: "\n").map { $0.prefix(66) }.joined(separator: "\r\n")
    let file = try PDBFile(text: text, source: "names.pdb")
    #expect(file.molecule.atoms.map { $0.element?.symbol } == PDBFixtures.atoms.map(\.element))
    #expect(file.molecule.bonds.count == PDBFixtures.atoms.count - 1)
  }

  @Test func alternateLocationsCountOnce() throws {
    let atom = PDBFixtures.line(
      serial: 20, name: "O", residue: "GLY", number: 2, element: "O", position: [9, 9, 9], alternate: "B")
    let lines = PDBFixtures.model(1, shift: 0).split(separator: "\n", omittingEmptySubsequences: true).map { $0 + "\n" }
    let text = lines[...13].joined() + atom + lines[14...].joined()
    let file = try PDBFile(text: text, source: "alternate.pdb")
    #expect(file.molecule.atomCount == PDBFixtures.atoms.count)
  }

  @Test func errorsNameTheLine() throws {
    let lines = PDBFixtures.twoModels.split(separator: "\n").map(String.init)
    func problem(_ change: (inout [String]) -> Void) -> InputError? {
      var changed = lines
      change(&changed)
      do {
        _ = try PDBFile(text: changed.joined(separator: "\n"), source: "file.pdb")
        return nil
      } catch { return error as? InputError }
    }
    let coordinate = problem { $0[5] = $0[5].replacing("3.427", with: "3.4x7") }
    #expect(coordinate?.line == 6 && coordinate?.found == "3.4x7")
    let number = problem { $0[5] = $0[5].replacing("A   1", with: "A  1z") }
    #expect(number?.line == 6)
    let twice = problem { $0.insert($0[5], at: 6) }
    #expect(twice?.line == 7)
    let shorter = problem { $0.remove(at: 25) }
    #expect(shorter != nil)
    #expect(problem { $0.removeAll() } != nil)
    #expect(problem { _ in } == nil)
  }
}
