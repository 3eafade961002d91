/// Particles that all prefer two distances: u = (1/τ) Σ_{i<j} [a (r − d₀) + b (r − d₀)² + c (r − d₀)⁴].
///
/// DW4 has four particles in the plane with a = 0, b = −4, c = 0.9, d₀ = 4, τ = 1. The paper's ½ Σ over ordered pairs
/// is this sum over pairs. At r = 0 the formula is finite (166.4 for DW4) but has no gradient; as for all energies here,
/// two particles at one point count as impossible, which changes no integral.
///
/// Source: Köhler, Klein, Noé 2020, "Equivariant flows: exact likelihood generative learning for symmetric densities",
/// arXiv:2006.02425.
public struct PairDoubleWell: ParticleCluster, Equatable {
  public static let name = "pair_double_well"
  public let particleCount: Int
  public let spatialDimension: Int
  public let a: Double
  public let b: Double
  public let c: Double
  /// d₀
  public let distance: Double
  /// τ
  public let temperature: Double

  /// Four particles in the plane.
  public static let dw4 = PairDoubleWell(particleCount: 4, spatialDimension: 2)

  public init(
    particleCount: Int, spatialDimension: Int, a: Double = 0, b: Double = -4, c: Double = 0.9, distance: Double = 4,
    temperature: Double = 1
  ) {
    precondition(particleCount > 1 && spatialDimension > 0 && c > 0 && temperature > 0)
    self.particleCount = particleCount
    self.spatialDimension = spatialDimension
    self.a = a
    self.b = b
    self.c = c
    self.distance = distance
    self.temperature = temperature
  }

  public func reducedPotential(
    at x: UnsafeBufferPointer<Double>, force: UnsafeMutableBufferPointer<Double>?
  ) -> Double {
    force?.update(repeating: 0)
    return pairSum(at: x, addingTo: force) { squared in
      let r = squared.squareRoot()
      let s = r - distance
      let energy = (s * (a + s * (b + c * s * s))) / temperature
      let derivative = (a + s * (2 * b + 4 * c * s * s)) / temperature
      return (energy, derivative / (2 * r))
    }
  }

  /// Known for DW4, on the mean-free subspace of 6 degrees of freedom: an integral over the distance of two particles of
  /// a two-dimensional convolution for the other two, all by the trapezoidal rule (Golden/make_models.py in the tests).
  public var logPartitionFunction: Double? { self == .dw4 ? 29.667_232_232_9 : nil }
}
