/// A model of equal particles whose energy does not change under translation, rotation and permutation.
///
/// Its density exp(−u) cannot be normalised over all coordinates, because the cluster may be anywhere. It lives on the
/// subspace Σᵢ xᵢ = 0 with the length measure of that subspace: d (N − 1) degrees of freedom, orthonormal coordinates. In
/// coordinates relative to one particle, yᵢ = xᵢ − x₁, that measure is N^(−d/2) dy₂ … dy_N.
public protocol ParticleCluster: ModelSystem {
  /// N
  var particleCount: Int { get }
  /// d
  var spatialDimension: Int { get }
}

extension ParticleCluster {
  public var dimension: Int { particleCount * spatialDimension }

  /// d (N − 1)
  public var degreesOfFreedom: Int { (particleCount - 1) * spatialDimension }

  /// Σ over pairs of v(r²), calling `pair` with r² and, where forces are wanted, adding 2 v′(r²) (xᵢ − xⱼ) with opposite
  /// signs to the two particles. Two particles at one point give +∞.
  @inline(__always)
  func pairSum(
    at x: UnsafeBufferPointer<Double>, addingTo force: UnsafeMutableBufferPointer<Double>?,
    pair: (_ squaredDistance: Double) -> (energy: Double, derivative: Double)
  ) -> Double {
    let d = spatialDimension
    var sum = 0.0
    for i in 0..<particleCount {
      for j in 0..<i {
        var squared = 0.0
        for axis in 0..<d {
          let difference = x[i * d + axis] - x[j * d + axis]
          squared += difference * difference
        }
        guard squared != 0 else { return .infinity }
        let (energy, derivative) = pair(squared)
        sum += energy
        guard let force else { continue }
        for axis in 0..<d {
          let push = 2 * derivative * (x[i * d + axis] - x[j * d + axis])
          force[i * d + axis] -= push
          force[j * d + axis] += push
        }
      }
    }
    return sum
  }
}
