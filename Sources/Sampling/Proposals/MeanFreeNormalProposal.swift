import Energies
import Foundation
import Randomness

/// The normal density of N particles in d dimensions on the subspace where their mean position is zero:
/// log q = −½ Σᵢ |xᵢ − x̄|²/σ² − ½ d (N − 1) ln(2π σ²).
///
/// Draws are mean-free, and q is normalised on the d (N − 1) degrees of freedom of that subspace with its own length
/// measure, the one on which `ParticleCluster` has its partition function. A configuration elsewhere counts as its
/// mean-free part. Markov kernels that do not know of the subspace may therefore be used with this proposal and an
/// energy that does not change under translation, if they treat all particles alike (one step size, one mass): what they
/// do to the mean position is a random walk that neither density sees, and what they do to the rest is the same kernel in
/// orthonormal coordinates of the subspace. `removeMeans` brings clusters back.
public struct MeanFreeNormalProposal: DifferentiableProposal {
  /// N
  public let particleCount: Int
  /// d
  public let spatialDimension: Int
  /// σ, in units of x.
  public let width: Double

  public init(particleCount: Int, spatialDimension: Int = 3, width: Double = 1) {
    precondition(particleCount > 1 && spatialDimension > 0 && width > 0 && width.isFinite)
    self.particleCount = particleCount
    self.spatialDimension = spatialDimension
    self.width = width
  }

  public var dimension: Int { particleCount * spatialDimension }

  /// d (N − 1)
  public var degreesOfFreedom: Int { (particleCount - 1) * spatialDimension }

  /// Moves every cluster so that its mean position is zero.
  public func removeMeans(from x: inout Configurations) {
    precondition(x.dimension == dimension)
    for sample in 0..<x.count {
      for axis in 0..<spatialDimension {
        let coordinates = stride(from: axis, to: dimension, by: spatialDimension)
        let mean = coordinates.reduce(0) { $0 + x[sample, $1] } / Double(particleCount)
        for i in coordinates { x[sample, i] -= mean }
      }
    }
  }

  public func draw(_ range: Range<Int>, from random: RandomStream) -> (x: Configurations, logQ: [Double]) {
    var x = Configurations(count: range.count, dimension: dimension)
    for (sample, index) in range.enumerated() {
      var stream = random.child(index)
      for i in 0..<dimension { x[sample, i] = width * stream.normal() }
    }
    removeMeans(from: &x)
    return (x, logDensities(ofMeanFree: x))
  }

  public func logDensities(of x: borrowing Configurations) -> [Double] {
    var centred = copy x
    removeMeans(from: &centred)
    return logDensities(ofMeanFree: centred)
  }

  public func logDensities(of x: borrowing Configurations, gradient: inout Configurations) -> [Double] {
    gradient = copy x
    removeMeans(from: &gradient)
    let logQ = logDensities(ofMeanFree: gradient)
    for i in gradient.coordinates.indices { gradient.coordinates[i] *= -1 / (width * width) }
    return logQ
  }

  private func logDensities(ofMeanFree x: Configurations) -> [Double] {
    let logNormaliser = 0.5 * Double(degreesOfFreedom) * log(2 * Double.pi * width * width)
    return (0..<x.count).map { sample in
      let squared = (0..<dimension).reduce(0) { $0 + x[sample, $1] * x[sample, $1] }
      return -0.5 * squared / (width * width) - logNormaliser
    }
  }
}
