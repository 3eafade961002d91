import Energies
import Randomness
import Sampling

/// A block of a stochastic normalizing flow that moves samples by a Markov kernel of the density exp(−u_λ),
/// u_λ = (1 − λ) u_base + λ u_target, and can be differentiated through.
///
/// Moves are functions of the sample and of noise that is drawn beforehand, so that derivatives of what comes after go back
/// through them (Wu, Köhler, Noé 2020, arXiv:2002.06707).
public protocol StochasticLayer: Sendable {
  /// λ
  var interpolation: Double { get }

  /// Moves every sample, numbered from `first`.
  ///
  /// - Returns: the moved samples, ln[P(x ← y)/P(y ← x)] of each path x → y, and what `pullBack` needs.
  func move(
    _ x: Configurations, first: Int, density: some TargetDensity, using random: RandomStream
  ) throws -> LayerPath

  /// Derivatives with respect to where a path begins of L = f(y) − Σ weightₛ · logRatioₛ, from ∂f/∂y.
  func pullBack(
    _ adjoint: Configurations, weights: [Double], along path: LayerPath, density: some TargetDensity
  ) throws -> Configurations
}

/// The way of samples through a stochastic layer.
public struct LayerPath: Sendable {
  /// Samples before the first step, and after every step that `pullBack` has to know of.
  public var places: [Configurations]
  public var logRatios: [Double]

  public var end: Configurations { places.last! }
}

/// (1 − λ) u_base + λ u_target, each looked at only where its coefficient is not zero.
struct InterpolatedDensity<Target: TargetDensity>: TargetDensity {
  let base: any DifferentiableProposal
  let target: Target
  let interpolation: Double
  var dimension: Int { base.dimension }

  func reducedPotentials(of x: borrowing Configurations) throws -> [Double] {
    let start = interpolation < 1 ? try base.logDensities(of: x).map { -$0 } : []
    let end = interpolation > 0 ? try target.reducedPotentials(of: x) : []
    return mixed(start, end, count: x.count)
  }

  func reducedPotentials(of x: borrowing Configurations, gradient: inout Configurations) throws -> [Double] {
    var ofBase = Configurations(count: x.count, dimension: dimension)
    gradient = ofBase
    let start = interpolation < 1 ? try base.logDensities(of: x, gradient: &ofBase).map { -$0 } : []
    let end = interpolation > 0 ? try target.reducedPotentials(of: x, gradient: &gradient) : []
    for i in gradient.coordinates.indices {
      let own = interpolation > 0 ? interpolation * gradient.coordinates[i] : 0
      gradient.coordinates[i] = own - (interpolation < 1 ? (1 - interpolation) * ofBase.coordinates[i] : 0)
    }
    return mixed(start, end, count: x.count)
  }

  private func mixed(_ start: [Double], _ end: [Double], count: Int) -> [Double] {
    (0..<count).map { sample in
      (interpolation < 1 ? (1 - interpolation) * start[sample] : 0)
        + (interpolation > 0 ? interpolation * end[sample] : 0)
    }
  }
}
