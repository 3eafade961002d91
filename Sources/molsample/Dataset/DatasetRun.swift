import Energies
import Estimators
import Foundation
import Trajectories

/// Samples the peptides of a list one after the other; see `DatasetCommand` for the files.
struct DatasetRun {
  let configuration: DatasetConfiguration
  let folder: OutputFolder
  let threads: Int
  /// Seconds after which no further simulation begins.
  let budget: Double?

  private static let workName = "unfinished"

  func run(_ list: PeptideList) throws -> DatasetTable {
    let begin = Date()
    var table = try DatasetTable(folder: folder)
    let known = list.sequences.filter { sequence in table[sequence].map(isDone) ?? false }
    if let other = list.sequences.compactMap({ table[$0] }).first(where: { $0.digest != configuration.digest }) {
      throw InputError(
        folder.file(DatasetTable.name), "\(other.sequence) was sampled by other settings",
        expected: "configuration \(configuration.digest)", found: "configuration \(other.digest)",
        advice: "repeat the words (and the model) of the first command, or choose another output=")
    }
    let left = list.sequences.filter { !known.contains($0) }
    if !known.isEmpty { Molsample.report("\(known.count) of \(list.sequences.count) peptides are there already") }
    for (number, sequence) in left.enumerated() {
      let row =
        try configuration.model.map { model in
          if let budget, Date().timeIntervalSince(begin) > budget {
            throw budgetSpent(budget, left: left.count - number)
          }
          return try draw(sequence, from: model)
        } ?? sample(sequence, since: begin, left: left.count - number)
      try table.add(row)
      let elapsed = Date().timeIntervalSince(begin)
      Molsample.report(
        "\(known.count + number + 1)/\(list.sequences.count) \(sequence): \(row.text), "
          + "\(Progress.duration(elapsed / Double(number + 1) * Double(left.count - number - 1))) left")
    }
    return table
  }

  private func isDone(_ row: DatasetTable.Row) -> Bool {
    FileManager.default.fileExists(atPath: folder.file("\(folderName(row.sequence)).nc"))
  }

  private func budgetSpent(_ budget: Double, left: Int) -> Interrupted {
    Interrupted(description: "\(left) peptides left after \(Int(budget)) s; the same command goes on")
  }

  private func draw(_ sequence: String, from model: DatasetConfiguration.OfModel) throws -> DatasetTable.Row {
    let start = Date()
    let prepared = try PreparedSystem(try configuration.description(of: sequence), needsStructure: true)
    let frames = try ModelFrames(prepared, configuration: model, seed: configuration.seed, threads: threads)
    let writer = try self.writer(sequence, prepared, title: "\(sequence), drawn from \(model.word)")
    try append(
      frames.x, energies: frames.potentialEnergies, replicas: [Int](repeating: 0, count: frames.x.count), to: writer,
      prepared)
    try writer.close()
    return DatasetTable.Row(
      sequence: sequence, atoms: prepared.system.molecule.atomCount, frames: writer.frameCount,
      freeEnergy: frames.freeEnergy.value, error: frames.freeEnergy.standardError, ofRuns: [], errorsOfRuns: [],
      roundTrips: 0, steps: 0, evaluations: frames.samples, seconds: Date().timeIntervalSince(start),
      state: frames.isWorthIt ? .converged : .notConverged, digest: configuration.digest)
  }

  private func sample(_ sequence: String, since begin: Date, left: Int) throws -> DatasetTable.Row {
    let start = Date()
    let description = try configuration.description(of: sequence)
    let prepared = try PreparedSystem(description, needsStructure: true)
    var steps = configuration.steps
    while true {
      let parts = try (0..<configuration.runs).map { run -> Part in
        if let budget, Date().timeIntervalSince(begin) > budget {
          throw budgetSpent(budget, left: left)
        }
        return try part(run, steps: steps, prepared)
      }
      let roundTrips = parts.map(\.roundTrips).min()!
      let agreement = RunAgreement(
        parts.map(\.freeEnergy), roundTrips: roundTrips, walkers: configuration.replicas * parts[0].states.count)
      guard agreement.verdict == .unknown, 2 * steps <= configuration.mostSteps else {
        let frames = try write(parts, sequence, prepared)
        for part in parts { try? FileManager.default.removeItem(atPath: part.folder) }
        return DatasetTable.Row(
          sequence: sequence, atoms: prepared.system.molecule.atomCount, frames: frames, freeEnergy: agreement.mean,
          error: agreement.standardError, ofRuns: parts.map(\.freeEnergy.value),
          errorsOfRuns: parts.map(\.freeEnergy.standardError),
          roundTrips: roundTrips, steps: steps,
          evaluations: parts.reduce(0) { $0 + $1.evaluations }, seconds: Date().timeIntervalSince(start),
          state: DatasetTable.State(agreement.verdict), digest: configuration.digest)
      }
      Molsample.report(
        "\(sequence): the runs do not agree yet, know too little, or walkers went round too rarely; \(2 * steps) steps")
      steps *= 2
    }
  }

  /// One replica exchange of one peptide.
  private struct Part {
    var folder: String
    var states: [SampledFrames]
    var freeEnergy: (value: Double?, standardError: Double?)
    var roundTrips: Int
    var evaluations: Int
  }

  private func part(_ run: Int, steps: Int, _ prepared: PreparedSystem) throws -> Part {
    let description = prepared.description
    let simulation = try configuration.simulation(of: description, run: run, steps: steps)
    let own = try OutputFolder(path: folder.file("\(Self.workName)/\(folderName(description.name))-\(run)"))
    let outcome = try SimulationRun(
      configuration: simulation, prepared: prepared, folder: own, threads: threads, checkpointInterval: 20
    ).run(resuming: true)
    try own.write(
      try JSONOutput.encode(try SimulationReport(outcome, configuration: simulation)), as: "simulation.json")
    let states = try SampledFrames.read(
      own.path, atomCount: prepared.system.molecule.atomCount, temperature: description.temperature)
    var freeEnergy: (value: Double?, standardError: Double?) = (nil, nil)
    if let region = description.regions.first {
      let reweighted = try ReweightedStates(states, temperature: description.temperature, threads: threads)
      let range = CircularRange(from: region.range.lowerBound, to: region.range.upperBound)
      freeEnergy = reweighted.freeEnergy(
        inside: states.flatMap { $0.x.dihedrals(region.atoms).map(range.contains) })
    }
    return Part(
      folder: own.path, states: states, freeEnergy: freeEnergy, roundTrips: outcome.exchanges.roundTrips,
      evaluations: outcome.evaluations)
  }

  /// Frames of the first states of all runs.
  private func write(_ parts: [Part], _ sequence: String, _ prepared: PreparedSystem) throws -> Int {
    let writer = try self.writer(sequence, prepared, title: "\(sequence), replica exchange")
    for (run, part) in parts.enumerated() {
      let frames = part.states[0]
      try append(
        frames.x, energies: frames.potentialEnergies!,
        replicas: frames.replicas.map { $0 + run * configuration.replicas }, to: writer, prepared)
    }
    try writer.close()
    return writer.frameCount
  }

  private func writer(_ sequence: String, _ prepared: PreparedSystem, title: String) throws -> AmberTrajectoryWriter {
    try AmberTrajectoryWriter(
      path: folder.file("\(folderName(sequence)).nc"), atomCount: prepared.system.molecule.atomCount,
      variables: [.potentialEnergy, .reducedPotential, .replica],
      information: AmberFileInformation(title: title, program: "MolFlow", programVersion: Version.current),
      attributes: [
        ("system", .text(sequence)), ("temperature", .number(prepared.description.temperature)),
        ("temperature_units", .text("kelvin")), ("configuration_digest", .text(configuration.digest)),
      ], appearance: .whenClosed)
  }

  private func append(
    _ x: Configurations, energies: [Double], replicas: [Int], to writer: AmberTrajectoryWriter,
    _ prepared: PreparedSystem
  ) throws {
    try writer.append(
      TrajectoryFrames(coordinates: x),
      values: [
        .potentialEnergy: energies, .reducedPotential: energies.map { $0 / prepared.state.kT },
        .replica: replicas.map(Double.init),
      ])
  }
}

extension DatasetTable.Row {
  /// For the terminal.
  var text: String {
    let energy =
      freeEnergy.map { "ΔF(φ) \(significant($0)) ± \(error.map { significant($0, 2) } ?? "unknown") kT" }
      ?? "one side of φ only"
    let effort = steps > 0 ? "\(roundTrips) round trips" : "\(evaluations) samples"
    return "\(atoms) atoms, \(frames) frames, \(energy), \(effort), \(significant(seconds, 3)) s"
      + (state == .notConverged ? steps > 0 ? ", NOT CONVERGED" : ", WORTH LESS THAN WANTED" : "")
  }
}
