import Energies
import Foundation

/// Internal coordinates as numbers of order one: bonds, angles and dihedrals between siblings as deviations from a centre in
/// units of a width, (q − center)/width; torsions about bonds as they are, on the circle.
public struct CoordinateScaling: Sendable, Equatable, Codable {
  public struct Range: Sendable, Equatable, Codable {
    public var center: Double
    public var width: Double

    public init(center: Double, width: Double) {
      precondition(width > 0)
      self.center = center
      self.width = width
    }
  }

  /// One row of a z-matrix.
  public struct Row: Sendable, Equatable, Codable {
    /// nm
    public var bond: Range
    /// rad; nil in the first row.
    public var angle: Range?
    /// A dihedral from a sibling, rad; nil for other torsions.
    public var sibling: Range?
    /// Whether the row has a torsion on the whole circle.
    public var isFree: Bool
  }

  public var rows: [Row]

  public init(rows: [Row]) { self.rows = rows }

  /// From the force field and one structure: lengths and angles of the harmonic terms with their thermal widths √(kT/k),
  /// and dihedrals between siblings as in the structure.
  ///
  /// Particles without bonds have the structure's lengths and angles, with widths of a tenth.
  ///
  /// - Throws: `InputError` where a bond or angle of the z-matrix has no harmonic term.
  public init(_ system: MolecularSystem, zMatrix: ZMatrix, structure: Configurations, state: ThermodynamicState) throws
  {
    let bonded = BondedTerms(system)
    let (q, _) = InternalCoordinates(zMatrix).inverseAndLogDet(structure)
    if system.molecule.bonds.isEmpty {
      func range(_ value: Double) -> Range { Range(center: value, width: 0.1 * value) }
      rows = zMatrix.rows.indices.map { index in
        let offset = ZMatrix.offset(ofRow: index)
        return Row(
          bond: range(q[0, offset]), angle: index > 0 ? range(max(0.1, q[0, offset + 1])) : nil, isFree: index > 1)
      }
      return
    }
    rows = try zMatrix.rows.enumerated().map { index, row in
      let bond = try bonded.bond(row.atom, row.bonded)
      var scaled = Row(
        bond: Range(center: bond.length, width: (state.kT / bond.forceConstant).squareRoot()), isFree: false)
      guard let angled = row.angled else { return scaled }
      let angle = try bonded.angle(row.atom, row.bonded, angled)
      scaled.angle = Range(center: angle.angle, width: (state.kT / angle.forceConstant).squareRoot())
      guard row.twisted != nil else { return scaled }
      if row.isSibling {
        // The dihedral is held by the angles between siblings, which are about as stiff as the angle to the parent.
        let width = (state.kT / angle.forceConstant).squareRoot() / sin(angle.angle)
        scaled.sibling = Range(center: q[0, ZMatrix.offset(ofRow: index) + 2], width: 1.3 * width)
      } else {
        scaled.isFree = true
      }
      return scaled
    }
  }

  /// The same kinds of coordinates with centres and widths that are the means and deviations of samples.
  ///
  /// - Parameter q: internal coordinates, at least two samples.
  public func fitted(to q: borrowing Configurations) -> CoordinateScaling {
    precondition(q.count > 1)
    var result = self
    for index in rows.indices {
      let offset = ZMatrix.offset(ofRow: index)
      // Where the samples do not differ, the range that there was stays.
      func moments(_ coordinate: Int, about center: Double?, or old: Range) -> Range {
        // Angles between siblings are unwrapped about the centre that they had.
        let values = (0..<q.count).map { sample in
          let value = q[sample, coordinate]
          return center.map { $0 + remainder(value - $0, 2 * Double.pi) } ?? value
        }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
        guard variance > 0, variance.isFinite else { return old }
        return Range(center: mean, width: variance.squareRoot())
      }
      result.rows[index].bond = moments(offset, about: nil, or: rows[index].bond)
      if let angle = rows[index].angle { result.rows[index].angle = moments(offset + 1, about: nil, or: angle) }
      if let sibling = rows[index].sibling {
        result.rows[index].sibling = moments(offset + 2, about: sibling.center, or: sibling)
      }
    }
    return result
  }

  /// Every internal coordinate in its order: its range, nil for free torsions; whether it is an angle on the circle; and where
  /// it is possible at all.
  var coordinates: [(range: Range?, isDihedral: Bool, possible: ClosedRange<Double>?)] {
    rows.flatMap { row in
      var coordinates: [(range: Range?, isDihedral: Bool, possible: ClosedRange<Double>?)] = [
        (row.bond, false, 0...Double.infinity)
      ]
      if let angle = row.angle { coordinates.append((angle, false, 0...Double.pi)) }
      if let sibling = row.sibling { coordinates.append((sibling, true, nil)) }
      if row.isFree { coordinates.append((nil, true, nil)) }
      return coordinates
    }
  }

  /// Whether numbers from a file are a scaling.
  var isValid: Bool {
    coordinates.allSatisfy { $0.range.map { $0.width > 0 && $0.width.isFinite && $0.center.isFinite } ?? true }
  }

  /// log |∂q/∂(scaled)| = Σ log width.
  public var logVolume: Double {
    rows.reduce(0) { sum, row in
      sum + log(row.bond.width) + (row.angle.map { log($0.width) } ?? 0) + (row.sibling.map { log($0.width) } ?? 0)
    }
  }
}

/// The harmonic terms of a system by the atoms they hold.
struct BondedTerms {
  private let molecule: Molecule
  private var bonds: [Bond: HarmonicBonds.Parameters] = [:]
  private var angles: [[Int]: HarmonicAngles.Parameters] = [:]

  init(_ system: MolecularSystem) {
    molecule = system.molecule
    for bond in system.term(HarmonicBonds.self)?.bonds ?? [] where bond.forceConstant > 0 {
      bonds[Bond(bond.i, bond.j)] = bond
    }
    for angle in system.term(HarmonicAngles.self)?.angles ?? [] where angle.forceConstant > 0 {
      angles[[min(angle.i, angle.k), angle.j, max(angle.i, angle.k)]] = angle
    }
  }

  func bond(_ i: Int, _ j: Int) throws -> HarmonicBonds.Parameters {
    guard let found = bonds[Bond(i, j)] else { throw missing("bond", [i, j]) }
    return found
  }

  func angle(_ i: Int, _ vertex: Int, _ k: Int) throws -> HarmonicAngles.Parameters {
    guard let found = angles[[min(i, k), vertex, max(i, k)]] else { throw missing("angle", [i, vertex, k]) }
    return found
  }

  private func missing(_ kind: String, _ atoms: [Int]) -> InputError {
    let names = atoms.map(molecule.label(ofAtom:)).joined(separator: " – ")
    return InputError(
      "system", "internal coordinates need a harmonic \(kind) term",
      expected: "a \(kind) term with a positive force constant for \(names)", found: "none",
      advice: "check that the force field covers these atoms, and that the system has no constraints")
  }
}
