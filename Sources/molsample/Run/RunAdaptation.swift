import Energies
import Estimators
import Foundation
import MolFlow
import Randomness
import Sampling
import Trajectories

/// `run adapt=N`: the model learns from chains before samples are drawn from it; see `FlowAdaptation`. Chains see the rare side of the
/// system's first free-energy difference more often (`TiltedDensity`; not with oversample=no).
///
/// The adapted model is a file in the run's folder, so that a run that goes on has it.
struct RunAdaptation {
  static let modelName = "adapted.safetensors"
  private static let digestName = "adapted_for"

  let model: ModelFile
  let summary: RunSummary.Adaptation

  init(
    _ configuration: RunConfiguration, _ model: ModelFile, prepared: PreparedSystem, folder: OutputFolder, threads: Int
  ) throws {
    let path = folder.file(Self.modelName)
    if FileManager.default.fileExists(atPath: path),
      let known = try? ModelCatalog.load(path, prepared: prepared),
      known.header.provenance[Self.digestName] == configuration.digest,
      let count = known.header.provenance["adaptation_evaluations"].flatMap({ Int($0) }),
      let seconds = known.header.provenance["adaptation_seconds"].flatMap({ Double($0) })
    {
      self.model = known
      summary = .init(rounds: configuration.adaptationRounds, energy_evaluations: count, seconds: seconds)
      return
    }
    let start = Date()
    let target = BoltzmannDensity(
      MolecularEnergy(prepared.system, threads: 1, precision: .single), state: prepared.state)
    let random = RandomStream(seed: configuration.seed).child(.adaptation)
    let tilted = try Self.tilted(target, configuration, model.flow, using: random.child(1), threads: threads)
    var progress = Progress(total: configuration.adaptationRounds, skipped: 0, unit: "rounds")
    Interruption.watch()
    var adapted = model
    let evaluations: Int
    (adapted.flow, evaluations) = try FlowAdaptation(rounds: configuration.adaptationRounds).adapted(
      model.flow, to: tilted, kernel: prepared.chainMoves(), using: random.child(0), threads: threads
    ) { report in
      progress.update(
        done: report.round + 1,
        detail:
          "adapting the model to its chains, \(significant(100 * report.acceptance, 3)) % of its draws accepted, −log p \(significant(report.negativeLogLikelihood, 5))"
      )
      guard Interruption.isRequested else { return }
      throw Interrupted(description: "interrupted while adapting the model; the same command begins that anew")
    }
    adapted.header.provenance[Self.digestName] = configuration.digest
    adapted.header.provenance["adapted_to"] = configuration.system.name
    adapted.header.provenance["adaptation_rounds"] = "\(configuration.adaptationRounds)"
    adapted.header.provenance["adaptation_evaluations"] = "\(evaluations)"
    let seconds = Date().timeIntervalSince(start)
    adapted.header.provenance["adaptation_seconds"] = "\(seconds)"
    do {
      try adapted.encoded().write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw OutputError(path, "cannot be written", reason: error.localizedDescription)
    }
    self.model = adapted
    summary = .init(rounds: configuration.adaptationRounds, energy_evaluations: evaluations, seconds: seconds)
  }

  /// Draws that tell which side of the system's first region is rare.
  private static let pilot = 4096

  /// What chains sample: of few visits to the rare side of a free-energy difference the model would learn to forget that side.
  private static func tilted<Target: TargetDensity>(
    _ target: Target, _ configuration: RunConfiguration, _ flow: NormalizingFlow, using random: RandomStream,
    threads: Int
  ) throws -> any TargetDensity {
    guard configuration.oversamples, let region = configuration.system.regions.first else { return target }
    let drawn = try FlowProposal(flow, threads: threads).draw(0..<pilot, from: random).x
    return TiltedDensity(
      target, region.atoms,
      rareSideOf: CircularRange(from: region.range.lowerBound, to: region.range.upperBound), among: drawn)
  }
}
