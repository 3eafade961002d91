import Energies

/// From one target to another, u_β = (1 − β) u_start + β u_end.
///
/// Weights of paths that start from samples of exp(−u_start) have the mean Z_end/Z_start.
public struct LinearPath<Start: TargetDensity, End: TargetDensity>: AnnealingPath {
  public let start: Start
  public let end: End

  public init(from start: Start, to end: End) {
    precondition(start.dimension == end.dimension, "both densities must be of one molecule")
    self.start = start
    self.end = end
  }

  public var dimension: Int { end.dimension }

  public func potentials(of x: borrowing Configurations) throws -> PathPotentials {
    PathPotentials(start: try start.reducedPotentials(of: x), end: try end.reducedPotentials(of: x))
  }

  public func potentials(of x: borrowing Configurations, gradients: inout PathGradients) throws -> PathPotentials {
    PathPotentials(
      start: try start.reducedPotentials(of: x, gradient: &gradients.start),
      end: try end.reducedPotentials(of: x, gradient: &gradients.end))
  }
}

/// From one temperature to another along 1/T: u_β = U [(1 − β)/kT_start + β/kT_end]. One evaluation of the energy serves
/// both ends.
public struct TemperaturePath<Potential: Energy>: AnnealingPath {
  public let energy: Potential
  public let start: ThermodynamicState
  public let end: ThermodynamicState

  public init(_ energy: Potential, from start: ThermodynamicState, to end: ThermodynamicState) {
    self.energy = energy
    self.start = start
    self.end = end
  }

  public var dimension: Int { energy.dimension }

  public func potentials(of x: borrowing Configurations) throws -> PathPotentials {
    potentials(of: try energy.energies(of: x))
  }

  public func potentials(of x: borrowing Configurations, gradients: inout PathGradients) throws -> PathPotentials {
    let energies = try energy.energies(of: x, forces: &gradients.end)
    gradients.start = gradients.end
    for i in gradients.end.coordinates.indices {
      gradients.start.coordinates[i] *= -1 / start.kT
      gradients.end.coordinates[i] *= -1 / end.kT
    }
    return potentials(of: energies)
  }

  private func potentials(of energies: [Double]) -> PathPotentials {
    PathPotentials(start: energies.map { $0 * (1 / start.kT) }, end: energies.map { $0 * (1 / end.kT) })
  }
}
