import Energies
import Foundation
import Testing

@Suite("Structures from sequences")
struct StructureBuilderTests {
  static let fields = Dictionary(
    uniqueKeysWithValues: ForceField.shippedNames.map { ($0, try! ForceField.shipped(named: $0)) })

  private static let letters = "ACDEFGHIKLMNPQRSTVWY".map(String.init)

  /// All 400 take 10 s in release mode; unoptimised, every residue once at either end.
  private static var dipeptides: [String] {
    #if DEBUG
      return letters.indices.map { letters[$0] + letters[($0 * 7 + 3) % letters.count] }
    #else
      return letters.flatMap { first in letters.map { first + $0 } }
    #endif
  }

  private func build(
    _ sequence: String, _ field: String = "amber14", _ solvent: ImplicitSolvent = ImplicitSolvent(.obc1)
  ) throws -> (system: MolecularSystem, positions: Configurations) {
    try MolecularSystem.peptide(sequence: sequence, forceField: #require(Self.fields[field]), solvent: solvent)
  }

  /// What must hold of every built structure, measured here and not by the builder.
  private func expectSound(_ built: (system: MolecularSystem, positions: Configurations), _ name: String) throws {
    let (system, x) = built
    let molecule = system.molecule
    #expect(x.count == 1 && x.atomCount == molecule.atomCount)
    #expect(AminoAcidChirality(molecule).wrongCenters(in: x).isEmpty, "\(name)")
    #expect(BondGraphCheck(molecule).difference(in: x).isEmpty, "\(name)")
    var forces = Configurations(count: 1, dimension: x.dimension)
    let energy = try MolecularEnergy(system).energies(of: x, forces: &forces)[0]
    #expect(energy.isFinite, "\(name)")
    // 50 kJ/mol/nm is the builder's stated tolerance.
    #expect(forces.coordinates.allSatisfy { abs($0) <= 50 }, "\(name)")
    // At a minimum bonds, angles and Lennard-Jones store little, here up to 2.2 kJ/mol per atom, and 60 in the imidazole
    // of histidine, whose angles are all 120° in AMBER; one clash or an unclosed ring adds hundreds.
    let imidazoles = molecule.residues.count { ["HID", "HIE", "HIP"].contains($0.name) }
    var strain = 0.0
    for (component, values) in try MolecularEnergy(system).energiesByComponent(of: x)
    where ["bond", "angle", "lennard_jones"].contains(component) { strain += values[0] }
    #expect(strain < 2.5 * Double(molecule.atomCount) + 60 * Double(imidazoles), "\(name): \(strain)")
    #expect(nearestContact(molecule, x) > 0.145, "\(name)")
  }

  /// Shortest distance of two atoms that are more than two bonds apart, nm.
  private func nearestContact(_ molecule: Molecule, _ x: Configurations) -> Double {
    let neighbours = molecule.neighbours
    var shortest = Double.infinity
    for i in neighbours.indices {
      let near = Set(neighbours[i] + neighbours[i].flatMap { neighbours[$0] })
      for j in neighbours.indices where j > i && !near.contains(j) {
        let separation = x.position(sample: 0, atom: i) - x.position(sample: 0, atom: j)
        shortest = min(shortest, (separation * separation).sum().squareRoot())
      }
    }
    return shortest
  }

  @Test func zwitterionicDipeptides() throws {
    for sequence in Self.dipeptides { try expectSound(build(sequence), sequence) }
  }

  @Test func cappedResiduesInAllTheirForms() throws {
    let names = try PeptideSequence(parsing: Self.letters.joined()).residueNames
    for name in names + ["HID", "HIP", "ASH", "GLH", "LYN", "CYM"] {
      let sequence = "ACE-\(name)-NME"
      let built = try build(sequence)
      try expectSound(built, sequence)
      #expect(built.system.molecule.residues.map(\.name) == ["ACE", name, "NME"])
    }
    for sequence in ["ACE-ALA-NHE", "ACE-NME", "HID-HIP", "HIP-HID", "ACE-PRO-PRO-NHE", "ACE-AK"] {
      try expectSound(build(sequence), sequence)
    }
  }

  @Test(arguments: ForceField.shippedNames)
  func everyForceField(field: String) throws {
    for sequence in ["ACE-ALA-NME", "PW", "IT", "HID-TYR", "ACE-CYM-PRO-NME", "GYDPETGTWG"] {
      try expectSound(build(sequence, field), "\(sequence) \(field)")
    }
  }

  @Test(arguments: ["obc2", "gbn2", "vacuum"])
  func everySolvent(solvent: String) throws {
    for sequence in ["ACE-ALA-NME", "ACE-RWK-NME"] {
      try expectSound(build(sequence, "amber14", ImplicitSolvent(named: solvent)), "\(sequence) \(solvent)")
    }
  }

  @Test func chignolinIsExtendedAndTrans() throws {
    let built = try build("GYDPETGTWG")
    let molecule = built.system.molecule
    for residue in 1..<10 {
      let atoms = try [("CA", residue - 1), ("C", residue - 1), ("N", residue), ("CA", residue)].map {
        try #require(molecule.atomIndex(named: $0.0, inResidue: $0.1))
      }
      let places = atoms.map { built.positions.position(sample: 0, atom: $0) }
      let omega = Dihedral(places[0], places[1], places[2], places[3]).angle
      #expect(abs(omega) > 150 * .pi / 180)
    }
    // Ten residues of a strand rise about 0.33 nm each.
    let first = try #require(molecule.atomIndex(named: "CA", inResidue: 0))
    let last = try #require(molecule.atomIndex(named: "CA", inResidue: 9))
    let span = built.positions.position(sample: 0, atom: last) - built.positions.position(sample: 0, atom: first)
    #expect((span * span).sum().squareRoot() > 2.4)
  }

  @Test func chignolinTakesFewEvaluations() throws {
    let field = try #require(Self.fields["amber14"])
    let templates = try PeptideSequence(parsing: "GYDPETGTWG").templateNames
    let system = try field.parameterize(field.molecule(ofResidues: templates), solvent: ImplicitSolvent(.obc1))
    let structure = try StructureBuilder().build(system)
    // 0.3–0.6 s in release mode on one core; a bound on evaluations is the part of it that no busy machine changes.
    #expect(structure.evaluations < 600)
    #expect(structure.largestForce <= 50)
    #expect(!structure.peptideBondsHeld)
  }

  @Test func sameInputSameBytes() throws {
    let first = try build("HWK")
    let second = try build("HWK")
    #expect(first.positions == second.positions)
  }

  /// In vacuum the charged ends of this dipeptide pull a peptide bond out of its plane; a restraint then holds it.
  @Test func chargedEndsInVacuumKeepTransBonds() throws {
    for sequence in ["GP", "AK", "QA", "YD"] {
      let built = try build(sequence, "amber14", .vacuum)
      try StructureCheck(built.system).run(on: built.positions)
      let energy = try MolecularEnergy(built.system).energies(of: built.positions)[0]
      #expect(energy.isFinite)
    }
  }

  /// Placement alone: equilibrium bonds but for the one that closes each ring, equilibrium angles outside rings.
  @Test func placedAtomsHaveTheForceFieldsGeometry() throws {
    let field = try #require(Self.fields["amber14"])
    let molecule = try field.molecule(ofResidues: PeptideSequence(parsing: "ACE-KIDTW-NME").templateNames)
    let system = try field.parameterize(molecule, solvent: .vacuum)
    let x = try StructureBuilder().placed(system)
    let bonds = try #require(system.term(HarmonicBonds.self)).bonds
    let wrong = bonds.filter { bond in
      let separation = x.position(sample: 0, atom: bond.i) - x.position(sample: 0, atom: bond.j)
      return abs((separation * separation).sum().squareRoot() - bond.length) > 1e-9
    }
    // Tryptophan's two rings close with one bond each, near enough to be repaired.
    #expect(wrong.count <= 2)
    #expect(BondGraphCheck(molecule).difference(in: x).broken.isEmpty)
    #expect(AminoAcidChirality(molecule).wrongCenters(in: x).isEmpty)
    let planar = try #require(system.term(HarmonicAngles.self)).angles.filter { abs($0.angle - 2 * .pi / 3) < 0.2 }
    for angle in planar {
      let (a, b, c) = (
        x.position(sample: 0, atom: angle.i), x.position(sample: 0, atom: angle.j), x.position(sample: 0, atom: angle.k)
      )
      let cosine =
        ((a - b) * (c - b)).sum() / (((a - b) * (a - b)).sum() * ((c - b) * (c - b)).sum()).squareRoot()
      // Indole's angles do not add up and are shared out: a few degrees.
      #expect(abs(acos(cosine) - angle.angle) < 10 * .pi / 180)
    }
  }

  @Test func faultsAreFound() throws {
    let built = try build("ACE-PF-NME")
    let molecule = built.system.molecule
    let check = try StructureCheck(built.system)
    try check.run(on: built.positions)

    let mirrored = Configurations(
      count: 1, dimension: built.positions.dimension, coordinates: built.positions.coordinates.map { -$0 })
    #expect(throws: StructureError.wrongChirality(atom: "PRO-2:CA")) { try check.run(on: mirrored) }

    func atom(_ name: String, _ residue: Int) throws -> Int {
      try #require(molecule.atomIndex(named: name, inResidue: residue))
    }
    func fault(moving atoms: [Int], by shift: SIMD3<Double>) -> StructureError? {
      var x = built.positions
      for atom in atoms { x.setPosition(sample: 0, atom: atom, to: x.position(sample: 0, atom: atom) + shift) }
      do throws(StructureError) {
        try check.run(on: x)
        return nil
      } catch {
        return error
      }
    }
    let hydrogen = try atom("HZ", 2)
    if case .distortedBond = fault(moving: [hydrogen], by: SIMD3(0.02, 0.01, 0.01)) {
    } else {
      Issue.record("a stretched bond was not found")
    }

    // The methyl cap's peptide bond turned over: reflect the cap's atoms across the line C–N.
    var turned = built.positions
    let (carbon, nitrogen) = (try atom("C", 2), try atom("N", 3))
    let origin = turned.position(sample: 0, atom: nitrogen)
    let axis = origin - turned.position(sample: 0, atom: carbon)
    for index in molecule.residues[3].atoms where index != nitrogen {
      let arm = turned.position(sample: 0, atom: index) - origin
      let along = (arm * axis).sum() / (axis * axis).sum() * axis
      turned.setPosition(sample: 0, atom: index, to: origin + 2 * along - arm)
    }
    let found = #expect(throws: StructureError.self) { try check.run(on: turned) }
    switch found {
    case .peptideBondNotTrans, .clash: break
    default: Issue.record("a cis peptide bond was not found: \(String(describing: found))")
    }
  }

  /// A ring of six carbons and a far C–C bond put through its middle.
  @Test func aThreadedRingIsFound() throws {
    func system(bondAt height: Double) throws -> (MolecularSystem, Configurations) {
      let atoms = (0..<8).map { Atom(name: "C\($0)", element: .carbon, mass: 12.011, residue: 0) }
      let pairs = (0..<6).map { ($0, ($0 + 1) % 6) } + [(6, 7)]
      let molecule = Molecule(
        atoms: atoms, residues: [Residue(name: "RNG", number: 1, atoms: 0..<8)], bonds: pairs.map { Bond($0.0, $0.1) })
      let side = 0.3
      let bonds = pairs.map { pair in
        HarmonicBonds.Parameters(pair.0, pair.1, length: pair.0 == 6 ? 0.15 : side, forceConstant: 1)
      }
      let angles = (0..<6).map {
        HarmonicAngles.Parameters($0, ($0 + 1) % 6, ($0 + 2) % 6, angle: 2 * .pi / 3, forceConstant: 1)
      }
      var x = Configurations(count: 1, atomCount: 8)
      for k in 0..<6 {
        let turn = Double(k) * .pi / 3
        x.setPosition(sample: 0, atom: k, to: SIMD3(side * cos(turn), side * sin(turn), 0))
      }
      x.setPosition(sample: 0, atom: 6, to: SIMD3(0.01, 0.02, height - 0.075))
      x.setPosition(sample: 0, atom: 7, to: SIMD3(0.01, 0.02, height + 0.075))
      return (MolecularSystem(molecule: molecule, terms: [HarmonicBonds(bonds), HarmonicAngles(angles)]), x)
    }
    for (height, threaded) in [(0.0, true), (0.4, false)] {
      let (rings, x) = try system(bondAt: height)
      #expect(try (StructureCheck(rings).threadedRing(in: x) != nil) == threaded)
    }
  }

  @Test func missingResiduesAndParametersAreErrors() throws {
    let field = try #require(Self.fields["amber14"])
    var system = try field.parameterize(field.molecule(ofResidues: ["ACE", "ALA", "NME"]), solvent: .vacuum)
    system.terms.removeAll { $0 is HarmonicAngles }
    #expect(throws: StructureError.self) { try StructureBuilder().build(system) }

    let pieces = MolecularSystem(
      molecule: Molecule(
        atoms: [
          Atom(name: "A", element: .carbon, mass: 12, residue: 0),
          Atom(name: "B", element: .carbon, mass: 12, residue: 0),
        ], residues: [Residue(name: "TWO", number: 1, atoms: 0..<2)], bonds: []), terms: [])
    #expect(throws: StructureError.severalMolecules(2)) { try StructureBuilder().build(pieces) }
  }
}
