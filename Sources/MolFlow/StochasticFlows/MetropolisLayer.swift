import Energies
import Randomness
import Sampling

/// Steps of random-walk Metropolis as a layer: y = x + σ η where accepted.
///
/// Detailed balance makes the ratio of a path u_λ(y) − u_λ(x), whatever its number of steps. Differentiation takes accepted
/// moves as constant shifts, ∂y/∂x = 1: the derivative of the acceptance is left out, as in Wu, Köhler, Noé 2020,
/// arXiv:2002.06707.
public struct MetropolisLayer: StochasticLayer {
  public let interpolation: Double
  /// σ
  public let stepSize: Double
  public let steps: Int

  public init(interpolation: Double, stepSize: Double, steps: Int) {
    precondition((0...1).contains(interpolation) && stepSize > 0 && steps > 0)
    (self.interpolation, self.stepSize, self.steps) = (interpolation, stepSize, steps)
  }

  public func move(
    _ x: Configurations, first: Int, density: some TargetDensity, using random: RandomStream
  ) throws -> LayerPath {
    let kernel = RandomWalkMetropolis(stepSize: stepSize)
    var walkers = try kernel.start(at: x, first: first, target: density, using: random.child(-1))
    let before = walkers.reducedPotentials
    for step in 0..<steps { _ = try kernel.step(&walkers, target: density, using: random.child(step)) }
    let ratios = zip(walkers.reducedPotentials, before).map { $0 == $1 ? 0 : $0 - $1 }
    return LayerPath(places: [x, walkers.x], logRatios: ratios)
  }

  public func pullBack(
    _ adjoint: Configurations, weights: [Double], along path: LayerPath, density: some TargetDensity
  ) throws -> Configurations {
    var (before, after) = (adjoint, adjoint)
    _ = try density.reducedPotentials(of: path.places[0], gradient: &before)
    _ = try density.reducedPotentials(of: path.end, gradient: &after)
    var result = adjoint
    for sample in 0..<result.count {
      for c in 0..<result.dimension {
        result[sample, c] += weights[sample] * (before[sample, c] - after[sample, c])
      }
    }
    return result
  }
}
