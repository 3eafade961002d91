import Energies
import Randomness

/// Hamiltonian Monte Carlo: fresh velocities, L steps of velocity Verlet, accepted with min(1, e^{−ΔH}).
///
/// Source: Duane, Kennedy, Pendleton, Roweth 1987, doi:10.1016/0370-2693(87)91197-X.
public struct HamiltonianMonteCarlo: Kernel {
  public static let name = "hmc"
  public static let isMetropolised = true
  public static let usesGradient = true
  public let velocityVariances: [Double]?
  /// Time step h of the integrator.
  public var stepSize: Double
  /// L
  public var leapfrogSteps: Int
  public var evaluationsPerStep: Int { leapfrogSteps }

  /// - Parameter velocityVariances: σ² of each coordinate, kT/m for molecules; 1 for model systems.
  public init(velocityVariances: [Double], stepSize: Double, leapfrogSteps: Int) {
    precondition(stepSize > 0 && leapfrogSteps > 0 && velocityVariances.allSatisfy { $0 > 0 })
    self.velocityVariances = velocityVariances
    self.stepSize = stepSize
    self.leapfrogSteps = leapfrogSteps
  }

  public func step(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> Transition {
    let noise = StepNoise(random)
    refreshVelocities(&walkers, noise)
    return try MetropolisedTrajectory(variances: velocityVariances!, timeStep: stepSize, steps: leapfrogSteps)
      .step(&walkers, target: target, noise: noise)
  }

  public func pathStep(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> PathTransition {
    try reversiblePathStep(&walkers, target: target, using: random)
  }
}

/// A stretch of velocity Verlet with a Metropolis decision on H at its end; a rejected walker goes back with its velocity
/// reversed, which is what keeps exp(−H) invariant when velocities are not drawn anew.
struct MetropolisedTrajectory {
  let variances: [Double]
  let timeStep: Double
  let steps: Int

  func step(_ walkers: inout Walkers, target: some TargetDensity, noise: StepNoise) throws -> Transition {
    let verlet = VelocityVerlet(variances: variances, timeStep: timeStep)
    let old = walkers
    let oldKinetic = verlet.kineticEnergies(walkers)
    let lost = try verlet.integrate(&walkers, steps: steps, target: target)
    let kinetic = verlet.kineticEnergies(walkers)
    var acceptance = [Double](repeating: 0, count: walkers.count)
    for w in 0..<walkers.count {
      let logRatio =
        lost.contains(w)
        ? -Double.infinity
        : (old.reducedPotentials[w] - walkers.reducedPotentials[w]) + (oldKinetic[w] - kinetic[w])
      acceptance[w] = MetropolisDecision.probability(logRatio)
      if MetropolisDecision.accepts(logRatio, logUniform: noise.logUniform(walker: walkers.first + w)) { continue }
      walkers.take(w, x: old.x, potential: old.reducedPotentials[w], gradient: old.gradient)
      for i in walkers.row(w) { walkers.velocities!.coordinates[i] = -old.velocities!.coordinates[i] }
    }
    return Transition(acceptance: acceptance)
  }
}
