import Energies
import Sampling

/// From a flow's density q to the target's p²/q in scaled coordinates y: the density under which importance sampling of
/// ∫ p²/q, whose minimum over q is at q = p, has no variance (Midgley et al. 2023, arXiv:2208.01893).
///
/// u_start = −log q, u_end = 2u + log q, with u the potential on y that `FlowPath` has. For one thread.
struct AlphaTwoPath<Target: TargetDensity>: AnnealingPath {
  private let path: FlowPath<Target>

  init(_ flow: NormalizingFlow, target: Target) { path = FlowPath(flow, target: target) }

  var dimension: Int { path.dimension }

  func potentials(of y: borrowing Configurations) throws -> PathPotentials {
    squared(try path.potentials(of: y))
  }

  func potentials(of y: borrowing Configurations, gradients: inout PathGradients) throws -> PathPotentials {
    let potentials = try path.potentials(of: y, gradients: &gradients)
    for i in gradients.end.coordinates.indices {
      gradients.end.coordinates[i] = 2 * gradients.end.coordinates[i] - gradients.start.coordinates[i]
    }
    return squared(potentials)
  }

  private func squared(_ found: PathPotentials) -> PathPotentials {
    PathPotentials(start: found.start, end: zip(found.start, found.end).map { 2 * $1 - $0 })
  }
}
