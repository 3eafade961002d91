import Energies
import Randomness

/// Hamiltonian Monte Carlo along the dynamics of another density, the guide: fresh velocities, L steps of velocity Verlet under
/// exp(−u_guide), accepted with min(1, e^{−ΔH}) where H has the potential of the target.
///
/// Velocity Verlet is reversible and keeps volume whatever its forces, so the target is left invariant for any guide. For targets
/// q^{1−β} e^{−βu} between a proposal and e^{−u}, guided by u, the dynamics keeps u + K and ΔH is (1 − β) Δ ln w with
/// w = e^{−u}/q: long moves are accepted where weights are of one order, q needs no gradient, and it is evaluated once a move.
///
/// Source: Duane, Kennedy, Pendleton, Roweth 1987, doi:10.1016/0370-2693(87)91197-X, section 3 (guided by another Hamiltonian).
public struct GuidedHamiltonianMonteCarlo<Guide: TargetDensity>: Kernel {
  public static var name: String { "guided-hmc" }
  public static var isMetropolised: Bool { true }
  public static var usesGradient: Bool { false }
  public let guide: Guide
  /// σ² of each coordinate, kT/m for molecules; drawn for every move, and not kept.
  public let variances: [Double]
  public var velocityVariances: [Double]? { nil }
  /// Time step of the integrator.
  public var stepSize: Double
  public var leapfrogSteps: Int
  public var evaluationsPerStep: Int { 1 }
  public var guideEvaluationsPerStep: Int { leapfrogSteps + 1 }

  public init(guide: Guide, variances: [Double], stepSize: Double, leapfrogSteps: Int) {
    precondition(stepSize > 0 && leapfrogSteps > 0 && variances.allSatisfy { $0 > 0 })
    precondition(variances.count == guide.dimension)
    (self.guide, self.variances, self.stepSize, self.leapfrogSteps) = (guide, variances, stepSize, leapfrogSteps)
  }

  public func step(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> Transition {
    let noise = StepNoise(random)
    let verlet = VelocityVerlet(variances: variances, timeStep: stepSize)
    let gradient = Configurations(count: walkers.count, dimension: walkers.dimension)
    var moving = Walkers(
      first: walkers.first, x: walkers.x, reducedPotentials: walkers.reducedPotentials, gradient: gradient,
      velocities: gradient)
    moving.reducedPotentials = try guide.reducedPotentials(of: moving.x, gradient: &moving.gradient)
    noise.fill(&moving.velocities!.coordinates, walkers: moving)
    let widths = variances.map { $0.squareRoot() }
    for w in 0..<moving.count {
      for (c, i) in moving.row(w).enumerated() { moving.velocities!.coordinates[i] *= widths[c] }
    }
    // A walker at a place that the guide does not allow has no force there, and stays.
    let held = Set(moving.reducedPotentials.indices.filter { moving.reducedPotentials[$0] == .infinity })
    let kinetic = verlet.kineticEnergies(moving)
    let lost = try verlet.integrate(&moving, steps: leapfrogSteps, target: guide).union(held)
    let kineticAfter = verlet.kineticEnergies(moving)
    for w in lost { moving.take(w, x: walkers.x, potential: .infinity, gradient: nil) }
    let potentials = try target.reducedPotentials(of: moving.x)
    var acceptance = [Double](repeating: 0, count: walkers.count)
    for w in 0..<walkers.count where !lost.contains(w) {
      let logRatio = (walkers.reducedPotentials[w] - potentials[w]) + (kinetic[w] - kineticAfter[w])
      acceptance[w] = MetropolisDecision.probability(logRatio)
      if MetropolisDecision.accepts(logRatio, logUniform: noise.logUniform(walker: walkers.first + w)) {
        walkers.take(w, x: moving.x, potential: potentials[w], gradient: nil)
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
