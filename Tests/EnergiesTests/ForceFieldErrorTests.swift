import Energies
import Foundation
import Testing

/// What a user reads when something does not fit.
@Suite("Force-field errors")
struct ForceFieldErrorTests {
  private let field = try! ForceField.shipped(named: "amber14")

  private func inputError(_ body: () throws -> Void) -> InputError? {
    do {
      try body()
      return nil
    } catch { return error as? InputError }
  }

  @Test func missingAtomsAreNamed() throws {
    var molecule = try field.molecule(ofResidues: ["ACE", "ALA", "NME"])
    // The last atom, a hydrogen of NME, goes.
    molecule.atoms.removeLast()
    let last = molecule.atomCount
    molecule.bonds.removeAll { $0.second == last }
    molecule.residues[2].atoms = molecule.residues[2].atoms.lowerBound..<last
    let error = try #require(inputError { _ = try field.parameterize(molecule) })
    #expect(error.problem.contains("residue 3 (NME") && error.problem.contains("nearest is NME"))
    #expect(error.expected == "missing: atom HH33")
    #expect(error.advice?.contains("hydrogens") == true)
  }

  @Test func extraBondsAreNamed() throws {
    var molecule = try field.molecule(ofResidues: ["ACE", "ALA", "NME"])
    let (a, b) = (molecule.atomIndex(named: "HB1", inResidue: 1)!, molecule.atomIndex(named: "HB2", inResidue: 1)!)
    molecule.bonds = (molecule.bonds + [Bond(a, b)]).sorted()
    let error = try #require(inputError { _ = try field.parameterize(molecule) })
    #expect(error.found == "extra: bond HB1-HB2")
  }

  @Test func openChains() throws {
    let head = try #require(inputError { _ = try field.molecule(ofResidues: ["ALA", "NME"]) })
    #expect(head.problem.contains("open bond at N"))
    let tail = try #require(inputError { _ = try field.molecule(ofResidues: ["ACE", "ALA"]) })
    #expect(tail.problem.contains("open bond at C"))
    let bridge = try #require(inputError { _ = try field.molecule(ofResidues: ["ACE", "CYX", "NME"]) })
    #expect(bridge.advice?.contains("disulphide") == true)
    let order = try #require(inputError { _ = try field.molecule(ofResidues: ["NALA", "NALA"]) })
    #expect(order.problem.contains("cannot be joined"))
    #expect(inputError { _ = try field.molecule(ofResidues: ["XXX"]) } != nil)
  }

  @Test func namesAndSolvents() throws {
    #expect(inputError { _ = try ForceField.shipped(named: "amber15") }?.expected?.contains("amber14") == true)
    let alias = try ForceField.shipped(named: "AMBER99SBildn")
    #expect(alias.name == "amber99sb-ildn")
    #expect(inputError { _ = try ImplicitSolvent(named: "obc3") } != nil)
    let molecule = try field.molecule(ofResidues: ["ACE", "ALA", "NME"])
    // Types of ff14SB have no radii in a table made for ff99.
    let wrong = inputError { _ = try field.parameterize(molecule, solvent: .init(.amber99OBC)) }
    #expect(wrong?.advice?.contains("amber99sb-ildn") == true)
    var cold = ImplicitSolvent(.obc1)
    cold.solventDielectric = 0
    #expect(inputError { _ = try field.parameterize(molecule, solvent: cold) } != nil)
    #expect(inputError { _ = try field.parameterize(molecule, solvent: .init(.obc1), cutoff: -1) } != nil)
  }

  @Test func missingParameters() throws {
    let table = ForceFieldFixtures.table.replacing("H O O 1.75 400.0\n", with: "")
    let incomplete = try ForceField(tableText: table, source: "peroxide.txt")
    let error = try #require(
      inputError { _ = try incomplete.parameterize(incomplete.molecule(ofResidues: ["ACE", "NME"])) })
    #expect(error.problem == "there is no angle parameter for ACE-1:H, ACE-1:C, NME-2:N")
    #expect(error.expected == "a rule for the types HX, OX, OX")
  }

  @Test func unsupportedXMLNamesElementAndLine() throws {
    let good = try String(contentsOfFile: ForceFieldFixtures.patchedXML, encoding: .utf8)
    let additions = [
      "<CustomNonbondedForce energy=\"0\"/>", "<AmoebaBondForce/>", "<RBTorsionForce/>", "<InitializationScript/>",
      "<Script>sys.addForce(x)</Script>", "<HarmonicBondForce><Bend/></HarmonicBondForce>",
    ]
    for addition in additions {
      let text = good.replacing("</ForceField>", with: addition + "\n</ForceField>")
      let line = text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.hasPrefix(addition) }! + 1
      try ForceFieldFixtures.withFile(Array(text.utf8), extension: "xml") { path in
        let error = try #require(inputError { _ = try ForceField(openMMXML: [path]) })
        #expect(error.line == line && error.source == path, "\(addition): \(error)")
      }
    }
  }

  @Test func solventScriptsAreRecognised() throws {
    let script = """
      <ForceField><Script>
      from openmm.app.internal.customgbforces import GBSAOBC2Force
      force = GBSAOBC2Force(**solventArgs)
      </Script></ForceField>
      """
    try ForceFieldFixtures.withFile(Array(script.utf8), extension: "xml") { path in
      let declared = try ForceField(openMMXML: [path]).declaredSolvent
      #expect(declared == ImplicitSolvent(.obc2))
    }
  }
}
