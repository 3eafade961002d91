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
      at: try StartingPositions.of(states, prepared: prepared, replicas: replicas, precision: precision))
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

/// Where walkers begin.
enum StartingPositions {
  /// Force constant up to which a window is met from anywhere, kJ/mol/rad².
  private static let gentle = 10.0

  /// The system's structure in all replicas; in a window with its dihedral turned there and relaxed.
  ///
  /// Under a gentle bias every other replica starts turned, so that walkers come to the share of both sides from both.
  static func of(
    _ states: [SimulationState], prepared: PreparedSystem, replicas: Int, precision: ArithmeticPrecision
  ) throws -> [Configurations] {
    guard let structure = prepared.structure?.slice(0..<1) else {
      throw InputError(
        prepared.description.name, "a simulation needs a structure to start from", found: "no coordinates",
        advice: "give coordinates with the system, for example --inpcrd FILE")
    }
    var known: [SimulationState.Window: Configurations] = [:]
    return try states.map { state in
      guard let window = state.window else { return repeated([structure], replicas) }
      let there = try known[window] ?? turned(structure, to: window, prepared)
      known[window] = there
      return repeated(window.forceConstant > gentle ? [there] : [structure, there], replicas)
    }
  }

  /// The configurations in turn.
  private static func repeated(_ starts: [Configurations], _ count: Int) -> Configurations {
    Configurations(
      count: count, dimension: starts[0].dimension,
      coordinates: (0..<count).flatMap { starts[$0 % starts.count].coordinates })
  }

  private static func turned(
    _ structure: Configurations, to window: SimulationState.Window, _ prepared: PreparedSystem
  ) throws -> Configurations {
    var x = structure
    let molecule = prepared.system.molecule
    guard let moving = molecule.fragment(of: window.atoms[2], cutFrom: window.atoms[1]) else {
      throw InputError(
        prepared.description.name, "the dihedral '\(window.dihedral)' turns about a bond of a ring",
        expected: "a dihedral that can turn", found: "\(window.atoms)")
    }
    let angle = x.dihedrals(SIMD4(window.atoms[0], window.atoms[1], window.atoms[2], window.atoms[3]))[0]
    x.rotate(moving, about: window.atoms[1], window.atoms[2], by: window.center - angle, sample: 0)
    let held = SimulationState.Window(
      dihedral: window.dihedral, atoms: window.atoms, center: window.center,
      forceConstant: max(window.forceConstant, 100))
    let energy = SimulationState(temperature: 300, window: held).density(of: prepared.system, precision: .double)
      .energy
    return try EnergyMinimizer(forceTolerance: 100, maximumIterations: 500).minimize(energy, from: x).positions
  }
}
