import Energies
import Estimators

/// A way from a proposal to a weighted ensemble of a target, portion by portion, so that a long run can be stopped, looked at, and
/// gone on with to the same bytes.
///
/// The mean of e^{ln w} estimates Z = ∫ exp(−u) whatever the method, and weighted averages are those of the target.
///
/// A new method is one file, a line in the tests' registry, and a line in the command's.
public protocol EnsembleMethod: Sendable {
  /// What one portion leaves to the next; portions that know nothing of each other have `NoState`.
  associatedtype State: Sendable, Codable

  /// Samples of a whole portion.
  var portion: Int { get }

  /// The state before the first portion.
  func start() throws -> State

  /// Samples `range` of the ensemble, which is a whole portion or the beginning of one.
  func sample(_ range: Range<Int>, state: inout State) throws -> EnsemblePortion

  /// Numbers that say how well the method works, by name.
  func diagnostics(of state: State) -> [String: Double]

  /// How samples depend on each other, where portions do not name their `walkers`.
  var dependence: SampleDependence { get }
}

/// The samples of one portion, and what belongs to them.
public struct EnsemblePortion: Sendable {
  public var samples: WeightedSamples
  /// Which walker or population each sample belongs to, `[count]`, where they depend on each other; those of different numbers are
  /// independent. nil otherwise.
  public var walkers: [Int]?
  /// Evaluations of the target.
  public var evaluations: Int

  public init(_ samples: WeightedSamples, walkers: [Int]? = nil, evaluations: Int) {
    (self.samples, self.walkers, self.evaluations) = (samples, walkers, evaluations)
  }

  /// Some of the samples, for all evaluations.
  func keeping(_ rows: [Int]) -> EnsemblePortion {
    EnsemblePortion(
      WeightedSamples(
        x: samples.x.rows(rows), reducedPotentials: rows.map { samples.reducedPotentials[$0] },
        logProposals: rows.map { samples.logProposals[$0] }, logWeights: rows.map { samples.logWeights[$0] }),
      walkers: walkers.map { walkers in rows.map { walkers[$0] } }, evaluations: evaluations)
  }
}

extension EnsembleMethod {
  public func diagnostics(of state: State) -> [String: Double] { [:] }
}

/// For methods whose portions know nothing of each other.
public struct NoState: Sendable, Codable { public init() {} }

extension EnsembleMethod where State == NoState {
  public func start() -> NoState { NoState() }
}
