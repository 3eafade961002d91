import Sampling

/// What a round of training minimises, and where its samples come from.
///
/// A new objective is one file and one line in `TrainingObjectives`.
public protocol TrainingObjective: Sendable {
  /// Name for configurations, for example "log_variance".
  static var name: String { get }

  /// Whether it cannot do without equilibrium frames.
  static var needsFrames: Bool { get }

  init()

  /// One round: gathers samples and takes the optimiser's steps.
  func run<Target: TargetDensity>(_ round: inout TrainingRound<Target>) throws -> TrainingReport
}

/// The objectives.
public enum TrainingObjectives {
  public static let all: [any TrainingObjective.Type] = [
    LikelihoodObjective.self, FlowMatchingObjective.self, LogVarianceObjective.self,
    ReverseKullbackLeiblerObjective.self, MixedObjective.self,
    AlphaTwoObjective.self,
  ]

  public static var names: [String] { all.map { $0.name } }

  public static func type(of name: String) -> (any TrainingObjective.Type)? { all.first { $0.name == name } }
}

/// Why training cannot go on.
public struct TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  public var description: String
}
