import Foundation

/// The values of β at which annealing stops, 0 < β₁ < … < β_L = 1; the start, β = 0, is not among them.
public struct AnnealingSchedule: Sendable, Equatable, Codable {
  public let betas: [Double]
  /// Step of the kernel at each level; nil where the kernel's own step serves for all.
  public let stepSizes: [Double]?

  /// - Throws: `AnnealingScheduleError` unless β ascends within (0, 1] and ends at 1 exactly.
  public init(_ betas: [Double], stepSizes: [Double]? = nil) throws(AnnealingScheduleError) {
    var last = 0.0
    for (level, beta) in betas.enumerated() {
      guard beta > last, beta <= 1 else { throw .notAscending(level: level, beta: beta) }
      last = beta
    }
    guard last == 1 else { throw .endsBeforeTarget(last: last) }
    if let stepSizes {
      guard stepSizes.count == betas.count, stepSizes.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw .stepSizes(expected: betas.count, found: stepSizes.count)
      }
    }
    self.betas = betas
    self.stepSizes = stepSizes
  }

  /// β_l = (l/L)^p: equal steps for p = 1; more levels near the start for p > 1, where densities change fastest if the
  /// start is far wider than the target.
  public init(levels: Int, power: Double = 1) {
    precondition(levels > 0 && power > 0 && power.isFinite)
    // The last one is exactly 1, because 1^p is.
    betas = (1...levels).map { pow(Double($0) / Double(levels), power) }
    stepSizes = nil
    precondition(betas[0] > 0, "the first β underflows")
  }

  /// The levels, with their steps, that an adaptive run found. A run with these is not adaptive: what the first run cost
  /// in consistency is gone.
  public init(_ levels: [AnnealingLevel]) throws(AnnealingScheduleError) {
    try self.init(levels.map(\.beta), stepSizes: levels.map(\.stepSize))
  }
}

/// Why values of β are no schedule.
public enum AnnealingScheduleError: Error, Sendable, Equatable, CustomStringConvertible {
  case notAscending(level: Int, beta: Double)
  case endsBeforeTarget(last: Double)
  case stepSizes(expected: Int, found: Int)

  public var description: String {
    switch self {
    case .notAscending(let level, let beta):
      return "β number \(level + 1) of the schedule is \(beta); they must ascend from above 0 to 1"
    case .endsBeforeTarget(let last):
      return "the schedule ends at β = \(last), not at the target, β = 1"
    case .stepSizes(let expected, let found):
      return "the schedule needs \(expected) positive step sizes, one for each β, but has \(found)"
    }
  }
}
