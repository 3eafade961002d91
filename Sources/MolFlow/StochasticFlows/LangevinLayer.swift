import Energies
import Randomness
import Sampling

/// Steps of overdamped Langevin dynamics as a layer, without a Metropolis decision: y = x − ε ∇u_λ(x) + √(2ε) η.
///
/// ln(P_b/P_f) = ½|η|² − ½|η̃|² with η̃ = (x − y + ε ∇u_λ(y))/√(2ε). Derivatives need products of the Hessian with vectors, taken as
/// central differences of the gradient: for L = f(y) − w ln(P_b/P_f), with a = ∂f/∂y + w (ε H(y) η̃ − η̃)/√(2ε),
/// ∂L/∂x = a − ε H(x) a + w η̃/√(2ε).
///
/// Source: Wu, Köhler, Noé 2020, arXiv:2002.06707, section 4.
public struct LangevinLayer: StochasticLayer {
  public let interpolation: Double
  /// ε, in squared units of x.
  public let stepSize: Double
  public let steps: Int
  /// Length of the difference along a vector, in units of x.
  private static var difference: Double { 1e-4 }

  public init(interpolation: Double, stepSize: Double, steps: Int) {
    precondition((0...1).contains(interpolation) && stepSize > 0 && steps > 0)
    (self.interpolation, self.stepSize, self.steps) = (interpolation, stepSize, steps)
  }

  public func move(
    _ x: Configurations, first: Int, density: some TargetDensity, using random: RandomStream
  ) throws -> LayerPath {
    let kernel = OverdampedLangevin(stepSize: stepSize)
    var walkers = try kernel.start(at: x, first: first, target: density, using: random.child(-1))
    var path = LayerPath(places: [x], logRatios: [Double](repeating: 0, count: x.count))
    for step in 0..<steps {
      let transition = try kernel.pathStep(&walkers, target: density, using: random.child(step))
      for sample in path.logRatios.indices { path.logRatios[sample] += transition.logPathRatios[sample] }
      path.places.append(walkers.x)
    }
    return path
  }

  public func pullBack(
    _ adjoint: Configurations, weights: [Double], along path: LayerPath, density: some TargetDensity
  ) throws -> Configurations {
    var result = adjoint
    let scale = (2 * stepSize).squareRoot()
    for step in (0..<steps).reversed() {
      let (x, y) = (path.places[step], path.places[step + 1])
      var gradient = y
      _ = try density.reducedPotentials(of: y, gradient: &gradient)
      var eta = y
      for i in eta.coordinates.indices {
        eta.coordinates[i] = (x.coordinates[i] - y.coordinates[i] + stepSize * gradient.coordinates[i]) / scale
      }
      let curved = try Self.hessianProduct(eta, at: y, density)
      // A walker that stayed has no path to differentiate.
      let moved = (0..<y.count).filter { sample in
        (0..<y.dimension).contains { x[sample, $0] != y[sample, $0] }
      }
      for sample in moved {
        for c in 0..<y.dimension {
          result[sample, c] += weights[sample] * (stepSize * curved[sample, c] - eta[sample, c]) / scale
        }
      }
      let back = try Self.hessianProduct(result, at: x, density)
      for sample in moved {
        for c in 0..<y.dimension {
          result[sample, c] += weights[sample] * eta[sample, c] / scale - stepSize * back[sample, c]
        }
      }
    }
    return result
  }

  /// H v by central differences along v, for each sample with a length of its own.
  private static func hessianProduct(
    _ v: Configurations, at x: Configurations, _ density: some TargetDensity
  ) throws -> Configurations {
    var (ahead, behind) = (x, x)
    var lengths = [Double](repeating: 0, count: x.count)
    for sample in 0..<x.count {
      let norm = (0..<x.dimension).reduce(0) { $0 + v[sample, $1] * v[sample, $1] }.squareRoot()
      lengths[sample] = norm > 0 ? difference / norm : 0
      for c in 0..<x.dimension {
        ahead[sample, c] += lengths[sample] * v[sample, c]
        behind[sample, c] -= lengths[sample] * v[sample, c]
      }
    }
    var (high, low) = (x, x)
    _ = try density.reducedPotentials(of: ahead, gradient: &high)
    _ = try density.reducedPotentials(of: behind, gradient: &low)
    for sample in 0..<x.count {
      for c in 0..<x.dimension {
        high[sample, c] = lengths[sample] > 0 ? (high[sample, c] - low[sample, c]) / (2 * lengths[sample]) : 0
      }
    }
    return high
  }
}
