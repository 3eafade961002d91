import Energies

/// A density exp(−u(x)) known up to its normaliser; the only view of physics that samplers have.
public protocol TargetDensity: Sendable {
  /// Length of one configuration.
  var dimension: Int { get }

  /// u, in kT, `[count]`; +∞ for an impossible configuration.
  func reducedPotentials(of x: borrowing Configurations) throws -> [Double]

  /// u, and ∂u/∂x `[count][dimension]` written to `gradient`.
  func reducedPotentials(of x: borrowing Configurations, gradient: inout Configurations) throws -> [Double]
}

/// The Boltzmann distribution of an energy at a temperature, u = U/kT.
public struct BoltzmannDensity<Potential: Energy>: TargetDensity {
  public let energy: Potential
  public let state: ThermodynamicState

  public init(_ energy: Potential, state: ThermodynamicState) {
    self.energy = energy
    self.state = state
  }

  public var dimension: Int { energy.dimension }

  public func reducedPotentials(of x: borrowing Configurations) throws -> [Double] {
    let beta = 1 / state.kT
    return try energy.energies(of: x).map { $0 * beta }
  }

  public func reducedPotentials(of x: borrowing Configurations, gradient: inout Configurations) throws -> [Double] {
    let beta = 1 / state.kT
    let energies = try energy.energies(of: x, forces: &gradient)
    for i in gradient.coordinates.indices { gradient.coordinates[i] *= -beta }
    return energies.map { $0 * beta }
  }
}
