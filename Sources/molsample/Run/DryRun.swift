import Energies
import Estimators
import Foundation
import Randomness
import Sampling

/// What `run --dry-run` says: the resolved configuration, the method, and about how long it would take.
struct DryRun {
  private let configuration: RunConfiguration
  private let method: RunMethod
  private let reason: String?
  private let pilot: RunPilot
  private let secondsPerSample: Double
  private let output: String

  init(
    _ configuration: RunConfiguration, prepared: PreparedSystem, proposal: any Proposal, output: String, threads: Int
  ) throws {
    self.configuration = configuration
    self.output = output
    let start = Date()
    pilot = try RunPilot(
      proposal, target: BoltzmannDensity(MolecularEnergy(prepared.system, threads: threads), state: prepared.state),
      using: RandomStream(seed: configuration.seed))
    secondsPerSample = Date().timeIntervalSince(start) / Double(pilot.samples)
    (method, reason) = configuration.chosenMethod(pilot)
  }

  func print() {
    var lines = [configuration.yaml, "method: \(method.name)" + (reason.map { ", \($0)" } ?? "")]
    lines.append(
      "effective: \(significant(100 * pilot.statistics.effectiveFraction, 3)) % of \(pilot.samples) draws")
    if configuration.adaptationRounds > 0 {
      lines.append(
        "before: the model learns from chains for \(configuration.adaptationRounds) rounds, which takes minutes; "
          + "what is said here is of the model as it is")
    }
    let name = method.name == RunMethods.importance.name
    let seconds = secondsPerSample * Double(configuration.stopping.samples)
    lines.append(
      name
        ? "sampling: about \(Progress.duration(seconds)), then the check and the pictures"
        : "sampling: draws alone take \(Progress.duration(seconds)); the moves of \(method.name) come on top")
    lines.append("would be written to \(output); nothing was")
    Swift.print(lines.joined(separator: "\n"))
  }
}
