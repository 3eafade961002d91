import Energies
import Foundation

/// What the atoms that a free torsion carries along meet among those that stand; see `FollowingGeometry`.
struct RigidFollowers: Sendable {
  struct Follower: Sendable {
    var atom: Int
    /// In the frame of the cone: along its axis, across and normal at torsion 0, nm.
    var local: SIMD3<Float>
    fileprivate var pairs: PlacementPairs
  }

  let followers: [Follower]

  init(_ geometry: FollowingGeometry, system: MolecularSystem) {
    var places = geometry.start
    followers = geometry.grow(&places).map { atom in
      Follower(
        atom: atom, local: SIMD3<Float>(geometry.local(places[atom]!)),
        pairs: PlacementPairs(of: atom, with: geometry.standing, in: system))
    }
  }

  /// Energies of the followers with the atoms that stand, summed over them, into `grid.contact` and `grid.electrostatic`, kJ/mol.
  func evaluate(_ grid: inout TurningGrid, _ cone: PlacementCone, positions: [SIMD3<Float>]) {
    grid.clear()
    for follower in followers { grid.add(follower.pairs, at: follower.local, of: cone, positions: positions) }
  }
}
