import Energies
import Estimators
import Foundation
import Sampling
import Trajectories

/// Draws an ensemble portion by portion into its file, so that it can be interrupted, killed, gone on with, and made longer.
///
/// After every whole portion the file is synchronised and the method's state written beside it; whoever goes on starts from there.
struct EnsembleDrawing {
  let configuration: RunConfiguration
  let atomCount: Int
  let kT: Double
  let folder: OutputFolder
  let provenance: EnsembleProvenance

  /// What the rest of a run needs of all samples; configurations themselves stay in the file.
  struct Drawn {
    var logWeights: [Double] = []
    var reducedPotentials: [Double] = []
    /// Walker of each sample, where the method has walkers.
    var walkers: [Int]?
    /// By region, rad.
    var dihedrals: [String: [Double]] = [:]
    var evaluations = 0
    /// Of drawing in this call; nil where all was there.
    var seconds: Double?
    /// What the method says of itself.
    var diagnostics: [String: Double] = [:]
    /// Samples that were there before.
    var earlier = 0
    /// Why it ended where it ended.
    var stopped = ""

    var count: Int { logWeights.count }
  }

  /// What a whole portion leaves beside the file.
  private struct Checkpoint<State: Codable>: Codable {
    struct Finished: Codable {
      var samples: Int
      var evaluations: Int
      var stopped: String
      /// The stopping rule that was in force.
      var rule: String
    }

    var digest: String
    var frames: Int
    var evaluations: Int
    var state: State
    /// Of an ensemble that is whole.
    var finished: Finished?
  }

  private var path: String { folder.file("ensemble.nc") }
  private var checkpointName: String { "checkpoint.json" }

  func draw<Method: EnsembleMethod>(_ method: Method) throws -> (drawn: Drawn, dependence: SampleDependence) {
    let found = checkpoint(of: method)
    if var whole = try finished(found) {
      whole.diagnostics = found.map { method.diagnostics(of: $0.state) } ?? [:]
      return (whole, dependence(whole, method))
    }
    var (drawn, state) = try earlier(found, method)
    var last = Checkpoint(
      digest: configuration.digest, frames: drawn.count, evaluations: drawn.evaluations, state: state)
    let variables: [FrameVariable] = [.potentialEnergy, .reducedPotential, .logProposal, .replica]
    let writer: EnsembleWriter
    if drawn.count > 0 {
      writer = try EnsembleWriter(
        resuming: path, atomCount: atomCount, frames: drawn.count, provenance: provenance)
      Molsample.report("going on after \(drawn.count) samples")
    } else {
      writer = try EnsembleWriter(
        path: path, atomCount: atomCount, variables: variables, provenance: provenance)
    }
    let start = Date()
    drawn.earlier = drawn.count
    var effective = RunningEffectiveSampleSize(drawn.logWeights)
    var progress = Progress(total: configuration.stopping.samples, skipped: drawn.count)
    var checked = 0
    Interruption.watch()
    while true {
      // Errors cost a pass over all samples: whenever there are a tenth more.
      let isDue = drawn.count >= checked + max(1, checked / 10)
      if isDue { checked = drawn.count }
      var worth = effective.value
      if drawn.walkers != nil { worth = isDue ? try drawn.effectiveSampleSize(dependence(drawn, method)) : 0 }
      let reason = configuration.stopping.reason(
        drawn: drawn.count, effective: worth,
        evaluations: drawn.evaluations, seconds: Date().timeIntervalSince(start)
      ) { isDue ? errors(drawn, dependence(drawn, method)) : [nil] }
      if let reason {
        drawn.stopped = reason
        break
      }
      if Interruption.isRequested {
        throw Interrupted(
          description: "interrupted after \(drawn.count) samples; the same command goes on from there")
      }
      let range = drawn.count..<min(drawn.count + method.portion, configuration.stopping.samples)
      let portion = try method.sample(range, state: &state)
      let samples = portion.samples
      try writer.append(
        samples.x,
        values: [
          .potentialEnergy: samples.reducedPotentials.map { $0 * kT }, .reducedPotential: samples.reducedPotentials,
          .logProposal: samples.logProposals, .replica: portion.walkers?.map(Double.init) ?? range.map { _ in 0 },
        ])
      try writer.synchronise()
      // From what the file has, so that a run that goes on finds the same to the last bit.
      let logWeights = zip(samples.reducedPotentials, samples.logProposals).map { -$0 - $1 }
      drawn.logWeights += logWeights
      drawn.reducedPotentials += samples.reducedPotentials
      drawn.evaluations += portion.evaluations
      if let walkers = portion.walkers { drawn.walkers = (drawn.walkers ?? []) + walkers }
      // From coordinates as the file rounds them, so that a run that goes on finds the same.
      let x = rounded(samples.x)
      for region in configuration.system.regions {
        drawn.dihedrals[region.name, default: []] += x.dihedrals(region.atoms)
      }
      effective.add(logWeights)
      if range.count == method.portion {
        (last.frames, last.evaluations, last.state) = (drawn.count, drawn.evaluations, state)
        try write(last)
      }
      progress.update(
        done: drawn.count, detail: drawn.walkers == nil ? "\(significant(effective.value, 3)) effective" : "samples")
    }
    progress.finish(done: drawn.count)
    drawn.seconds = Date().timeIntervalSince(start)
    drawn.diagnostics = method.diagnostics(of: state)
    try writer.finish(logWeights: drawn.logWeights)
    last.finished = Checkpoint<Method.State>.Finished(
      samples: drawn.count, evaluations: drawn.evaluations, stopped: drawn.stopped, rule: configuration.stopping.yaml)
    try write(last)
    return (drawn, dependence(drawn, method))
  }

  /// How samples of a method depend on each other.
  private func dependence(_ drawn: Drawn, _ method: some EnsembleMethod) -> SampleDependence {
    drawn.walkers.map { .groups($0) } ?? method.dependence
  }

  private func errors(_ drawn: Drawn, _ dependence: SampleDependence) -> [Double?] {
    configuration.system.regions.map {
      FreeEnergyResult(
        $0, angles: drawn.dihedrals[$0.name, default: []], logWeights: drawn.logWeights, dependence: dependence,
        temperature: configuration.system.temperature
      ).error_kT
    }
  }

  // MARK: Going on

  /// - Throws: `UsageError` where the folder holds samples of other settings, which would be lost.
  static func refuseToReplace(in folder: OutputFolder, _ configuration: RunConfiguration) throws {
    let path = folder.file("ensemble.nc")
    for file in [path, EnsembleWriter.unfinishedPath(of: path)] where FileManager.default.fileExists(atPath: file) {
      // What cannot be read is lost already.
      guard let digest = (try? AmberTrajectoryReader(path: file))?.text("configuration_digest"),
        digest != configuration.digest
      else { continue }
      throw UsageError(
        "\(file) was drawn with other settings than these, or by another version: they are in config.yaml beside it",
        advice: "choose another output=, or remove that file to draw anew")
    }
  }

  private func write<State>(_ checkpoint: Checkpoint<State>) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try folder.write(String(decoding: try encoder.encode(checkpoint), as: UTF8.self) + "\n", as: checkpointName)
  }

  /// What an earlier run of the same configuration wrote down.
  private func checkpoint<Method: EnsembleMethod>(of method: Method) -> Checkpoint<Method.State>? {
    guard let data = FileManager.default.contents(atPath: folder.file(checkpointName)),
      let checkpoint = try? JSONDecoder().decode(Checkpoint<Method.State>.self, from: data),
      checkpoint.digest == configuration.digest
    else { return nil }
    return checkpoint
  }

  /// A finished ensemble of this configuration where it ends as is wanted; nil where there is none.
  private func finished<State>(_ checkpoint: Checkpoint<State>?) throws -> Drawn? {
    guard let finished = checkpoint?.finished, let reader = reader(path), reader.frameCount == finished.samples,
      finished.samples == configuration.stopping.samples || finished.rule == configuration.stopping.yaml,
      var drawn = try recorded(reader, frames: reader.frameCount)
    else { return nil }
    (drawn.evaluations, drawn.stopped) = (finished.evaluations, finished.stopped)
    Molsample.report("the samples of this configuration are there already")
    return drawn
  }

  /// The whole portions that a checkpoint counts, and the state after them; the start where there are none.
  private func earlier<Method: EnsembleMethod>(
    _ checkpoint: Checkpoint<Method.State>?, _ method: Method
  ) throws -> (Drawn, Method.State) {
    guard let checkpoint, checkpoint.frames > 0, checkpoint.frames <= configuration.stopping.samples else {
      return (Drawn(), try method.start())
    }
    let unfinished = EnsembleWriter.unfinishedPath(of: path)
    // A finished ensemble is made longer in a copy, so that there is a whole one at any moment.
    if reader(unfinished) == nil, reader(path) != nil {
      do {
        try? FileManager.default.removeItem(atPath: unfinished)
        try FileManager.default.copyItem(atPath: path, toPath: unfinished)
      } catch {
        throw OutputError(unfinished, "cannot be written", reason: error.localizedDescription)
      }
    }
    guard let reader = reader(unfinished), var drawn = try recorded(reader, frames: checkpoint.frames) else {
      return (Drawn(), try method.start())
    }
    drawn.evaluations = checkpoint.evaluations
    return (drawn, checkpoint.state)
  }

  /// A file of this configuration.
  private func reader(_ path: String) -> AmberTrajectoryReader? {
    guard FileManager.default.fileExists(atPath: path), let reader = try? AmberTrajectoryReader(path: path),
      reader.text("configuration_digest") == configuration.digest
    else { return nil }
    return reader
  }

  private func recorded(_ reader: AmberTrajectoryReader, frames: Int) throws -> Drawn? {
    guard frames <= reader.frameCount, let potentials = try? reader.values(of: .reducedPotential),
      let proposals = try? reader.values(of: .logProposal), let walkers = try? reader.values(of: .replica)
    else { return nil }
    var drawn = Drawn()
    drawn.reducedPotentials = Array(potentials[..<frames])
    drawn.logWeights = (0..<frames).map { -potentials[$0] - proposals[$0] }
    if walkers[..<frames].contains(where: { $0 != 0 }) { drawn.walkers = walkers[..<frames].map { Int($0) } }
    for first in stride(from: 0, to: frames, by: 4096) {
      let x = try reader.configurations(frames: first..<min(first + 4096, frames))
      for region in configuration.system.regions {
        drawn.dihedrals[region.name, default: []] += x.dihedrals(region.atoms)
      }
    }
    return drawn
  }

  /// Coordinates through float Å and back, as the NetCDF file keeps them.
  private func rounded(_ x: Configurations) -> Configurations {
    var result = x
    for i in result.coordinates.indices {
      result.coordinates[i] =
        Double(Float(x.coordinates[i] / Units.nanometersPerAngstrom)) * Units.nanometersPerAngstrom
    }
    return result
  }
}

extension EnsembleDrawing.Drawn {
  /// Kish's effective samples of independent weights; of samples that depend on each other what averages of the energy and
  /// of the regions' torsions are worth (`ObservableEffectiveSampleSize`).
  func effectiveSampleSize(_ dependence: SampleDependence) throws -> Double {
    let weights = try LogWeights(logWeights)
    guard case .groups = dependence else { return weights.effectiveSampleSize }
    let angles = dihedrals.sorted { $0.key < $1.key }.map(\.value)
    let observables = [reducedPotentials] + angles.flatMap { [$0.map { cos($0) }, $0.map { sin($0) }] }
    return try ObservableEffectiveSampleSize.of(observables, weights: weights, dependence: dependence) ?? 1
  }
}
