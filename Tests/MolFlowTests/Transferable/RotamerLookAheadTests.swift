import Energies
import Foundation
import Testing

@testable import MolFlow

/// What arms reach that stand later than a torsion.
@Suite struct RotamerLookAheadTests {
  /// χ₃ of arginine places NE; beyond it χ₄ has 54 rotamers, and carries CZ, NH1 and NH2 and their hydrogens. Built here atom by atom, summed over pairs.
  @Test("The end of arginine's arm, rotamer by rotamer")
  func arginine() throws {
    let (subject, structure) = try TransferableFieldTests.subject("RG")
    let molecule = subject.system.molecule
    // Without the solvent, whose screening is another test's.
    let system = MolecularSystem(
      molecule: molecule, terms: subject.system.terms.filter { !($0 is GeneralizedBorn) })
    let zMatrix = subject.coordinates.zMatrix
    func row(_ name: String) throws -> Int {
      try #require(zMatrix.rows.firstIndex { molecule.label(ofAtom: $0.atom) == "ARG-1:\(name)" })
    }
    let index = try row("NE")
    let placed = Set([zMatrix.root] + zMatrix.rows[..<index].map(\.atom))
    let own = zMatrix.rows[index], range = subject.scaling.rows[index]
    let geometry = try #require(
      FollowingGeometry(
        of: index, zMatrix: zMatrix, scaling: subject.scaling, placed: placed, flat: FlatBonds(system)))
    let ahead = RotamerLookAhead(geometry, rings: [], zMatrix: zMatrix, system: system)
    let positions = (0..<zMatrix.atomCount).map { structure.position(sample: 0, atom: $0) }
    let cone = PlacementCone(
      bond: range.bond.center, angle: range.angle!.center, origin: positions[own.bonded],
      axisEnd: positions[own.angled!], plane: positions[own.twisted!])
    let angles = (0..<24).map { -Double.pi + 2 * Double.pi * Double($0) / 24 }
    var grid = TurningGrid(nodes: 24)
    // Hot, because without the solvent both ends repel each other by more than counts.
    let kT = 100 * subject.kT
    let found = ahead.evaluate(&grid, cone, positions: positions.map { SIMD3<Float>($0) }, kT: kT)

    let nonbonded = try #require(system.term(Nonbonded.self))
    let neighbours = molecule.neighbours
    func united(_ atom: Int) -> Double {
      nonbonded.particles[atom].charge
        + neighbours[atom].filter { molecule.atoms[$0].element == .hydrogen }
        .reduce(0) { $0 + nonbonded.particles[$1].charge }
    }
    let cz = try row("CZ")
    let others = try ["HE", "NH1", "NH2", "HH11", "HH12", "HH21", "HH22"].map(row).sorted()
    let center = subject.scaling.rows
    for (k, torsion) in angles.enumerated() {
      var share = 0.0
      for rotamer in 0..<54 {
        var x = positions
        func put(_ number: Int, _ dihedral: Double) {
          let next = zMatrix.rows[number]
          x[next.atom] = PlacementCone(
            bond: center[number].bond.center, angle: center[number].angle!.center, origin: x[next.bonded],
            axisEnd: x[next.angled!], plane: x[next.twisted!]
          ).place(SIMD2(cos(dihedral), sin(dihedral)))
        }
        put(index, torsion)
        put(cz, .pi + 2 * .pi * Double(rotamer) / 54)
        for number in others { put(number, center[number].sibling?.center ?? .pi) }
        var energy = 0.0
        for atom in ([cz] + others).map({ zMatrix.rows[$0].atom }) {
          for other in placed where other != own.bonded && other != own.angled {
            let ofCarbon = molecule.atoms[other].element == .carbon
            guard molecule.atoms[other].element != .hydrogen || molecule.atoms[neighbours[other][0]].element != .carbon
            else { continue }
            let charge = molecule.atoms[atom].element == .carbon ? united(atom) : nonbonded.particles[atom].charge
            let charges = charge * (ofCarbon ? united(other) : nonbonded.particles[other].charge)
            guard !nonbonded.exceptions.contains(where: { Set([$0.i, $0.j]) == Set([atom, other]) }) else { continue }
            let away = x[atom] - x[other]
            let distance = max((away * away).sum().squareRoot(), 0.03)
            let (one, two) = (nonbonded.particles[atom], nonbonded.particles[other])
            let ratio = (one.sigma + two.sigma) / 2 / distance
            energy +=
              4 * (one.epsilon * two.epsilon).squareRoot() * (pow(ratio, 12) - pow(ratio, 6))
              + Units.coulombConstant * charges / distance
          }
        }
        share += exp(-min(10, energy / kT))
      }
      #expect(abs(found[k] + kT * log(share / 54)) < 1e-4 * kT, "\(k)")
    }
    #expect(found.max()! - found.min()! > 0.1 * kT)
  }

  /// χ₁ of lysine places CG; beyond it 9 bent rotamers of χ₂, 9 of χ₃ and 9 of χ₄ place CD, CE and NZ, each of which stands for its hydrogens.
  @Test("Lysine's arm, torsion after torsion, whether hopeless arms are followed or not")
  func lysine() throws {
    let (subject, structure) = try TransferableFieldTests.subject("DK")
    let molecule = subject.system.molecule
    let system = MolecularSystem(
      molecule: molecule, terms: subject.system.terms.filter { !($0 is GeneralizedBorn) })
    let zMatrix = subject.coordinates.zMatrix
    let rows = try ["CG", "CD", "CE", "NZ"].map { name in
      try #require(zMatrix.rows.firstIndex { molecule.label(ofAtom: $0.atom) == "LYS-2:\(name)" })
    }
    let placed = Set([zMatrix.root] + zMatrix.rows[..<rows[0]].map(\.atom))
    let own = zMatrix.rows[rows[0]], range = subject.scaling.rows
    let geometry = try #require(
      FollowingGeometry(
        of: rows[0], zMatrix: zMatrix, scaling: subject.scaling, placed: placed, flat: FlatBonds(system)))
    let ahead = RotamerLookAhead(geometry, rings: [], zMatrix: zMatrix, system: system)
    let positions = (0..<zMatrix.atomCount).map { structure.position(sample: 0, atom: $0) }
    let cone = PlacementCone(
      bond: range[rows[0]].bond.center, angle: range[rows[0]].angle!.center, origin: positions[own.bonded],
      axisEnd: positions[own.angled!], plane: positions[own.twisted!])
    var grid = TurningGrid(nodes: 16)
    let kT = 20 * subject.kT
    let found = ahead.evaluate(&grid, cone, positions: positions.map { SIMD3<Float>($0) }, kT: kT)

    let nonbonded = try #require(system.term(Nonbonded.self))
    let neighbours = molecule.neighbours
    let united = molecule.atoms.indices.map { atom in
      neighbours[atom].filter { molecule.atoms[$0].element == .hydrogen }
        .reduce(nonbonded.particles[atom].charge) { $0 + nonbonded.particles[$1].charge }
    }
    let standing = placed.filter { atom in
      atom != own.bonded && atom != own.angled
        && (molecule.atoms[atom].element != .hydrogen || molecule.atoms[neighbours[atom][0]].element != .carbon)
    }
    func energy(_ row: Int, _ x: [SIMD3<Double>]) -> Double {
      let atom = zMatrix.rows[row].atom
      return standing.reduce(0) { sum, other in
        guard !nonbonded.exceptions.contains(where: { Set([$0.i, $0.j]) == Set([atom, other]) }) else { return sum }
        let away = x[atom] - x[other]
        let distance = max((away * away).sum().squareRoot(), 0.03)
        let (one, two) = (nonbonded.particles[atom], nonbonded.particles[other])
        let ratio = (one.sigma + two.sigma) / 2 / distance
        let charge = molecule.atoms[other].element == .carbon ? united[other] : nonbonded.particles[other].charge
        return sum + 4 * (one.epsilon * two.epsilon).squareRoot() * (pow(ratio, 12) - pow(ratio, 6))
          + Units.coulombConstant * united[atom] * charge / distance
      }
    }
    let bent = (0..<9).map { number -> Double in
      let degrees = 120 * (number / 3) + 20 * (number % 3 - 1)
      return .pi + Double(degrees) * .pi / 180
    }
    let even = (0..<9).map { .pi + 2 * .pi * Double($0) / 9 }
    func put(_ row: Int, _ dihedral: Double, _ x: inout [SIMD3<Double>]) {
      let next = zMatrix.rows[row]
      x[next.atom] = PlacementCone(
        bond: range[row].bond.center, angle: range[row].angle!.center, origin: x[next.bonded],
        axisEnd: x[next.angled!], plane: x[next.twisted!]
      ).place(SIMD2(cos(dihedral), sin(dihedral)))
    }
    for k in 0..<16 {
      var x = positions
      put(rows[0], -Double.pi + 2 * Double.pi * Double(k) / 16, &x)
      var share = 0.0
      for second in bent {
        put(rows[1], second, &x)
        let atDelta = energy(rows[1], x)
        for third in bent {
          put(rows[2], third, &x)
          let atEpsilon = energy(rows[2], x)
          for fourth in even {
            put(rows[3], fourth, &x)
            share += exp(-min(10, (atDelta + atEpsilon + energy(rows[3], x)) / kT))
          }
        }
      }
      #expect(abs(found[k] + kT * log(share / 729)) < 1e-3 * kT, "\(k)")
    }
    #expect(found.max()! - found.min()! > 0.1 * kT)
  }

  @Test(
    "Arms are where torsions carry further ones, and not in rings",
    arguments: [
      ("RG", "ARG-1:CG", true), ("RG", "ARG-1:CZ", false), ("VG", "VAL-1:CG1", false), ("PG", "PRO-1:CG", false),
    ])
  func arms(sequence: String, atom: String, hasArm: Bool) throws {
    let (subject, _) = try TransferableFieldTests.subject(sequence)
    let zMatrix = subject.coordinates.zMatrix
    let index = try #require(zMatrix.rows.firstIndex { subject.system.molecule.label(ofAtom: $0.atom) == atom })
    let geometry = FollowingGeometry(
      of: index, zMatrix: zMatrix, scaling: subject.scaling,
      placed: Set([zMatrix.root] + zMatrix.rows[..<index].map(\.atom)), flat: FlatBonds(subject.system))
    let guide = TorsionGuide(
      subject.system, zMatrix: zMatrix, scaling: subject.scaling, nodes: 24, kT: subject.kT)
    let arm = geometry.map {
      RotamerLookAhead($0, rings: Set(guide.closingRows), zMatrix: zMatrix, system: subject.system)
    }
    #expect((arm.map { !$0.isEmpty } ?? false) == hasArm)
  }
}
