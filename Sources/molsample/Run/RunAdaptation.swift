import Energies
import Foundation
import MolFlow
import Randomness
import Sampling
import Trajectories

/// `run adapt=N`: the model learns from chains before samples are drawn from it; see `FlowAdaptation`.
///
/// The adapted model is a file in the run's folder, so that a run that goes on has it.
struct RunAdaptation {
  static let modelName = "adapted.safetensors"
  private static let digestName = "adapted_for"

  let model: ModelFile
  let evaluations: Int

  init(
    _ configuration: RunConfiguration, _ model: ModelFile, prepared: PreparedSystem, folder: OutputFolder, threads: Int
  ) throws {
    let path = folder.file(Self.modelName)
    if FileManager.default.fileExists(atPath: path),
      let known = try? ModelCatalog.load(path, prepared: prepared),
      known.header.provenance[Self.digestName] == configuration.digest,
      let count = known.header.provenance["adaptation_evaluations"].flatMap({ Int($0) })
    {
      (self.model, evaluations) = (known, count)
      return
    }
    let target = BoltzmannDensity(
      MolecularEnergy(prepared.system, threads: 1, precision: .single), state: prepared.state)
    var progress = Progress(total: configuration.adaptationRounds, skipped: 0, unit: "rounds")
    Interruption.watch()
    var adapted = model
    (adapted.flow, evaluations) = try FlowAdaptation(rounds: configuration.adaptationRounds).adapted(
      model.flow, to: target, kernel: prepared.chainMoves(),
      using: RandomStream(seed: configuration.seed).child(.adaptation),
      threads: threads
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
    do {
      try adapted.encoded().write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw OutputError(path, "cannot be written", reason: error.localizedDescription)
    }
    self.model = adapted
  }
}
