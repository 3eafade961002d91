import Energies
import Randomness

/// Metropolis-adjusted Langevin (MALA): the move of `OverdampedLangevin`, accepted with
/// min(1, e^{u(x) − u(y)} q(x ← y)/q(y ← x)).
///
/// Source: Rossky, Doll, Friedman 1978, doi:10.1063/1.436415; Roberts & Tweedie 1996, doi:10.2307/3318418.
public struct MetropolisAdjustedLangevin: Kernel {
  public static let name = "mala"
  public static let isMetropolised = true
  public static let usesGradient = true
  public var velocityVariances: [Double]? { nil }
  public var evaluationsPerStep: Int { 1 }
  /// ε, in squared units of x.
  public var stepSize: Double

  public init(stepSize: Double) {
    precondition(stepSize > 0)
    self.stepSize = stepSize
  }

  public func step(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> Transition {
    let noise = StepNoise(random)
    let move = try LangevinMove(walkers, stepSize: stepSize, target: target, noise: noise)
    var acceptance = [Double](repeating: 0, count: walkers.count)
    for w in 0..<walkers.count {
      let logRatio = walkers.reducedPotentials[w] - move.potentials[w] + move.logReverseOverForward(w)
      acceptance[w] = MetropolisDecision.probability(logRatio)
      if MetropolisDecision.accepts(logRatio, logUniform: noise.logUniform(walker: walkers.first + w)) {
        walkers.take(w, x: move.y, potential: move.potentials[w], gradient: move.gradient)
      }
    }
    return Transition(acceptance: acceptance)
  }

  public func pathStep(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> PathTransition {
    try reversiblePathStep(&walkers, target: target, using: random)
  }
}
