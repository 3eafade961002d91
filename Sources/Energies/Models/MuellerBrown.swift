import Foundation

/// The Müller–Brown surface, u = β Σₖ Aₖ exp(aₖ Δx² + bₖ Δx Δy + cₖ Δy²), Δx = x − Xₖ, Δy = y − Yₖ.
///
/// With the constants of the paper V = u/β has its minima at (−0.558, 1.442), (0.623, 0.028) and (−0.050, 0.467), of
/// −146.70, −108.17 and −80.77, and saddles of −40.66 and −72.25. V has no unit of its own; the default β = 0.1 puts the
/// highest barrier at 10.6 kT.
///
/// Source: Müller & Brown 1979, "Location of saddle points and minimum energy paths by a constrained simplex
/// optimization procedure", doi:10.1007/BF00547608.
public struct MuellerBrown: ModelSystem {
  public static let name = "mueller_brown"
  /// β, kT per unit of V.
  public let scale: Double

  public init(scale: Double = 0.1) {
    precondition(scale > 0)
    self.scale = scale
  }

  public var dimension: Int { 2 }

  private struct Hill {
    let height, a, b, c, x, y: Double
  }

  private static let hills = [
    Hill(height: -200, a: -1, b: 0, c: -10, x: 1, y: 0),
    Hill(height: -100, a: -1, b: 0, c: -10, x: 0, y: 0.5),
    Hill(height: -170, a: -6.5, b: 11, c: -6.5, x: -0.5, y: 1.5),
    Hill(height: 15, a: 0.7, b: 0.6, c: 0.7, x: -1, y: 1),
  ]

  public func reducedPotential(
    at x: UnsafeBufferPointer<Double>, force: UnsafeMutableBufferPointer<Double>?
  ) -> Double {
    let (u, gradient) = evaluate(x[0], x[1])
    force?[0] = -gradient.x
    force?[1] = -gradient.y
    return u
  }

  private func evaluate(_ x: Double, _ y: Double) -> (u: Double, gradient: SIMD2<Double>) {
    var sum = 0.0
    var gradient = SIMD2(0.0, 0.0)
    for hill in Self.hills {
      let dx = x - hill.x
      let dy = y - hill.y
      // The forms are definite: with the square completed both parts have one sign and cannot cancel as infinities.
      let slanted = dx + 0.5 * hill.b / hill.a * dy
      let exponent = hill.a * slanted * slanted + (hill.c - 0.25 * hill.b * hill.b / hill.a) * dy * dy
      let value = scale * hill.height * exp(exponent)
      sum += value
      gradient.x += value * (2 * hill.a * dx + hill.b * dy)
      gradient.y += value * (hill.b * dx + 2 * hill.c * dy)
    }
    return (sum, gradient)
  }

  /// By quadrature over −3.5 … 3 by −3 … 4.5, beyond which V is above 1000.
  public var logPartitionFunction: Double? { statistics.log }

  public var coordinateMoments: CoordinateMoments? {
    let statistics = statistics
    return CoordinateMoments(
      means: [statistics.mean.x, statistics.mean.y], variances: [statistics.variance.x, statistics.variance.y])
  }

  private var statistics: (log: Double, mean: SIMD2<Double>, variance: SIMD2<Double>) {
    let lowest = -147 * scale
    // The narrowest well has a width of 0.07/√(scale/0.1).
    let step = 0.0125 / max(1, (10 * scale).squareRoot())
    var zeroth = 0.0
    var first = SIMD2(0.0, 0.0)
    var second = SIMD2(0.0, 0.0)
    for x in stride(from: -3.5, through: 3, by: step) {
      for y in stride(from: -3, through: 4.5, by: step) {
        let density = exp(lowest - evaluate(x, y).u)
        zeroth += density
        first += density * SIMD2(x, y)
        second += density * SIMD2(x * x, y * y)
      }
    }
    let mean = first / zeroth
    return (log(zeroth * step * step) - lowest, mean, second / zeroth - mean * mean)
  }
}
