import Energies
import Estimators
import Randomness

/// A normalised density that can be drawn from and evaluated exactly.
///
/// For molecules the density is on the 3N − 6 coordinates of `InternalCoordinates`' convention.
public protocol Proposal: Sendable {
  /// Length of one configuration.
  var dimension: Int { get }

  /// Samples `range` of the unlimited sequence that `random` defines, each with its log q.
  ///
  /// Sample i depends on `random.child(i)` only: the same bytes for any split into ranges or threads.
  func draw(_ range: Range<Int>, from random: RandomStream) throws -> (x: Configurations, logQ: [Double])

  /// log q of given configurations, `[count]`; −∞ where the proposal never goes.
  func logDensities(of x: borrowing Configurations) throws -> [Double]

  /// How the samples of the sequence depend on each other; each by itself has the density q.
  var dependence: SampleDependence { get }
}

extension Proposal {
  public var dependence: SampleDependence { .independent }
}
