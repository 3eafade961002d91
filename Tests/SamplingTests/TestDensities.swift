import Energies
import Foundation
import Randomness
import Sampling

/// A model system as a target: its energy is in kT already.
struct ModelDensity<Model: ModelSystem>: TargetDensity {
  let model: Model

  var dimension: Int { model.dimension }

  func reducedPotentials(of x: borrowing Configurations) throws -> [Double] { try model.energies(of: x) }

  func reducedPotentials(of x: borrowing Configurations, gradient: inout Configurations) throws -> [Double] {
    let u = try model.energies(of: x, forces: &gradient)
    for i in gradient.coordinates.indices { gradient.coordinates[i] *= -1 }
    return u
  }
}

/// u = (1 − β) u₀ + β u₁: the geometric path between two densities.
struct InterpolatedDensity: TargetDensity {
  let start: any TargetDensity
  let end: any TargetDensity
  let beta: Double

  var dimension: Int { start.dimension }

  func reducedPotentials(of x: borrowing Configurations) throws -> [Double] {
    zip(try start.reducedPotentials(of: x), try end.reducedPotentials(of: x)).map(mix)
  }

  func reducedPotentials(of x: borrowing Configurations, gradient: inout Configurations) throws -> [Double] {
    var other = gradient
    let u0 = try start.reducedPotentials(of: x, gradient: &gradient)
    let u1 = try end.reducedPotentials(of: x, gradient: &other)
    for i in gradient.coordinates.indices {
      gradient.coordinates[i] = mix(gradient.coordinates[i], other.coordinates[i])
    }
    return zip(u0, u1).map(mix)
  }

  /// An end that has no part in the mixture may be infinite.
  private func mix(_ a: Double, _ b: Double) -> Double {
    beta == 0 ? a : beta == 1 ? b : (1 - beta) * a + beta * b
  }
}

/// u = eˣ − a x, the density of the logarithm of a gamma variable: a long tail to the left and a steep right flank.
///
/// Z = Γ(a); for a = 2 the mean is 1 − γ, the variance π²/6 − 1 and the third central moment 2 − 2ζ(3).
struct LogGammaDensity: ExactlySampledModel {
  static let name = "log_gamma"
  /// a
  let shape: Int

  var dimension: Int { 1 }

  func reducedPotential(at x: UnsafeBufferPointer<Double>, force: UnsafeMutableBufferPointer<Double>?) -> Double {
    let e = exp(x[0])
    force?[0] = Double(shape) - e
    return e == .infinity ? .infinity : e - Double(shape) * x[0]
  }

  var logPartitionFunction: Double? { lgamma(Double(shape)) }

  func exactSamples(_ count: Int, using random: inout RandomStream) -> Configurations {
    let values = (0..<count).map { _ in log((0..<shape).reduce(0.0) { sum, _ in sum + random.exponential() }) }
    return Configurations(count: count, dimension: 1, coordinates: values)
  }
}

/// u = ½ x₀² + ½ Σ xᵢ² on x₀ > 0 and +∞ elsewhere: a hard wall through the middle of a normal density.
struct HardWallDensity: ExactlySampledModel {
  static let name = "hard_wall"
  let dimension: Int

  func reducedPotential(at x: UnsafeBufferPointer<Double>, force: UnsafeMutableBufferPointer<Double>?) -> Double {
    var sum = 0.0
    for i in 0..<dimension {
      sum += 0.5 * x[i] * x[i]
      force?[i] = -x[i]
    }
    return x[0] <= 0 ? .infinity : sum
  }

  var logPartitionFunction: Double? { 0.5 * Double(dimension) * log(2 * Double.pi) - log(2) }

  func exactSamples(_ count: Int, using random: inout RandomStream) -> Configurations {
    var x = Configurations(count: count, dimension: dimension, coordinates: random.normals(count * dimension))
    for w in 0..<count { x[w, 0] = abs(x[w, 0]) }
    return x
  }
}
