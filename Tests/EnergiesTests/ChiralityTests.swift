import Energies
import Testing

@Suite("Chirality and bond graphs of configurations")
struct ChiralityTests {
  static let field = try! ForceField.shipped(named: "amber14")

  private func molecule(_ sequence: String) throws -> Molecule {
    try Self.field.molecule(ofResidues: PeptideSequence(parsing: sequence).templateNames)
  }

  /// Heavy atoms of L-isoleucine and L-threonine as PeptideBuilder 1.1 places them, nm: an independent source of the
  /// handedness.
  static let references: [String: [String: SIMD3<Double>]] = [
    "ILE": [
      "N": SIMD3(-0.0493, 0.1374, 0), "CA": SIMD3(0, 0, 0), "C": SIMD3(0.152, 0, 0),
      "CB": SIMD3(-0.0507, -0.0785, -0.1198), "CG1": SIMD3(-0.006, -0.0129, -0.2503),
      "CG2": SIMD3(-0.2032, -0.0872, -0.1171),
    ],
    "THR": [
      "N": SIMD3(0.2116, -0.0911, 0.0764), "CA": SIMD3(0.3571, -0.1003, 0.0842), "C": SIMD3(0.4048, -0.2371, 0.0382),
      "CB": SIMD3(0.4067, -0.0741, 0.2254), "OG1": SIMD3(0.3499, -0.171, 0.3139),
      "CG2": SIMD3(0.3671, 0.0659, 0.2727),
    ],
  ]

  @Test(arguments: [1.0, -1.0])
  func namesImplyTheHandednessOfKnownStructures(mirror: Double) throws {
    let molecule = try molecule("IT")
    var x = Configurations(count: 1, atomCount: molecule.atomCount)
    for (residue, name) in ["ILE", "THR"].enumerated() {
      for (atomName, place) in try #require(Self.references[name]) {
        let atom = try #require(molecule.atomIndex(named: atomName, inResidue: residue))
        x.setPosition(sample: 0, atom: atom, to: place * SIMD3(mirror, 1, 1))
      }
    }
    let chirality = AminoAcidChirality(molecule)
    #expect(chirality.rules.count == 4)
    #expect(chirality.wrongCenters(in: x) == (mirror > 0 ? [] : chirality.rules.map(\.center)))
  }

  @Test(arguments: [
    ("ACE-ALA-NME", ["ALA-2:CA"]),
    ("ACE-GLY-NME", []),
    ("ACE-VAL-NME", ["VAL-2:CA"]),
    ("ACE-LEU-NME", ["LEU-2:CA"]),
    ("ACE-ILE-NME", ["ILE-2:CA", "ILE-2:CB"]),
    ("ACE-THR-NME", ["THR-2:CA", "THR-2:CB"]),
    ("PW", ["PRO-1:CA", "TRP-2:CA"]),
    ("GG", []),
    // Arginine's and lysine's long chains, histidine's ring: one center each.
    ("ACE-RKH-NME", ["ARG-2:CA", "LYS-3:CA", "HIE-4:CA"]),
  ])
  func findsTheCenters(sequence: String, expected: [String]) throws {
    let molecule = try molecule(sequence)
    #expect(ChiralCenters(molecule).centers.map { molecule.label(ofAtom: $0.atom) } == expected)
  }

  @Test func mirrorImagesAreFoundInABatch() throws {
    let built = try MolecularSystem.peptide(sequence: "IT", forceField: Self.field, solvent: .vacuum)
    let centers = ChiralCenters(built.system.molecule)
    let reference = centers.signs(of: built.positions)
    #expect(reference.allSatisfy { $0 != 0 })
    let mirrored = Configurations(
      count: 1, dimension: built.positions.dimension, coordinates: built.positions.coordinates.map { -$0 })
    var broken = built.positions
    broken[0, 3 * centers.centers[1].atom] = .nan
    let batch = built.positions.appending(mirrored).appending(built.positions).appending(broken)
    let wrong = centers.wrongCenters(in: batch, reference: reference)
    #expect(wrong[0].isEmpty)
    #expect(wrong[1] == Array(centers.centers.indices))
    #expect(wrong[2].isEmpty)
    #expect(wrong[3].contains(1))
    #expect(abs(ChiralCenters.volume(of: centers.centers[0], in: batch, sample: 0)) > 2.5)
  }

  @Test func bondGraphsAreReadFromDistances() throws {
    let built = try MolecularSystem.peptide(sequence: "CM", forceField: Self.field, solvent: ImplicitSolvent(.obc1))
    let molecule = built.system.molecule
    let check = BondGraphCheck(molecule)
    var pulled = built.positions
    let hydrogen = try #require(molecule.atomIndex(named: "HA", inResidue: 0))
    let carbon = try #require(molecule.atomIndex(named: "CA", inResidue: 0))
    let axis = pulled.position(sample: 0, atom: hydrogen) - pulled.position(sample: 0, atom: carbon)
    pulled.setPosition(sample: 0, atom: hydrogen, to: pulled.position(sample: 0, atom: carbon) + 1.5 * axis)
    #expect(check.difference(in: pulled).broken == [Bond(carbon, hydrogen)])

    var pushed = built.positions
    let sulfur = try #require(molecule.atomIndex(named: "SD", inResidue: 1))
    let other = try #require(molecule.atomIndex(named: "SG", inResidue: 0))
    pushed.setPosition(sample: 0, atom: other, to: pushed.position(sample: 0, atom: sulfur) + SIMD3(0, 0, 0.205))
    #expect(check.difference(in: pushed).formed.contains(Bond(other, sulfur)))
    #expect(check.agrees(with: built.positions.appending(pulled).appending(pushed)) == [true, false, false])
  }

  /// Harmonic bonds of constant k scatter by √(kT/k); one of 30,000 is longer by four of these.
  @Test(arguments: ["AC", "WM", "RK"]) func `Bonds that heat has stretched are still bonds`(sequence: String) throws {
    let built = try MolecularSystem.peptide(
      sequence: sequence, forceField: Self.field, solvent: ImplicitSolvent(.obc1))
    let check = BondGraphCheck(built.system.molecule)
    let kT = 0.00831446 * 310
    for bond in try #require(built.system.term(HarmonicBonds.self)).bonds {
      let length = bond.length + 4 * (kT / bond.forceConstant).squareRoot()
      let cutoff = try #require(
        BondGraphCheck.cutoff(built.system.molecule.atoms[bond.i].element, built.system.molecule.atoms[bond.j].element))
      #expect(length < cutoff, "\(bond)")
    }
    #expect(check.difference(in: built.positions).isEmpty)
  }

  @Test func cutoffsGoByTheElements() {
    #expect(BondGraphCheck.cutoff(.hydrogen, .carbon) == 0.14)
    #expect(BondGraphCheck.cutoff(.hydrogen, .sulfur) == 0.16)
    #expect(BondGraphCheck.cutoff(.hydrogen, .hydrogen) == 0.1)
    #expect(BondGraphCheck.cutoff(.sulfur, .carbon) == 0.22)
    #expect(BondGraphCheck.cutoff(.nitrogen, .carbon) == 0.18)
    #expect(BondGraphCheck.cutoff(.nitrogen, .oxygen) == nil)
    #expect(BondGraphCheck.cutoff(nil, .oxygen) == nil)
  }
}
