import Energies

/// A path of densities exp(−u_β) from β = 0, where samples can be had, to β = 1, the target:
/// u_β(x) = a(β) u_start(x) + b(β) u_end(x).
///
/// Both ends are exact: a(0) = 1, b(0) = 0, a(1) = 0, b(1) = 1, and a potential whose coefficient is zero is not looked at,
/// so that 0 · ∞ cannot become NaN. An impossible target configuration (u_end = +∞) is thus possible at β = 0 only, and a
/// place where no sample starts (u_start = +∞) at β = 1 only.
///
/// The two ends are evaluated once for each configuration; every u_β, and the weight of a change of β, follow from them.
public protocol AnnealingPath: Sendable {
  /// Length of one configuration.
  var dimension: Int { get }

  /// a(β) and b(β).
  func coefficients(at beta: Double) -> PathCoefficients

  /// u_start and u_end, kT.
  func potentials(of x: borrowing Configurations) throws -> PathPotentials

  /// u_start and u_end where u_start is known, as it is of fresh samples.
  func potentials(of x: borrowing Configurations, start: [Double]) throws -> PathPotentials

  /// u_start and u_end, and their gradients.
  func potentials(of x: borrowing Configurations, gradients: inout PathGradients) throws -> PathPotentials
}

extension AnnealingPath {
  /// The straight path, a = 1 − β and b = β.
  public func coefficients(at beta: Double) -> PathCoefficients { PathCoefficients(start: 1 - beta, end: beta) }

  public func potentials(of x: borrowing Configurations, start: [Double]) throws -> PathPotentials {
    try potentials(of: x)
  }
}

/// a(β) and b(β) of an `AnnealingPath` at one β.
public struct PathCoefficients: Sendable, Equatable {
  public var start: Double
  public var end: Double

  public init(start: Double, end: Double) {
    self.start = start
    self.end = end
  }

  /// a u_start + b u_end, without what has the coefficient zero.
  @inline(__always)
  public func mixed(_ start: Double, _ end: Double) -> Double {
    if self.end == 0 { return self.start * start }
    if self.start == 0 { return self.end * end }
    // An impossible configuration is impossible whatever the other end says of it.
    if start == .infinity || end == .infinity { return .infinity }
    return self.start * start + self.end * end
  }
}

/// u_start and u_end of a batch, kT, `[count]` each.
public struct PathPotentials: Sendable, Equatable {
  public var start: [Double]
  public var end: [Double]

  public init(start: [Double], end: [Double]) {
    precondition(start.count == end.count)
    self.start = start
    self.end = end
  }

  /// u_β of every configuration.
  func mixed(_ coefficients: PathCoefficients) -> [Double] {
    zip(start, end).map { coefficients.mixed($0, $1) }
  }
}

/// ∂u_start/∂x and ∂u_end/∂x of a batch, `[count][dimension]` each.
public struct PathGradients: Sendable, Equatable {
  public var start: Configurations
  public var end: Configurations

  public init(count: Int, dimension: Int) {
    start = Configurations(count: count, dimension: dimension)
    end = start
  }

  init(start: Configurations, end: Configurations) {
    self.start = start
    self.end = end
  }

  /// ∂u_β/∂x of every configuration.
  func mixed(_ coefficients: PathCoefficients) -> Configurations {
    var result = start
    for i in result.coordinates.indices {
      result.coordinates[i] =
        if coefficients.end == 0 {
          coefficients.start * start.coordinates[i]
        } else if coefficients.start == 0 {
          coefficients.end * end.coordinates[i]
        } else {
          coefficients.start * start.coordinates[i] + coefficients.end * end.coordinates[i]
        }
    }
    return result
  }
}
