import Sampling

/// The kernels that `simulate` offers, one line each.
struct SimulationKernel: Sendable {
  /// What a kernel may need to know.
  struct Settings {
    /// kT/m of each coordinate, nm²/ps².
    var velocityVariances: [Double]
    /// ps
    var timeStep: Double
    /// 1/ps
    var friction: Double
    var leapfrogSteps: Int?
    /// nm or nm², for kernels without velocities.
    var stepSize: Double?
  }

  let name: String
  /// Acceptance that the warm-up tunes the step for; nil keeps the step as given.
  let tunedAcceptance: Double?
  let make: @Sendable (Settings) -> any Kernel

  static let registry: [SimulationKernel] = [
    SimulationKernel(name: LangevinDynamics.name, tunedAcceptance: nil) {
      LangevinDynamics(velocityVariances: $0.velocityVariances, stepSize: $0.timeStep, friction: $0.friction)
    },
    SimulationKernel(name: GeneralizedHamiltonianMonteCarlo.name, tunedAcceptance: nil) {
      GeneralizedHamiltonianMonteCarlo(
        velocityVariances: $0.velocityVariances, stepSize: $0.timeStep, friction: $0.friction,
        leapfrogSteps: $0.leapfrogSteps ?? 1)
    },
    SimulationKernel(name: HamiltonianMonteCarlo.name, tunedAcceptance: 0.8) {
      HamiltonianMonteCarlo(
        velocityVariances: $0.velocityVariances, stepSize: $0.timeStep, leapfrogSteps: $0.leapfrogSteps ?? 50)
    },
    SimulationKernel(name: MetropolisAdjustedLangevin.name, tunedAcceptance: 0.574) {
      MetropolisAdjustedLangevin(stepSize: $0.stepSize ?? 1e-6)
    },
    SimulationKernel(name: RandomWalkMetropolis.name, tunedAcceptance: 0.234) {
      RandomWalkMetropolis(stepSize: $0.stepSize ?? 1e-3)
    },
  ]

  static var names: [String] { registry.map(\.name) }

  static func named(_ name: String) -> SimulationKernel { registry.first { $0.name == name }! }
}
