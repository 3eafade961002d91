import Energies

/// exp(−λ u(x)) of another density: the same energy at the temperature T/λ.
public struct TemperedDensity<Target: TargetDensity>: TargetDensity {
  public let target: Target
  /// λ; 1 is the target itself.
  public let scale: Double

  public init(_ target: Target, scale: Double) {
    precondition(scale > 0)
    (self.target, self.scale) = (target, scale)
  }

  public var dimension: Int { target.dimension }

  public func reducedPotentials(of x: borrowing Configurations) throws -> [Double] {
    try target.reducedPotentials(of: x).map { scale * $0 }
  }

  public func reducedPotentials(of x: borrowing Configurations, gradient: inout Configurations) throws -> [Double] {
    let potentials = try target.reducedPotentials(of: x, gradient: &gradient)
    for i in gradient.coordinates.indices { gradient.coordinates[i] *= scale }
    return potentials.map { scale * $0 }
  }
}
