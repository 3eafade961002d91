import Energies
import Foundation

/// Everything that decides what a run computes; saved as `config.yaml` beside the results.
struct RunConfiguration {
  var system: SystemDescription
  var samples: Int
  var seed: UInt64
  /// `importance`: reweighting of independent proposals.
  var method: String
  /// `force-field`: the proposal that needs no training; `autoregressive`: the trained flow that comes with the system; or a
  /// path to a safetensors file.
  var model: String
  /// Whether dynamics from the samples looks for what the model never draws.
  var checks: Bool
  /// Samples written as restarts.
  var restarts: Int

  /// The file of a trained model.
  private(set) var modelPath: String?

  static let keys = ["samples", "seed", "method", "model", "check", "restarts", "temperature", "output", "threads"]
  static let methods = ["importance"]

  init(system: SystemDescription, overrides: inout Overrides) throws {
    self.system = system
    samples = try overrides.takeInteger("samples", in: 1...100_000_000) ?? 20_000
    seed = try overrides.takeSeed() ?? 0
    method = overrides.takeText("method") ?? "importance"
    restarts = try overrides.takeInteger("restarts", in: 0...100_000) ?? 10
    switch overrides.takeText("check") ?? "yes" {
    case "yes": checks = true
    case "no": checks = false
    case let word: throw UsageError("check=\(word) is neither yes nor no")
    }
    // The trained model where one comes with the system.
    model = overrides.takeText("model") ?? ModelCatalog.defaultModel(of: system.name)
    guard Self.methods.contains(method) else {
      throw UsageError("method=\(method) is not to be had", advice: "one of: \(Self.methods.joined(separator: ", "))")
    }
    modelPath = try ModelCatalog.path(ofProposal: model, system: system.name)
  }

  /// Threads and output folder do not change the result, and are not in it.
  var yaml: String {
    """
    # Resolved configuration; molsample \(Version.current)
    check: \(checks ? "yes" : "no")
    restarts: \(restarts)

    """ + decisive
  }

  /// What decides the samples.
  private var decisive: String {
    """
    samples: \(samples)
    seed: \(seed)
    method: \(method)
    model: \(model)\(modelPath.map { " # \(ConfigurationDigest.ofFile($0))" } ?? "")
    # The system, as in a system.yaml

    """ + system.yaml
  }

  /// Of what decides the samples: version, seed, model file, system.
  var digest: String { ConfigurationDigest.of(Version.current + "\n" + decisive) }
}
