import Energies
import Foundation
import Randomness
import Sampling

/// Steps of Langevin dynamics per second, summed over many walkers that are moved together.
struct DynamicsBenchmark {
  private struct Result: Encodable {
    var system: String
    var atoms: Int
    var walkers: Int
    var threads: Int
    var precision: String
    var time_step_fs: Double
    var steps_per_second: Double
    var nanoseconds_per_day: Double
  }

  private let description: SystemDescription
  private let threads: Int
  private let walkers: Int
  private let seconds: Double
  private let timeStep_fs: Double
  private let precision: ArithmeticPrecision

  init(_ description: SystemDescription, _ overrides: inout Overrides) throws {
    self.description = description
    threads = try overrides.takeThreads()
    walkers = try overrides.takeInteger("walkers", in: 1...1_000_000) ?? 512 * threads
    seconds = try overrides.takeNumber("seconds") ?? 2
    timeStep_fs = try overrides.takeNumber("time_step_fs") ?? 1
    guard timeStep_fs > 0, seconds > 0 else { throw UsageError("time_step_fs and seconds must be positive") }
    let name = overrides.takeText("precision") ?? "single"
    guard let precision = ArithmeticPrecision(rawValue: name) else {
      throw UsageError("precision=\(name) is not to be had", advice: "precision=double or precision=single")
    }
    self.precision = precision
    try overrides.finish(known: ["temperature", "threads", "walkers", "seconds", "time_step_fs", "precision"])
  }

  func run(json: Bool) throws {
    let prepared = try PreparedSystem(description, needsStructure: true)
    let molecule = prepared.system.molecule
    let state = SimulationState(temperature: description.temperature)
    let kernel = LangevinDynamics(
      velocityVariances: molecule.atoms.flatMap { [Double](repeating: state.kT / $0.mass, count: 3) },
      stepSize: timeStep_fs * 1e-3, friction: 1)
    let sampler = ReplicaExchange(
      targets: [state.density(of: prepared.system, precision: precision)], kernels: [kernel], replicas: walkers,
      stepsPerExchange: nil, threads: threads, random: RandomStream(seed: 1))
    var walkersState = try sampler.start(
      at: try StartingPositions(prepared).of([state], replicas: walkers))
    // Out of the common start, so that walkers meet what they meet in a simulation.
    try sampler.advance(&walkersState, steps: 100)
    var rates: [Double] = []
    let begin = Date()
    while rates.count < 3 || Date().timeIntervalSince(begin) < seconds {
      let start = Date()
      try sampler.advance(&walkersState, steps: 50)
      rates.append(50 * Double(walkers) / Date().timeIntervalSince(start))
    }
    let rate = rates.sorted()[rates.count / 2]
    let result = Result(
      system: description.name, atoms: molecule.atomCount, walkers: walkers, threads: threads,
      precision: precision.rawValue, time_step_fs: timeStep_fs, steps_per_second: rate,
      nanoseconds_per_day: rate * timeStep_fs * 1e-6 * 86_400)
    if json { return try JSONOutput.print(result) }
    print("\(description.name), \(result.atoms) atoms, \(walkers) walkers, \(threads) threads, \(precision) precision")
    print(
      "  \(significant(rate)) steps/s, \(significant(result.nanoseconds_per_day)) ns/day of \(timeStep_fs) fs steps")
  }
}
