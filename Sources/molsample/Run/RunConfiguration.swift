import Energies
import Foundation

/// Everything that decides what a run computes; saved as `config.yaml` beside the results.
struct RunConfiguration {
  var system: SystemDescription
  var stopping: StoppingRule
  var seed: UInt64
  /// A name of `RunMethods`, or `auto`.
  var method: String
  /// `force-field`: the proposal that needs no training; `autoregressive`, …: the trained flow that comes with the system; or a
  /// path to a safetensors file.
  var model: String
  /// Rounds in which chains teach the model before samples are drawn from it; 0 for the model as it is.
  var adaptationRounds: Int
  /// Whether the rare side of the first free-energy difference is drawn more often than the model would.
  var oversamples: Bool
  /// Whether dynamics from the samples looks for what the model never draws.
  var checks: Bool
  /// Samples written as restarts.
  var restarts: Int

  /// The file of a trained model.
  private(set) var modelPath: String?

  static let keys =
    StoppingRule.keys + [
      "seed", "method", "model", "adapt", "oversample", "check", "restarts", "temperature", "output", "threads",
    ]

  init(system: SystemDescription, overrides: inout Overrides) throws {
    self.system = system
    stopping = try StoppingRule(&overrides)
    guard stopping.error == nil || !system.regions.isEmpty else {
      throw UsageError(
        "error_kT= needs a free-energy difference, and \(system.name) names none",
        advice: "add free_energies to its system.yaml, or stop by ess=, seconds= or samples=")
    }
    seed = try overrides.takeSeed() ?? 0
    method = overrides.takeText("method") ?? "auto"
    restarts = try overrides.takeInteger("restarts", in: 0...100_000) ?? 10
    checks = try overrides.takeSwitch("check") ?? true
    oversamples = try overrides.takeSwitch("oversample") ?? true
    // The trained model where one comes with the system.
    model = overrides.takeText("model") ?? ModelCatalog.defaultModel(of: system)
    guard method == RunMethods.automatic || RunMethods.named(method) != nil else {
      throw UsageError(
        "method=\(method) is not to be had", advice: "one of: \(RunMethods.names.joined(separator: ", "))")
    }
    adaptationRounds = try overrides.takeInteger("adapt", in: 0...1_000_000) ?? 0
    modelPath = try ModelCatalog.path(ofProposal: model, system: system.name)
    guard adaptationRounds == 0 || modelPath != nil else {
      throw UsageError(
        "adapt=\(adaptationRounds) needs a trained model, and \(model) is none",
        advice: "leave adapt out, or train a model with `molsample train`")
    }
  }

  /// The method that was asked for, or what the pilot says with its reason.
  func chosenMethod(_ pilot: RunPilot) -> (method: RunMethod, reason: String?) {
    if let method = RunMethods.named(method) { return (method, nil) }
    return pilot.choice
  }

  /// Threads and output folder do not change the result, and are not in it.
  var yaml: String {
    """
    # Resolved configuration; molsample \(Version.current)
    check: \(checks ? "yes" : "no")
    restarts: \(restarts)
    \(stopping.yaml)
    """ + decisive
  }

  /// What decides the samples one by one. Where they end is no part of it: more samples go on from those that are there.
  private var decisive: String {
    """
    seed: \(seed)
    method: \(method)
    model: \(model)\(modelPath.map { " # \(ConfigurationDigest.ofFile($0))" } ?? "")
    oversample: \(oversamples ? "yes" : "no")\(adaptationRounds > 0 ? "\nadapt: \(adaptationRounds)" : "")
    # The system, as in a system.yaml

    """ + system.yaml
  }

  /// Of what decides the samples: version, seed, method, model file, system.
  var digest: String { ConfigurationDigest.of(Version.current + "\n" + decisive) }
}
