import Energies
import Foundation
import Sampling

/// `simulation.json`: what was simulated and how well it mixed. The same for every run of one configuration, so times
/// are not in it.
struct SimulationReport: Encodable {
  struct State: Encodable {
    var temperature_K: Double
    @ExplicitNull var window: SimulationState.Window?
    @ExplicitNull var trajectory: String?
    @ExplicitNull var acceptance: Double?
    /// Acceptance of exchanges with the next state.
    @ExplicitNull var exchange_acceptance: Double?
    @ExplicitNull var warm_up: StepSizeAdaptation.Report?
  }

  var system: String
  var method: String
  var seed: UInt64
  var steps: Int
  var stride: Int
  var replicas: Int
  var frames_per_state: Int
  var states: [State]
  var round_trips: Int
  /// Of all walkers, equilibration and production.
  var energy_evaluations: Int
  var configuration_digest: String
  var molsample_version: String

  init(_ outcome: SimulationRun.Outcome, configuration: SimulationConfiguration) throws {
    system = configuration.system.name
    method = configuration.method
    seed = configuration.seed
    steps = configuration.steps
    stride = configuration.stride
    replicas = configuration.replicas
    frames_per_state = outcome.framesPerState
    energy_evaluations = outcome.evaluations
    round_trips = outcome.exchanges.roundTrips
    configuration_digest = configuration.digest
    molsample_version = Version.current
    states = outcome.plan.states.enumerated().map { k, state in
      State(
        temperature_K: state.temperature, window: state.window,
        trajectory: k < outcome.trajectories.count ? (outcome.trajectories[k] as NSString).lastPathComponent : nil,
        acceptance: outcome.acceptance[k],
        exchange_acceptance: k + 1 < outcome.plan.states.count ? outcome.exchanges.acceptance(k) : nil,
        warm_up: k < outcome.plan.warmUps.count ? outcome.plan.warmUps[k] : nil)
    }
  }

  var text: String {
    var table = TextTable()
    table.add("steps", "\(steps), \(replicas) replicas, \(frames_per_state) frames of each kept state")
    for (k, state) in states.enumerated() {
      var line = "\(significant(state.temperature_K, 5)) K"
      if let window = state.window {
        line += ", \(window.dihedral) at \(significant(window.center / Units.radiansPerDegree))°"
      }
      if let acceptance = state.acceptance, acceptance < 1 {
        line += ", moves accepted \(significant(100 * acceptance, 4)) %"
      }
      if let exchange = state.exchange_acceptance {
        line += ", exchanges with the next \(significant(100 * exchange, 3)) %"
      }
      if let warmUp = state.warm_up {
        line += ", step \(significant(warmUp.stepSize, 3)) after a warm-up of \(warmUp.evaluations) evaluations"
      }
      table.add("state \(k)", line)
    }
    if states.count > 1 { table.add("round trips", "\(round_trips)") }
    return table.text
  }
}
