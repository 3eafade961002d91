import Energies
import Foundation
import Sampling
import Trajectories

/// The files that grow with a simulation: a trajectory for each kept state, and one table of energies.
final class SimulationOutput {
  private let configuration: SimulationConfiguration
  private let plan: SimulationPlan
  private let writers: [AmberTrajectoryWriter]
  private let table: AppendedTable
  /// Energies of kept frames are in double precision, whatever the simulation moves by.
  private let exactEnergy: MolecularEnergy

  static let tableName = "energies.csv"
  private static let header = [
    "step", "time_ps", "state", "temperature_K", "mean_potential_energy_kJ_mol", "kinetic_temperature_K",
  ]

  /// States whose frames are kept.
  let keptStates: Range<Int>

  init(
    _ configuration: SimulationConfiguration, plan: SimulationPlan, system: MolecularSystem, threads: Int,
    folder: OutputFolder, framesPerState: Int?, tableLength: Int?
  ) throws {
    self.configuration = configuration
    self.plan = plan
    exactEnergy = MolecularEnergy(system, threads: threads)
    let atomCount = system.molecule.atomCount
    keptStates = configuration.keep == "all" ? plan.states.indices : 0..<1
    let names = keptStates.map { Self.trajectoryName(ofState: $0) }
    writers = try zip(keptStates, names).map { k, name in
      if let framesPerState {
        return try AmberTrajectoryWriter(
          appendingTo: folder.file(name), atomCount: atomCount, keepingFrames: framesPerState)
      }
      return try AmberTrajectoryWriter(
        path: folder.file(name), atomCount: atomCount, contents: [.times],
        variables: [.potentialEnergy, .reducedPotential, .replica],
        information: AmberFileInformation(
          title: "\(configuration.system.name), \(configuration.method), \(plan.states[k].label)", program: "MolFlow",
          programVersion: Version.current),
        attributes: [
          ("system", .text(configuration.system.name)), ("temperature", .number(plan.states[k].temperature)),
          ("temperature_units", .text("kelvin")), ("seed", .text(String(configuration.seed))),
          ("configuration_digest", .text(configuration.digest)),
        ])
    }
    table = try AppendedTable(path: folder.file(Self.tableName), header: Self.header, keeping: tableLength)
  }

  static func trajectoryName(ofState k: Int) -> String { k == 0 ? "trajectory.nc" : "trajectory-\(k).nc" }

  var trajectories: [String] { writers.map(\.path) }
  var framesPerState: Int { writers[0].frameCount }
  var tableLength: Int { table.length }

  /// One frame of every replica of the kept states, and a line for every state.
  func append<Move: Kernel>(
    _ state: ReplicaExchange<BoltzmannDensity<MolecularEnergy>, Move>.State, step: Int, kernels: [Move]
  ) throws {
    let time = Double(step) * configuration.timeStep_fs * 1e-3 * Double(configuration.leapfrogSteps ?? 1)
    var rows: [[String]] = []
    for (k, thermodynamic) in plan.states.enumerated() {
      let x = state.positions(ofState: k)
      let energies: [Double]
      if keptStates.contains(k) {
        energies = try exactEnergy.energies(of: x)
        let potentials = thermodynamic.reducedPotentials(energies, of: x)
        try writers[k].append(
          TrajectoryFrames(coordinates: x, times: [Double](repeating: time, count: x.count)),
          values: [
            .potentialEnergy: energies, .reducedPotential: potentials, .replica: (0..<x.count).map(Double.init),
          ])
      } else {
        energies = thermodynamic.potentialEnergies(state.reducedPotentials(ofState: k), of: x)
      }
      let mean = energies.reduce(0, +) / Double(energies.count)
      let kinetic = state.velocities(ofState: k).map { velocities in
        kineticTemperature(velocities, variances: kernels[k].velocityVariances!) * thermodynamic.temperature
      }
      rows.append([
        "\(step)", "\(time)", "\(k)", "\(thermodynamic.temperature)", "\(mean)", kinetic.map { "\($0)" } ?? "",
      ])
    }
    try table.append(rows)
  }

  /// Mean of v²/σ², the kinetic temperature over that of the state.
  private func kineticTemperature(_ velocities: Configurations, variances: [Double]) -> Double {
    var sum = 0.0
    for w in 0..<velocities.count {
      for c in 0..<velocities.dimension { sum += velocities[w, c] * velocities[w, c] / variances[c] }
    }
    return sum / Double(velocities.count * velocities.dimension)
  }

  func synchronise() throws {
    for writer in writers { try writer.synchronise() }
    try table.synchronise()
  }

  func close() throws {
    for writer in writers { try writer.close() }
  }
}
