import Energies
import Foundation
import Testing

@Suite struct OpenMMSystemFileTests {
  private func text(_ name: String) throws -> String { String(decoding: try ReaderGolden.bytes(name), as: UTF8.self) }

  private func read(_ text: String) throws -> OpenMMSystemFile {
    try withTemporaryFile(text) { try OpenMMSystemFile(path: $0) }
  }

  @Test(arguments: ReaderGolden.molecules) func parameters(molecule: String) throws {
    // Sums of some hundred doubles in another order.
    func close(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 * max(1, abs(b)) }
    for entry in try ReaderGolden(molecule: molecule).xml {
      let file = try OpenMMSystemFile(path: ReaderGolden.path(entry.file))
      let names = try AmberTopology(path: ReaderGolden.path("\(molecule).prmtop")).molecule
      let system = try file.makeSystem(molecule: names)
      let facts = entry.facts
      #expect(file.particleCount == facts.atoms)
      #expect(close(file.masses.reduce(0, +), facts.mass_sum))
      let bonds = try #require(system.term(HarmonicBonds.self)).bonds
      #expect(bonds.count == facts.bonds)
      #expect(close(bonds.reduce(0) { $0 + $1.forceConstant }, facts.bond_constant_sum))
      #expect(system.term(HarmonicAngles.self)?.angles.count == facts.angles)
      #expect(system.term(PeriodicTorsions.self)?.torsions.count == facts.torsions)
      let nonbonded = try #require(system.term(Nonbonded.self))
      #expect(nonbonded.exceptions.count == facts.exceptions)
      #expect(close(nonbonded.exceptions.reduce(0) { $0 + $1.chargeProduct }, facts.exception_charge_product_sum))
      #expect(system.term(CMAPTorsions.self)?.torsions.count == facts.cmap_torsions)
    }
  }

  @Test func recognisesSolvents() throws {
    func solvation(_ file: String) throws -> GeneralizedBorn {
      try OpenMMSystemFile(path: ReaderGolden.path(file)).terms.compactMap { $0 as? GeneralizedBorn }.first!
    }
    let builtIn = try solvation("ala-amber99_obc.xml").parameters
    #expect(builtIn.model == "OBC2" && builtIn.solventDielectric == 78.3 && builtIn.countsEngulfedAtoms)
    let obc1 = try solvation("ala-obc1-2nm.xml")
    #expect(obc1.parameters.model == "OBC1" && obc1.parameters.cutoff == 2)
    #expect(obc1.parameters.coulombConstant == 138.935485 && !obc1.parameters.countsEngulfedAtoms)
    #expect(obc1.parameters.surfaceArea == GeneralizedBorn.SurfaceArea())
    #expect(obc1.particles[0].alpha == 0.8 && obc1.particles[0].beta == 0 && obc1.particles[0].gamma == 2.909125)
    let obc2 = try solvation("hiecys-obc2-bare.xml").parameters
    #expect(obc2.model == "OBC2" && obc2.surfaceArea == nil && obc2.cutoff == nil)
    let gbn2 = try solvation("hiecys-gbn2-short-salt.xml").parameters
    #expect(gbn2.model == "GBn2" && gbn2.inverseDebyeLength == 1.2 && gbn2.soluteDielectric == 2)
    #expect(gbn2.radiusOffset == 0.0195141 && gbn2.neck?.scale == 0.826836 && gbn2.neck?.cut == 0.68)
  }

  /// What OpenMM 7 wrote: fewer attributes, no force names, the charge called q, a product with the step function.
  @Test func olderVersions() throws {
    var text = try text("ala-obc1-2nm.xml")
    let expected = try read(text)
    for (old, new) in [
      (" usesPeriodic=\"0\" version=\"2\"", " version=\"1\""),
      (" exceptionsUsePeriodic=\"0\"", ""), (" includeDirectSpace=\"1\"", ""), ("version=\"4\"", "version=\"1\""),
      (" recipForceGroup=\"-1\"", ""), ("\t\t\t<ParticleOffsets/>\n", ""), ("\t\t\t<ExceptionOffsets/>\n", ""),
      (" forceGroup=\"0\"", ""), ("<Parameter name=\"charge\"/>", "<Parameter name=\"q\"/>"),
      ("*charge^2/", "*q^2/"), ("*charge1*charge2*", "*q1*q2*"), ("\t\t\t<EnergyParameterDerivatives/>\n", ""),
      (
        "select(step(r+sr2-or1), 0.5*(1/L-1/U+0.25*(r-sr2^2/r)*(1/(U^2)-1/(L^2))+0.5*log(L/U)/r), 0)",
        "step(r+sr2-or1)*0.5*(1/L-1/U+0.25*(r-sr2^2/r)*(1/(U^2)-1/(L^2))+0.5*log(L/U)/r)"
      ),
    ] {
      #expect(text.contains(old), "\(old)")
      text = text.replacingOccurrences(of: old, with: new)
    }
    let found = try read(text)
    let (a, b) = (
      found.terms.compactMap { $0 as? GeneralizedBorn }, expected.terms.compactMap { $0 as? GeneralizedBorn }
    )
    #expect(a.count == 1 && a[0].particles == b[0].particles && a[0].parameters == b[0].parameters)
    let (c, d) = (found.terms.compactMap { $0 as? Nonbonded }, expected.terms.compactMap { $0 as? Nonbonded })
    #expect(c[0].particles == d[0].particles && c[0].exceptions == d[0].exceptions && c[0].cutoff == d[0].cutoff)
  }

  /// File, what is replaced by what, and words of the message.
  @Test(arguments: [
    ("ala-vacuum.xml", "type=\"HarmonicBondForce\"", "type=\"CustomBondForce\"", "CustomBondForce"),
    ("ala-vacuum.xml", "type=\"CMMotionRemover\"", "type=\"MonteCarloBarostat\"", "MonteCarloBarostat"),
    ("ala-vacuum.xml", "usesPeriodic=\"0\"", "usesPeriodic=\"1\"", "periodic boundary"),
    ("ala-vacuum.xml", "method=\"0\"", "method=\"4\"", "PME"),
    ("ala-vacuum-short.xml", "useSwitchingFunction=\"0\"", "useSwitchingFunction=\"1\"", "switching"),
    (
      "ala-vacuum.xml", "<Constraints/>", "<Constraints><Constraint d=\".1\" p1=\"0\" p2=\"1\"/></Constraints>",
      "constraints"
    ),
    (
      "ala-vacuum.xml", "<Particle mass=\"12.01\"/>",
      "<Particle mass=\"0\"><TwoParticleAverageSite p1=\"0\" p2=\"1\" w1=\".5\" w2=\".5\"/></Particle>", "virtual sites"
    ),
    ("ala-vacuum.xml", "<Particle mass=\"12.01\"/>", "<Particle mass=\"0\"/>", "mass"),
    ("ala-vacuum.xml", "<ParticleOffsets/>", "<ParticleOffsets><Offset/></ParticleOffsets>", "offsets"),
    ("ala-vacuum.xml", "p1=\"0\"", "p1=\"22\"", "0 to 21"), ("ala-vacuum.xml", "p1=\"0\"", "p1=\"-1\"", "-1"),
    ("ala-vacuum.xml", "p1=\"0\"", "p1=\"99999999999999999999\"", "integer"),
    ("ala-vacuum.xml", "periodicity=\"2\"", "periodicity=\"2000000000\"", "0 to 12"),
    ("ala-vacuum.xml", "sig=\"1\"", "sig=\"nan\"", "finite"), ("ala-vacuum.xml", "sig=\"1\"", "sigma=\"1\"", "sig"),
    ("ala-vacuum.xml", "<Bonds>", "<Springs/><Bonds>", "Springs"), ("ala-vacuum.xml", "<Bonds>", "<Bonds>text", "text"),
    ("ala-vacuum.xml", " nx=\"0\"", " newOption=\"0\"", "newOption"),
    ("ala-vacuum.xml", "version=\"4\"", "version=\"5\"", "version"),
    ("ala-vacuum.xml", "<System ", "<ForceField ", "XML"), ("ala-vacuum.xml", "</System>", "", "XML"),
    ("ala-vacuum.xml", "<?xml version=\"1.0\" ?>", "<!DOCTYPE a [<!ENTITY b \"b\">]>", "document types"),
    ("ala-vacuum.xml", "<?xml version=\"1.0\" ?>", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>", "encoding"),
    (
      "ala-amber99_obc.xml", "method=\"0\" name=\"GBSAOBCForce\"", "method=\"2\" name=\"GBSAOBCForce\"",
      "CutoffPeriodic"
    ),
    ("ala-amber99_obc.xml", "r=\".19\"", "r=\".009\"", "radius"),
    ("ala-amber99_obc.xml", "scale=\".72\"/>", "scale=\".72\"/><Particle q=\"0\" r=\".1\" scale=\"1\"/>", "22"),
    ("ala-obc1-2nm.xml", "tanh(0.8*psi+2.909125*psi^3)", "tanh(0.8*psi+2.909125*psi^4)", "known Born model"),
    (
      "ala-obc1-2nm.xml", "1/(1/or-tanh(0.8*psi+2.909125*psi^3)/radius);psi=I*or; radius=or+offset; offset=0.009",
      "1/(1/or-I)", "HCT"
    ),
    ("ala-obc1-2nm.xml", "(1/f-0.5)", "(1/f-0.4)", "shift"),
    ("ala-obc1-2nm.xml", "(1/f-0.5);", "(1/f-0.5)*2;", "known Born model"),
    (
      "ala-obc1-2nm.xml", "f=sqrt(r^2+B1*B2*exp(-r^2/(4*B1*B2))); solventDielectric=78.5",
      "f=sqrt(r^2+B1*B2*exp(-r^2/(4*B1*B2))); solventDielectric=78.4", "disagree"
    ),
    ("ala-obc1-2nm.xml", "28.3919551*(radius+0.14)^2", "28.3919551*(radius+0.14)^3", "known Born model"),
    ("ala-obc1-2nm.xml", "U=r+sr2;", "U=r-sr2;", "known Born model"),
    ("ala-obc1-2nm.xml", "<Exclusions/>", "<Exclusions><Exclusion p1=\"0\" p2=\"1\"/></Exclusions>", "exclusions"),
    ("ala-gbn2.xml", "xsize=\"5\"", "xsize=\"4\"", "ysize"),
    ("ala-gbn2.xml", "0.3*1000000", "0.3*100000", "known Born model"),
  ]) func refuses(file: String, old: String, new: String, words: String) throws {
    var text = try text(file)
    let range = try #require(text.range(of: old), "\(file) has no \(old)")
    text.replaceSubrange(range, with: new)
    let error = try #require(inputError { _ = try read(text) }, "\(new) was accepted")
    #expect(error.description.contains(words), "\(error)")
    #expect(error.line != nil, "\(error)")
  }

  @Test func namesForceAndLine() throws {
    let text = try text("ala-vacuum.xml")
    let changed = text.replacingOccurrences(of: "type=\"PeriodicTorsionForce\"", with: "type=\"RBTorsionForce\"")
    let line = changed.components(separatedBy: "\n").firstIndex { $0.contains("RBTorsionForce") }! + 1
    let error = try #require(inputError { _ = try read(changed) })
    #expect(error.line == line)
    #expect(error.problem.hasPrefix("RBTorsionForce: "))
  }

  /// Neither deep nesting nor a large flat file takes long or much memory.
  @Test(.timeLimit(.minutes(1))) func hostileShapes() throws {
    let deep = String(repeating: "<a>", count: 200_000)
    #expect(inputError { _ = try read(deep) }?.problem.contains("nested") == true)
    let wide = "<System version=\"1\"><Particles>" + String(repeating: "<Particle/>", count: 100_000)
    #expect(inputError { _ = try read(wide) } != nil)
    let long = "<System version=\"" + String(repeating: "1", count: 1_000_000) + "\"/>"
    #expect(inputError { _ = try read(long) } != nil)
    let laughs = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><System>&b;</System>"
    #expect(inputError { _ = try read(laughs) }?.problem.contains("document types") == true)
    #expect(inputError { _ = try read("<System>&b;</System>") } != nil)
    #expect(inputError { _ = try read("") } != nil)
    // An attribute cut within a character.
    let cut = Array("<System\nversion=\"\u{e9}\"/>".utf8).filter { $0 != 0xA9 }
    let error = inputError { try withTemporaryFile(cut) { _ = try OpenMMSystemFile(path: $0) } }
    #expect(error?.line == 2 && error?.expected == "UTF-8")
  }

  /// XML that is legal or nearly so, but nothing that OpenMM writes.
  @Test(arguments: [
    "<a:System xmlns:a=\"b\" a:version=\"1\"/>", "<System xmlns=\"x\" version=\"1\"/>", "<System version=\"\"/>",
    "<System version=\"1\" version=\"1\"/>", "<System version=\"&#0;\"/>", "<System version=\"&#xD800;\"/>",
    "<System version=\"&lt;&amp;&#233;\"/>", "<System version=\"&a;\"/>", "<?xml-stylesheet a=\"b\"?><System/>",
    "<!-- comment --><System version=\"1\"><!-- - -- --></System>", "<System version='1'></Sistem>", "<System", "<",
    "</a>",
    "<System/><System/>", "<System version=\"1\"/>text", "\u{FEFF}<System version=\"2\"/>", "<S\u{e9}/>",
    "<System a:b:c=\"1\"/>",
    "<:/>", "<a:/>", "<System :a=\"1\"/>", "<System version=1/>", "<?xml version=\"9\"?><System/>", "<?xml?><System/>",
    "<System \u{1}=\"1\"/>", "]]>", "<System><![CDATA[x]]></System>", "<!DOCTYPE System><System/>",
  ]) func refusesOddMarkup(text: String) throws { #expect(inputError { _ = try read(text) } != nil) }

  @Test func comparesMolecule() throws {
    let file = try OpenMMSystemFile(path: ReaderGolden.path("ala-vacuum.xml"))
    let names = try AmberTopology(path: ReaderGolden.path("ala.prmtop")).molecule
    let other = try AmberTopology(path: ReaderGolden.path("hiecys.prmtop")).molecule
    let count = inputError { _ = try file.makeSystem(molecule: other) }
    #expect(count?.expected == "31 particles" && count?.found == "22")

    var swapped = names
    swapped.atoms.swapAt(0, 1)
    #expect(inputError { _ = try file.makeSystem(molecule: swapped) }?.problem.contains("mass") == true)

    // Hydrogens of different groups exchanged: the masses agree, the bonds do not.
    let (first, second) = (1, 13)
    let rewired = Molecule(
      atoms: names.atoms, residues: names.residues,
      bonds: names.bonds.map { bond in
        func moved(_ atom: Int) -> Int { atom == first ? second : atom == second ? first : atom }
        return Bond(moved(bond.first), moved(bond.second))
      })
    #expect(names.atoms[second].element == .hydrogen)
    #expect(inputError { _ = try file.makeSystem(molecule: rewired) }?.problem.contains("bond") == true)
  }

  @Test func acceptsRepartitionedMasses() throws {
    let path = ReaderGolden.path("ala-vacuum.xml")
    var names = try AmberTopology(path: ReaderGolden.path("ala.prmtop")).molecule
    for bond in names.bonds {
      for (heavy, light) in [(bond.first, bond.second), (bond.second, bond.first)]
      where names.atoms[light].element == .hydrogen {
        names.atoms[light].mass += 1
        names.atoms[heavy].mass -= 1
      }
    }
    let system = try OpenMMSystemFile(path: path).makeSystem(molecule: names)
    #expect(system.notes.contains { $0.value.contains("repartitioned") })
    #expect(abs(system.molecule.atoms[1].mass - 1.008) < 1e-12)
    names.atoms[1].mass += 1
    #expect(inputError { _ = try OpenMMSystemFile(path: path).makeSystem(molecule: names) } != nil)
  }
}
