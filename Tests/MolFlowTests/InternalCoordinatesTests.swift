import COpenBLAS
import Energies
import Foundation
import MolFlow
import Randomness
import Testing

/// A branched molecule with a ring, hydrogens and a four-fold centre; no symmetry.
enum TestMolecule {
  static let ringed: Molecule = {
    let elements: [Element] = [
      .hydrogen, .carbon, .hydrogen, .carbon, .nitrogen, .carbon, .carbon, .oxygen, .hydrogen, .carbon, .hydrogen,
      .sulfur, .hydrogen,
    ]
    let bonds = [
      (0, 1), (1, 2), (1, 3), (3, 4), (4, 5), (5, 6), (6, 3), (6, 7), (7, 8), (5, 9), (9, 10), (9, 11), (11, 12),
    ]
    return Molecule(
      atoms: elements.enumerated().map { Atom(name: "X\($0)", element: $1, mass: 12, residue: 0) },
      residues: [Residue(name: "TST", number: 1, atoms: 0..<elements.count)], bonds: bonds.map { Bond($0.0, $0.1) })
  }()
}

@Suite struct InternalCoordinatesTests {
  static func randomInternal(_ zMatrix: ZMatrix, count: Int, seed: UInt64) -> Configurations {
    var q = Configurations(count: count, dimension: zMatrix.coordinateCount)
    let random = RandomStream(seed: seed)
    for s in 0..<count {
      var stream = random.child(s)
      for row in zMatrix.rows.indices {
        let offset = ZMatrix.offset(ofRow: row)
        q[s, offset] = 0.09 + 0.1 * stream.uniform()
        if row > 0 { q[s, offset + 1] = 0.4 + 2.3 * stream.uniform() }
        if row > 1 { q[s, offset + 2] = Double.pi * (2 * stream.uniform() - 1) }
      }
    }
    return q
  }

  @Test("Every atom is placed once, from atoms placed before it")
  func order() throws {
    let zMatrix = try ZMatrix(TestMolecule.ringed)
    var placed: Set<Int> = [zMatrix.root]
    for (index, row) in zMatrix.rows.enumerated() {
      #expect(!placed.contains(row.atom))
      let references = [row.bonded, row.angled, row.twisted].compactMap { $0 }
      #expect(references.count == min(index + 1, 3))
      #expect(Set(references).count == references.count && placed.isSuperset(of: references))
      #expect(TestMolecule.ringed.bonds.contains(Bond(row.atom, row.bonded)))
      placed.insert(row.atom)
    }
    #expect(placed.count == TestMolecule.ringed.atomCount)
    #expect(zMatrix.ringClosures.count == 1)
  }

  /// The references of every atom stand before it whatever the order; a side chain may come before the residues that follow, or after.
  @Test("The backbone comes before side chains where that is asked for", arguments: ["RNK", "KW", "ACE-GLU-PHE-NME"])
  func backboneFirst(sequence: String) throws {
    let molecule = try MolecularSystem.peptide(
      withoutStructure: PeptideSequence(parsing: sequence), forceField: .shipped(named: "amber14"), solvent: nil,
      cutoff: nil
    ).molecule
    func sideChainsComeLast(_ zMatrix: ZMatrix) -> Bool {
      var places: [Int: Int] = [zMatrix.root: -1]
      for (place, row) in zMatrix.rows.enumerated() {
        #expect([row.bonded, row.angled, row.twisted].allSatisfy { $0 == nil || places[$0!] != nil })
        places[row.atom] = place
      }
      func placesOf(_ names: Set<String>) -> [Int] {
        molecule.atoms.indices.filter { names.contains(molecule.atoms[$0].name) }.map { places[$0]! }
      }
      return placesOf(["N", "CA", "C"]).max()! < placesOf(["CG", "CD1", "CD2"]).min()!
    }
    #expect(sideChainsComeLast(try ZMatrix(molecule, order: .backboneFirst)))
    let usual = try ZMatrix(molecule)
    #expect(!sideChainsComeLast(usual))
  }

  @Test(
    "Both directions invert each other to 1e-10 nm, and their log-determinants cancel",
    arguments: InstructionSet.allCases)
  func roundTrip(set: InstructionSet) throws {
    let coordinates = try InternalCoordinates(TestMolecule.ringed)
    let q = Self.randomInternal(coordinates.zMatrix, count: 203, seed: 5)
    let results = set.onThisThread {
      let (x, logDet) = coordinates.forwardAndLogDet(q)
      let (back, inverseLogDet) = coordinates.inverseAndLogDet(x)
      return (x, logDet, back, inverseLogDet, coordinates.forwardAndLogDet(back).value)
    }
    // A processor without these instructions has nothing to test.
    guard let (x, logDet, back, inverseLogDet, again) = results else { return }
    for i in q.coordinates.indices { #expect(abs(q.coordinates[i] - back.coordinates[i]) < 1e-10) }
    for i in x.coordinates.indices { #expect(abs(x.coordinates[i] - again.coordinates[i]) < 1e-10) }
    for s in 0..<q.count { #expect(abs(logDet[s] + inverseLogDet[s]) < 1e-10) }
  }

  @Test("Internal coordinates are bond, angle and IUPAC dihedral")
  func meaning() throws {
    let coordinates = try InternalCoordinates(TestMolecule.ringed)
    let (x, _) = coordinates.forwardAndLogDet(Self.randomInternal(coordinates.zMatrix, count: 3, seed: 8))
    let q = coordinates.inverseAndLogDet(x).value
    for s in 0..<3 {
      for (index, row) in coordinates.zMatrix.rows.enumerated() {
        let offset = ZMatrix.offset(ofRow: index)
        let a = x.position(sample: s, atom: row.atom), b = x.position(sample: s, atom: row.bonded)
        #expect(abs(((a - b) * (a - b)).sum().squareRoot() - q[s, offset]) < 1e-12)
        guard let angled = row.angled else { continue }
        let c = x.position(sample: s, atom: angled)
        let cosine =
          ((a - b) * (c - b)).sum() / ((a - b) * (a - b)).sum().squareRoot() / ((c - b) * (c - b)).sum().squareRoot()
        #expect(abs(acos(cosine) - q[s, offset + 1]) < 1e-9)
        guard let twisted = row.twisted else { continue }
        let d = x.position(sample: s, atom: twisted)
        #expect(abs(Dihedral(a, b, c, d).angle - q[s, offset + 2]) < 1e-10)
      }
    }
    // IUPAC 1974: looking along b–c, a clockwise turn from a to d is positive.
    let quarter = Dihedral(SIMD3(1, 0, 0), .zero, SIMD3(0, 0, 1), SIMD3(0, 1, 1))
    #expect(abs(quarter.angle - Double.pi / 2) < 1e-15)
  }

  /// log |det| by LU (LAPACK dgetrf) of a column-major matrix.
  static func logAbsoluteDeterminant(_ matrix: [Double], size: Int) -> Double {
    var a = matrix
    var n = Int32(size), info: Int32 = 0
    var pivots = [Int32](repeating: 0, count: size)
    dgetrf_(&n, &n, &a, &n, &pivots, &info)
    precondition(info == 0)
    return (0..<size).reduce(0) { $0 + log(abs(a[$1 * size + $1])) }
  }

  @Test("log J is that of all Cartesian coordinates against translation, rotation and internal coordinates")
  func jacobian() throws {
    let coordinates = try InternalCoordinates(TestMolecule.ringed)
    let q = Self.randomInternal(coordinates.zMatrix, count: 5, seed: 21)
    let (x, logDet) = coordinates.forwardAndLogDet(q)
    let n = x.dimension
    for s in 0..<q.count {
      var matrix = [Double](repeating: 0, count: n * n)
      for c in 0..<x.atomCount {
        let p = x.position(sample: s, atom: c)
        for axis in 0..<3 {
          // Translation, and infinitesimal rotation ω × x, whose group volume is 8π².
          matrix[axis * n + 3 * c + axis] = 1
          var omega = SIMD3<Double>()
          omega[axis] = 1
          let turned = cross(omega, p)
          for k in 0..<3 { matrix[(3 + axis) * n + 3 * c + k] = turned[k] }
        }
      }
      let h = 1e-4
      for column in 0..<q.dimension {
        // Fourth-order central difference: error of order h⁴.
        for (step, weight) in [(-2.0, 1.0 / 12), (-1, -2.0 / 3), (1, 2.0 / 3), (2, -1.0 / 12)] {
          var moved = q.slice(s..<s + 1)
          moved[0, column] += step * h
          let place = coordinates.forwardAndLogDet(moved).value
          for k in 0..<n { matrix[(6 + column) * n + k] += weight * place.coordinates[k] / h }
        }
      }
      #expect(abs(Self.logAbsoluteDeterminant(matrix, size: n) - logDet[s]) < 1e-6)
    }
  }

  @Test("The result is the same for any number of threads and any batch")
  func threads() throws {
    let coordinates = try InternalCoordinates(TestMolecule.ringed)
    var threaded = coordinates
    threaded.threads = 3
    let q = Self.randomInternal(coordinates.zMatrix, count: 29, seed: 2)
    let one = coordinates.forwardAndLogDet(q), three = threaded.forwardAndLogDet(q)
    #expect(one.value == three.value && one.logDet == three.logDet)
    #expect(coordinates.forwardAndLogDet(q.slice(7..<8)).value == one.value.slice(7..<8))
  }

  @Test("A molecule in two pieces is an error that names the atom")
  func pieces() {
    var molecule = TestMolecule.ringed
    molecule.bonds.removeAll { $0 == Bond(7, 8) }
    #expect(throws: InputError.self) { try ZMatrix(molecule) }
  }

  @Test("Small molecules: two and three atoms, and one without heavy atoms", arguments: [2, 3])
  func small(count: Int) throws {
    let molecule = Molecule(
      atoms: (0..<count).map { Atom(name: "H\($0)", element: .hydrogen, mass: 1, residue: 0) },
      residues: [Residue(name: "HHH", number: 1, atoms: 0..<count)], bonds: (1..<count).map { Bond(0, $0) })
    let coordinates = try InternalCoordinates(molecule)
    #expect(coordinates.zMatrix.coordinateCount == (count == 2 ? 1 : 3))
    let q = Self.randomInternal(coordinates.zMatrix, count: 4, seed: 3)
    let back = coordinates.inverseAndLogDet(coordinates.forwardAndLogDet(q).value).value
    for i in q.coordinates.indices { #expect(abs(q.coordinates[i] - back.coordinates[i]) < 1e-12) }
  }
}
