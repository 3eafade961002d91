import Energies

/// Coordinates q in which a flow works: a bijection between q and configurations x, one of each orbit of whatever motion the
/// chart leaves out.
///
/// Densities of configurations are on the volume element dx = J(q) dq; if q has density p(q), x has log p(q) − log J(q).
public protocol CoordinateChart: Sendable {
  /// Length of one configuration.
  var dimension: Int { get }
  /// Coordinates of one configuration.
  var coordinateCount: Int { get }

  /// Configurations `[count][dimension]` from coordinates `[count][coordinateCount]`, with log J `[count]`; NaN where the
  /// coordinates are those of no configuration.
  func forwardAndLogDet(_ q: borrowing Configurations) -> (value: Configurations, logDet: [Double])

  /// Coordinates of configurations, with −log J.
  func inverseAndLogDet(_ x: borrowing Configurations) -> (value: Configurations, logDet: [Double])

  /// Derivatives of f(x(q)) − log J(q) with respect to q from ∂f/∂x.
  ///
  /// - Parameter x: the configurations of `q`, as `forwardAndLogDet` gives them.
  func pullBack(
    _ gradient: borrowing Configurations, at q: borrowing Configurations, x: borrowing Configurations
  ) -> Configurations
}

extension InternalCoordinates: CoordinateChart {
  public var dimension: Int { 3 * zMatrix.atomCount }
  public var coordinateCount: Int { zMatrix.coordinateCount }
}

/// q = x: for models without symmetries.
public struct IdentityChart: CoordinateChart {
  public let dimension: Int

  public init(dimension: Int) { self.dimension = dimension }

  public var coordinateCount: Int { dimension }

  public func forwardAndLogDet(_ q: borrowing Configurations) -> (value: Configurations, logDet: [Double]) {
    (copy q, [Double](repeating: 0, count: q.count))
  }

  public func inverseAndLogDet(_ x: borrowing Configurations) -> (value: Configurations, logDet: [Double]) {
    (copy x, [Double](repeating: 0, count: x.count))
  }

  public func pullBack(
    _ gradient: borrowing Configurations, at q: borrowing Configurations, x: borrowing Configurations
  ) -> Configurations { copy gradient }
}
