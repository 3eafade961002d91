import CLaneKernels
import Energies

/// How many atoms, and how much charge, stand at which distance from the place of an atom that a torsion puts somewhere.
///
/// Shell s of width w has the weight max(0, 1 − |r − r₀ − ws|/w) at distance r, so a sum over shells with any strengths is a function of distance that
/// is linear between r₀ + ws: a potential that a network can choose for each torsion. Force fields do not have the one that is needed where an
/// arm must come near now to reach something three torsions later.
///
/// Atoms are heavy ones; charges are those of heavy atoms with their hydrogens.
struct RadialShells: Sendable {
  /// Numbers at each angle: atoms of each shell, then charges.
  static let count = 2 * Int(LANE_SHELLS)
  /// r₀ and w, nm.
  static let first: Float = 0.2
  static let width: Float = 0.1

  let others: [Int32]
  /// 1 and the charge, e, of each.
  let weights: [Float]

  /// - Parameter standing: the atoms that the torsion moves the new one against.
  init(_ standing: Set<Int>, system: MolecularSystem) {
    let molecule = system.molecule
    let neighbours = molecule.neighbours
    let particles = system.term(Nonbonded.self)?.particles ?? []
    func charge(_ atom: Int) -> Double { atom < particles.count ? particles[atom].charge : 0 }
    let heavy = standing.sorted().filter { molecule.atoms[$0].element != .hydrogen }
    others = heavy.map { Int32($0) }
    weights = heavy.flatMap { atom in
      let hydrogens = neighbours[atom].filter { molecule.atoms[$0].element == .hydrogen }
      return [1, Float(hydrogens.reduce(charge(atom)) { $0 + charge($1) })]
    }
  }
}
