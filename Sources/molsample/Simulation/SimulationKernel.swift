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
  /// For people.
  let summary: String
  /// Keys of the configuration that it goes by; others of `settingKeys` mean nothing to it.
  let keys: Set<String>
  /// Whether its steps are of physical time.
  let hasTime: Bool
  /// Acceptance that the warm-up tunes the step for; nil keeps the step as given.
  let tunedAcceptance: Double?
  let make: @Sendable (Settings) -> any Kernel

  static let registry: [SimulationKernel] = [
    SimulationKernel(
      name: LangevinDynamics.name, summary: "BAOAB Langevin dynamics (default)",
      keys: ["time_step_fs", "friction_per_ps", "hydrogen_mass"], hasTime: true, tunedAcceptance: nil
    ) {
      LangevinDynamics(velocityVariances: $0.velocityVariances, stepSize: $0.timeStep, friction: $0.friction)
    },
    SimulationKernel(
      name: GeneralizedHamiltonianMonteCarlo.name,
      summary: "the same with a Metropolis decision after leapfrog_steps (1): exact",
      keys: ["time_step_fs", "friction_per_ps", "hydrogen_mass", "leapfrog_steps"], hasTime: true, tunedAcceptance: nil
    ) {
      GeneralizedHamiltonianMonteCarlo(
        velocityVariances: $0.velocityVariances, stepSize: $0.timeStep, friction: $0.friction,
        leapfrogSteps: $0.leapfrogSteps ?? 1)
    },
    SimulationKernel(
      name: HamiltonianMonteCarlo.name, summary: "Hamiltonian Monte Carlo of leapfrog_steps (50)",
      keys: ["time_step_fs", "hydrogen_mass", "leapfrog_steps"], hasTime: false, tunedAcceptance: 0.8
    ) {
      HamiltonianMonteCarlo(
        velocityVariances: $0.velocityVariances, stepSize: $0.timeStep, leapfrogSteps: $0.leapfrogSteps ?? 50)
    },
    SimulationKernel(
      name: MetropolisAdjustedLangevin.name, summary: "moves along the forces; step_size in nm² (1e-6)",
      keys: ["step_size"], hasTime: false, tunedAcceptance: 0.574
    ) {
      MetropolisAdjustedLangevin(stepSize: $0.stepSize ?? 1e-6)
    },
    SimulationKernel(
      name: RandomWalkMetropolis.name, summary: "moves at random; step_size in nm (1e-3)", keys: ["step_size"],
      hasTime: false, tunedAcceptance: 0.234
    ) {
      RandomWalkMetropolis(stepSize: $0.stepSize ?? 1e-3)
    },
  ]

  static var names: [String] { registry.map(\.name) }

  /// Keys that belong to some of the kernels.
  static var settingKeys: [String] { Set(registry.flatMap(\.keys)).sorted() }

  /// A line for each, for `--help`.
  static var help: String {
    registry.map { "  " + $0.name.padding(toLength: 12, withPad: " ", startingAt: 0) + $0.summary }
      .joined(separator: "\n")
  }

  static func named(_ name: String) -> SimulationKernel { registry.first { $0.name == name }! }
}
