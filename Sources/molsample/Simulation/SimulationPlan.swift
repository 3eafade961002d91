import Energies
import Randomness
import Sampling

/// What a simulation is made of, decided before its first step: states, where walkers start, and tuned steps.
struct SimulationPlan: Codable {
  var states: [SimulationState]
  /// Energies of the pilot that chose the ladder: temperature, mean, standard deviation.
  var pilot: [[Double]]?
  /// What the warm-up did to each state's step; empty where the step is as given.
  var warmUps: [StepSizeAdaptation.Report] = []

  /// The states, with a ladder chosen from a pilot where only its end is given.
  init(_ configuration: SimulationConfiguration, prepared: PreparedSystem, threads: Int) throws {
    let temperature = configuration.system.temperature
    if let name = configuration.umbrella, let region = configuration.system.regions.first(where: { $0.name == name }) {
      states = SimulationState.windows(
        of: region, count: configuration.windows, forceConstant: configuration.forceConstant, temperature: temperature)
    } else if let highest = configuration.highestTemperature {
      let pilots = try Self.pilots(
        temperatures: TemperatureLadder.geometric(from: temperature, to: highest, count: 6), configuration, prepared,
        threads: threads)
      pilot = pilots.map { [$0.temperature, $0.meanEnergy, $0.standardDeviation] }
      states = TemperatureLadder(pilots: pilots)
        .temperatures(from: temperature, to: highest, acceptance: configuration.exchangeAcceptance)
        .map { SimulationState(temperature: $0) }
    } else {
      let temperatures = configuration.temperatures.isEmpty ? [temperature] : configuration.temperatures
      states = temperatures.map { SimulationState(temperature: $0) }
    }
    if let name = configuration.bias, let region = configuration.system.regions.first(where: { $0.name == name }) {
      // The first state stays as it is and exchanges with its biased copy, which leads on to the other temperatures.
      let window = SimulationState.Window(
        dihedral: name, atoms: (0..<4).map { region.atoms[$0] }, center: configuration.biasCenter,
        forceConstant: configuration.biasForceConstant)
      states = [states[0]] + states.map { SimulationState(temperature: $0.temperature, window: window) }
    }
  }

  /// Energies at several temperatures from short runs of a few walkers.
  private static func pilots(
    temperatures: [Double], _ configuration: SimulationConfiguration, _ prepared: PreparedSystem, threads: Int
  ) throws -> [TemperatureLadder.Pilot] {
    let replicas = 32
    let states = temperatures.map { SimulationState(temperature: $0) }
    let precision = configuration.arithmetic
    let sampler = ReplicaExchange(
      targets: states.map { $0.density(of: prepared.system, precision: precision) },
      kernels: try states.map { state in
        LangevinDynamics(
          velocityVariances: try configuration.velocityVariances(prepared.system.molecule, state),
          stepSize: configuration.timeStep_fs * 1e-3, friction: max(1, configuration.friction_per_ps))
      },
      replicas: replicas, stepsPerExchange: 100, threads: threads,
      random: RandomStream(seed: configuration.seed).child(0))
    var state = try sampler.start(
      at: try StartingPositions(prepared, prolineIsomers: configuration.prolineIsomers).of(states, replicas: replicas))
    try sampler.advance(&state, steps: 4_000)
    var energies = [[Double]](repeating: [], count: states.count)
    for _ in 0..<40 {
      try sampler.advance(&state, steps: 100)
      for k in states.indices { energies[k] += state.reducedPotentials(ofState: k).map { $0 * states[k].kT } }
    }
    return zip(temperatures, energies).map { TemperatureLadder.Pilot(temperature: $0, energies: $1) }
  }
}

extension SimulationConfiguration {
  var arithmetic: ArithmeticPrecision { precision == "single" ? .single : .double }

  /// kT/m of each coordinate, nm²/ps².
  func velocityVariances(_ molecule: Molecule, _ state: SimulationState) throws -> [Double] {
    try molecule.masses(hydrogenMass: hydrogenMass > 0 ? hydrogenMass : nil).flatMap { mass in
      [Double](repeating: state.kT / mass, count: 3)
    }
  }
}
