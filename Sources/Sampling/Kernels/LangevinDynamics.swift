import Energies
import Foundation
import Randomness

/// Langevin dynamics in the splitting B A O A B: half a kick, half a drift, thermostat, half a drift, half a kick.
///
/// dx = v dt, dv = −σ² ∂u/∂x dt − γ v dt + √(2γ) σ dW, with σ² = kT/m. One gradient a step. Positions are sampled with
/// an error of O(h²) that vanishes where u is quadratic; velocities at whole steps are colder than the target by O(h²).
/// The thermostat and the configurations are those of OpenMM's LangevinMiddleIntegrator.
///
/// As a path kernel velocities are drawn before the step and dropped after it, and the ratio is minus the change of the
/// kinetic energy in the kicks: drifts keep volume and energy, and the thermostat is in detailed balance with the
/// Maxwell distribution (Sivak, Chodera, Crooks 2014, doi:10.1021/jp411770f).
///
/// Source: Leimkuhler & Matthews 2013, doi:10.1063/1.4802990.
public struct LangevinDynamics: Kernel {
  public static let name = "langevin"
  public static let isMetropolised = false
  public static let usesGradient = true
  public let velocityVariances: [Double]?
  /// h, ps for molecules.
  public var stepSize: Double
  /// γ, 1/ps
  public var friction: Double
  /// Steps that one path step makes with the velocities it drew.
  public var stepsPerPathStep: Int
  public var evaluationsPerStep: Int { 1 }

  public init(velocityVariances: [Double], stepSize: Double, friction: Double, stepsPerPathStep: Int = 1) {
    precondition(stepSize > 0 && friction >= 0 && stepsPerPathStep > 0 && velocityVariances.allSatisfy { $0 > 0 })
    self.velocityVariances = velocityVariances
    self.stepSize = stepSize
    self.friction = friction
    self.stepsPerPathStep = stepsPerPathStep
  }

  public func step(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> Transition {
    try walkers.requirePossible()
    let verlet = VelocityVerlet(variances: velocityVariances!, timeStep: stepSize)
    verlet.kick(&walkers, fraction: 0.5)
    let lost = try driftAndThermalise(&walkers, verlet, target: target, noise: StepNoise(random))
    if let w = lost.min() { throw SamplingError.unstable(walker: walkers.first + w, stepSize: stepSize) }
    verlet.kick(&walkers, fraction: 0.5)
    return Transition(acceptance: [Double](repeating: 1, count: walkers.count))
  }

  /// A walker whose way leads to an impossible configuration stays where it was, with a ratio of 0; staying is then
  /// part of the kernel, as likely backwards as forwards, and the mean weight stays exact beside hard walls.
  public func pathStep(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> PathTransition {
    let verlet = VelocityVerlet(variances: velocityVariances!, timeStep: stepSize)
    refreshVelocities(&walkers, StepNoise(random.child(2)))
    var ratios = [Double](repeating: 0, count: walkers.count)
    var acceptance = [Double](repeating: 1, count: walkers.count)
    var lost = Set<Int>()
    let old = walkers
    func kick() {
      let before = verlet.kineticEnergies(walkers)
      verlet.kick(&walkers, fraction: 0.5)
      for (w, after) in verlet.kineticEnergies(walkers).enumerated() { ratios[w] -= after - before[w] }
    }
    for step in 0..<stepsPerPathStep {
      kick()
      lost.formUnion(
        try driftAndThermalise(&walkers, verlet, target: target, noise: StepNoise(random.child(3 + step))))
      kick()
    }
    for w in lost {
      walkers.take(w, x: old.x, potential: old.reducedPotentials[w], gradient: old.gradient)
      for i in walkers.row(w) { walkers.velocities!.coordinates[i] = old.velocities!.coordinates[i] }
      ratios[w] = 0
      acceptance[w] = 0
    }
    return PathTransition(acceptance: acceptance, logPathRatios: ratios)
  }

  /// Returns which walkers came where the energy is infinite; those that left the range of numbers are put
  /// back, so that the others' energies can be had.
  private func driftAndThermalise(
    _ walkers: inout Walkers, _ verlet: VelocityVerlet, target: some TargetDensity, noise: StepNoise
  ) throws -> Set<Int> {
    let old = walkers.x
    var eta = [Double](repeating: 0, count: walkers.count * walkers.dimension)
    noise.fill(&eta, walkers: walkers)
    verlet.drift(&walkers, fraction: 0.5)
    verlet.thermalise(&walkers, memory: exp(-friction * stepSize), noise: eta)
    verlet.drift(&walkers, fraction: 0.5)
    var lost = Set<Int>()
    for w in 0..<walkers.count where !walkers.x.isInRange(w) {
      lost.insert(w)
      walkers.x.coordinates.replaceSubrange(walkers.row(w), with: old.coordinates[walkers.row(w)])
    }
    walkers.reducedPotentials = try target.reducedPotentials(of: walkers.x, gradient: &walkers.gradient)
    for w in 0..<walkers.count where walkers.reducedPotentials[w] == .infinity { lost.insert(w) }
    return lost
  }
}
