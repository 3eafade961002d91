import Foundation
import Randomness

/// Independent angles, each with the density e^{κ cos(x − μ)}/(2π I₀(κ)) of von Mises; κ = 0 is the uniform density.
///
/// Angles are drawn in [−π, π) and have the same density one turn on.
public struct VonMisesProposal: CoordinatewiseProposal {
  /// μ, rad.
  public let means: [Double]
  /// κ
  public let concentrations: [Double]
  private let logNormalisers: [Double]

  public init(means: [Double], concentrations: [Double]) {
    precondition(means.count == concentrations.count && !means.isEmpty)
    precondition(concentrations.allSatisfy { $0 >= 0 && $0 <= 1e6 }, "concentrations from 0 to 10⁶")
    self.means = means
    self.concentrations = concentrations
    logNormalisers = concentrations.map { $0 + Self.logOfScaledIntegral($0) }
  }

  /// ln ∫ e^{κ(cos t − 1)} dt over a turn; the trapezoidal rule converges exponentially.
  private static func logOfScaledIntegral(_ concentration: Double) -> Double {
    let points = 64 + 16 * Int(concentration.squareRoot().rounded(.up))
    let sum = (0..<points).reduce(0.0) { sum, k in
      sum + exp(concentration * (cos(2 * Double.pi * Double(k) / Double(points)) - 1))
    }
    return log(2 * Double.pi * sum / Double(points))
  }

  public var dimension: Int { means.count }

  public func draw(coordinate i: Int, using random: inout RandomStream) -> Double {
    let angle = remainder(means[i] + random.vonMises(concentration: concentrations[i]), 2 * Double.pi)
    return angle < Double.pi ? angle : -Double.pi
  }

  public func logDensity(coordinate i: Int, at x: Double) -> (value: Double, slope: Double) {
    let turn = x - means[i]
    return (concentrations[i] * cos(turn) - logNormalisers[i], -concentrations[i] * sin(turn))
  }
}
