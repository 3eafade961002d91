import Randomness

/// A target whose answers are known: a potential to try samplers, flows and estimators on.
///
/// Units: the energy is the reduced potential u itself, in kT (`kT` = 1), and lengths are the model's own. Where `Energy`
/// says kJ/mol and nm, read kT and that length; the Boltzmann density is exp(−u). Models that do not care where the
/// whole cluster is (`ParticleCluster`) have this density on the subspace in which the mean position is zero.
///
/// A new model is one file and one line in the tests' registry.
public protocol ModelSystem: Energy {
  /// Name for messages and registries, for example "double_well".
  static var name: String { get }

  /// u at one point of `dimension` coordinates; also overwrites `force` with −∂u/∂x where it is given.
  ///
  /// +∞ where the point is impossible (the force may then be anything), NaN only where a coordinate is not a finite number.
  func reducedPotential(
    at x: UnsafeBufferPointer<Double>, force: UnsafeMutableBufferPointer<Double>?
  ) -> Double

  /// ln ∫ exp(−u) over the space on which the density lives, exact or by quadrature to at least ten digits; nil where
  /// nobody knows it. Models with a quadrature compute it at each call.
  var logPartitionFunction: Double? { get }

  /// ⟨x⟩ and ⟨x²⟩ − ⟨x⟩² of each coordinate, exact or by quadrature; nil where unknown.
  var coordinateMoments: CoordinateMoments? { get }
}

/// Mean and variance of each coordinate, shape `[dimension]`.
public struct CoordinateMoments: Sendable, Equatable {
  public var means: [Double]
  public var variances: [Double]

  public init(means: [Double], variances: [Double]) {
    self.means = means
    self.variances = variances
  }
}

/// A model from which independent samples can be drawn.
public protocol ExactlySampledModel: ModelSystem {
  /// Independent samples of exp(−u)/Z, shape `[count][dimension]`.
  func exactSamples(_ count: Int, using random: inout RandomStream) -> Configurations
}

extension ModelSystem {
  /// What divides the energy to give the reduced potential, as `ThermodynamicState.kT` does for molecules.
  public static var kT: Double { 1 }

  public var coordinateMoments: CoordinateMoments? { nil }

  public func energies(of x: borrowing Configurations) throws(EnergyError) -> [Double] {
    try checkDimension(of: x.dimension)
    var energies = [Double](repeating: 0, count: x.count)
    x.coordinates.withUnsafeBufferPointer { coordinates in
      for sample in energies.indices {
        let range = sample * dimension..<(sample + 1) * dimension
        energies[sample] = reducedPotential(at: UnsafeBufferPointer(rebasing: coordinates[range]), force: nil)
      }
    }
    try checkNumbers(energies)
    return energies
  }

  public func energies(
    of x: borrowing Configurations, forces: inout Configurations
  ) throws(EnergyError) -> [Double] {
    try checkDimension(of: x.dimension)
    forces = Configurations(count: x.count, dimension: dimension)
    var energies = [Double](repeating: 0, count: x.count)
    x.coordinates.withUnsafeBufferPointer { coordinates in
      forces.coordinates.withUnsafeMutableBufferPointer { forces in
        for sample in energies.indices {
          let range = sample * dimension..<(sample + 1) * dimension
          let force = UnsafeMutableBufferPointer(rebasing: forces[range])
          energies[sample] = reducedPotential(at: UnsafeBufferPointer(rebasing: coordinates[range]), force: force)
          if energies[sample] == .infinity { force.update(repeating: .nan) }
        }
      }
    }
    try checkNumbers(energies)
    return energies
  }

  private func checkDimension(of found: Int) throws(EnergyError) {
    guard found == dimension else { throw .dimensionMismatch(expected: dimension, found: found) }
  }

  private func checkNumbers(_ energies: [Double]) throws(EnergyError) {
    if let sample = energies.firstIndex(where: \.isNaN) { throw .notANumber(sample: sample, term: Self.name) }
  }
}
