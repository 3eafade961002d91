import Energies
import Foundation
import Randomness

/// Generalized Hamiltonian Monte Carlo: Langevin dynamics that leaves the target exactly invariant.
///
/// Velocities keep a part of themselves, v ← c v + √(1 − c²) σ η with c = e^{−γ L h}; then L steps of velocity Verlet are
/// accepted with min(1, e^{−ΔH}), and where they are not, the walker goes back and its velocity turns. With short
/// steps nearly all are accepted, and the dynamics is that of a Langevin thermostat of friction γ.
///
/// Source: Horowitz 1991, doi:10.1016/0370-2693(91)90812-5; Lelièvre, Rousset, Stoltz 2010, "Free energy computations",
/// section 2.2.
public struct GeneralizedHamiltonianMonteCarlo: Kernel {
  public static let name = "ghmc"
  public static let isMetropolised = true
  public static let usesGradient = true
  public let velocityVariances: [Double]?
  /// Time step h, ps for molecules.
  public var stepSize: Double
  /// γ, 1/ps
  public var friction: Double
  /// L
  public var leapfrogSteps: Int
  public var evaluationsPerStep: Int { leapfrogSteps }

  public init(velocityVariances: [Double], stepSize: Double, friction: Double, leapfrogSteps: Int = 1) {
    precondition(stepSize > 0 && friction >= 0 && leapfrogSteps > 0 && velocityVariances.allSatisfy { $0 > 0 })
    self.velocityVariances = velocityVariances
    self.stepSize = stepSize
    self.friction = friction
    self.leapfrogSteps = leapfrogSteps
  }

  public func step(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> Transition {
    let noise = StepNoise(random)
    let verlet = VelocityVerlet(variances: velocityVariances!, timeStep: stepSize)
    var eta = [Double](repeating: 0, count: walkers.count * walkers.dimension)
    noise.fill(&eta, walkers: walkers)
    verlet.thermalise(&walkers, memory: exp(-friction * stepSize * Double(leapfrogSteps)), noise: eta)
    return try MetropolisedTrajectory(variances: velocityVariances!, timeStep: stepSize, steps: leapfrogSteps)
      .step(&walkers, target: target, noise: noise)
  }

  public func pathStep(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> PathTransition {
    try reversiblePathStep(&walkers, target: target, using: random)
  }
}
