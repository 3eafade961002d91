import Energies
import Foundation

/// What lies within reach of a free torsion: −log of the mean of e^{−u} over the rotamers of the next torsions beyond it, where u is what the atoms
/// that these carry would meet among the atoms that stand.
///
/// An arm as long as arginine's is placed one torsion after the other, and the first has to know whether the end may reach a carboxylate four bonds later.
/// Rotamers are three of each bond between tetrahedral atoms and six of others, and arms end where there would be more than 54. An arm that holds on to something
/// is bent, so tetrahedral bonds are also turned from their rotamers by 20° either way, and the last torsion has as many angles as make about 54, 160 or 700 arms of one,
/// two or three torsions. Arms are rigid and have heavy atoms only, with the charges of the hydrogens on them, and meet what is more than three bonds away, where carbon
/// too stands for its hydrogens; where one torsion is left its polar hydrogens are there too. It is a hint for a network, not an energy.
struct RotamerLookAhead: Sendable {
  private let arms: TurningArms

  private static let mostRotamers = 54
  /// rad
  private static let bent = Double.pi / 9
  /// Of the last torsion, where none, one or two others come before it.
  private static let anglesOfLast = [54, 18, 9]
  /// kT. Rigid arms clash where real ones give way.
  private static let highest = 10.0
  /// kT. No attraction makes up for such a clash.
  private static let hopeless = 50.0

  var isEmpty: Bool { arms.isEmpty }

  /// - Parameter rings: rows whose torsions close rings, and turn nothing.
  init(_ geometry: FollowingGeometry, rings: Set<Int>, zMatrix: ZMatrix, system: MolecularSystem) {
    let molecule = system.molecule
    let neighbours = molecule.neighbours
    let particles = system.term(Nonbonded.self)?.particles ?? []
    func isTetrahedral(_ atom: Int) -> Bool {
      neighbours[atom].count == 4 || molecule.atoms[atom].element == .sulfur
    }
    let charges = particles.indices.map { atom in
      neighbours[atom].reduce(particles[atom].charge) { sum, other in
        molecule.atoms[other].element == .hydrogen ? sum + particles[other].charge : sum
      }
    }
    let standing = geometry.standing.filter { atom in
      molecule.atoms[atom].element != .hydrogen
        || neighbours[atom].contains { molecule.atoms[$0].element != .carbon }
    }
    // Polar hydrogens count for themselves among those that stand.
    let chargesOfStanding = particles.indices.map { atom in
      molecule.atoms[atom].element == .carbon ? charges[atom] : particles[atom].charge
    }
    func isPolarHydrogen(_ atom: Int) -> Bool {
      molecule.atoms[atom].element == .hydrogen
        && neighbours[atom].contains { molecule.atoms[$0].element != .carbon }
    }
    var pairs: [Int: Range<Int>] = [:]
    // Hydrogen bonds matter where one torsion is left, and cost too much before.
    func sites(_ atoms: [Int], _ places: [Int: SIMD3<Double>], areLast: Bool, of arms: inout TurningArms)
      -> [TurningArms.Site]
    {
      atoms.filter {
        $0 < particles.count && (molecule.atoms[$0].element != .hydrogen || areLast && isPolarHydrogen($0))
      }
      .map { atom in
        if pairs[atom] == nil {
          let isUnited = molecule.atoms[atom].element == .carbon || !areLast
          pairs[atom] = arms.append(
            PlacementPairs(
              ofUnited: atom, charge: isUnited ? charges[atom] : particles[atom].charge, with: standing,
              charges: chargesOfStanding, in: system))
        }
        return TurningArms.Site(local: SIMD3<Float>(geometry.local(places[atom]!)), pairs: pairs[atom]!)
      }
    }
    // Torsions beyond, the first ones first, and how many rotamers each has.
    func torsions(_ places: [Int: SIMD3<Double>], arms: Int) -> [(row: Int, rotamers: Int)] {
      guard let next = geometry.nextTorsion(places, besides: rings, in: molecule) else { return [] }
      let row = zMatrix.rows[next]
      let rotamers = isTetrahedral(row.bonded) && isTetrahedral(row.angled!) ? 3 : 6
      guard arms * rotamers <= Self.mostRotamers else { return [] }
      return [(next, rotamers)] + torsions(geometry.turned(next, by: .pi, from: places).places, arms: arms * rotamers)
    }
    // Torsions that are not tetrahedral are those of backbones: what lies beyond them is not one arm.
    func angles(_ torsions: [(row: Int, rotamers: Int)]) -> [(row: Int, angles: [Double])] {
      let before = torsions.dropLast()
      let isSaturated = before.allSatisfy { $0.rotamers == 3 }
      return torsions.enumerated().map { number, torsion in
        func even(_ count: Int) -> [Double] { (0..<count).map { .pi + 2 * .pi * Double($0) / Double(count) } }
        guard number == before.count else {
          let offsets = isSaturated ? [-Self.bent, 0, Self.bent] : [0]
          return (torsion.row, even(torsion.rotamers).flatMap { rotamer in offsets.map { rotamer + $0 } })
        }
        let arms =
          isSaturated ? Self.anglesOfLast[before.count] : Self.mostRotamers / before.reduce(1) { $0 * $1.rotamers }
        return (torsion.row, even(max(1, arms / torsion.rotamers) * torsion.rotamers))
      }
    }
    func grow(
      _ arms: inout TurningArms, _ places: [Int: SIMD3<Double>], _ torsions: ArraySlice<(row: Int, angles: [Double])>,
      areLast: Bool
    ) {
      guard let next = torsions.first else { return }
      for angle in next.angles {
        let (turned, added) = geometry.turned(next.row, by: angle, from: places)
        arms.appendSegment(sites(added, turned, areLast: areLast, of: &arms)) {
          grow(&$0, turned, torsions.dropFirst(), areLast: areLast)
        }
      }
    }
    var places = geometry.start
    _ = geometry.grow(&places)
    let beyond = angles(torsions(places, arms: 1))
    var arms = TurningArms()
    grow(&arms, places, beyond[...], areLast: beyond.count == 1)
    self.arms = arms
  }

  /// The free energies at the nodes of the grid, kJ/mol.
  func evaluate(
    _ grid: inout TurningGrid, _ cone: PlacementCone, positions: [SIMD3<Float>], kT: Double
  ) -> [Double] {
    grid.set(
      arms, of: cone, positions: positions, kT: kT, highest: Self.highest, hopeless: Self.hopeless)
    // An energy that is no number tells nothing.
    return grid.arms[..<grid.nodes].map { $0 > 0 ? -kT * log(Double($0) / Double(arms.count)) : 0 }
  }
}
