import Energies
import Foundation

/// What the atoms that a free torsion carries along meet among those that stand; see `FollowingGeometry`.
struct RigidFollowers: Sendable {
  struct Follower: Sendable {
    var atom: Int
    /// In the frame of the cone: along its axis, across and normal at torsion 0, nm.
    var local: SIMD3<Double>
    fileprivate var pairs: PlacementPairs
  }

  let followers: [Follower]

  init(_ geometry: FollowingGeometry, system: MolecularSystem) {
    var places = geometry.start
    followers = geometry.grow(&places).map { atom in
      Follower(
        atom: atom, local: geometry.local(places[atom]!),
        pairs: PlacementPairs(of: atom, with: geometry.standing, in: system))
    }
  }

  /// Energies of the followers with the atoms that stand, summed over them, into `grid.contact` and `grid.electrostatic`, kJ/mol.
  func evaluate(
    _ grid: inout PlacementGrid, _ cone: PlacementCone, directions: [SIMD2<Double>], positions: [SIMD3<Double>]
  ) {
    grid.clear()
    for follower in followers {
      for (k, direction) in directions.enumerated() { grid.set(k, cone.place(local: follower.local, direction)) }
      follower.pairs.add(to: &grid, positions: positions)
    }
  }
}
