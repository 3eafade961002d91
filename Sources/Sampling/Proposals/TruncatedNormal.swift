import Foundation
import Randomness

/// A normal density of one variable, restricted to an interval and renormalised there.
public struct TruncatedNormal: Sendable {
  public let mean: Double
  public let standardDeviation: Double
  public let bounds: ClosedRange<Double>
  private let logNormaliser: Double

  /// The interval must hold a fair share of the mass (draws are by rejection).
  public init(mean: Double, standardDeviation: Double, bounds: ClosedRange<Double>) {
    precondition(standardDeviation > 0 && bounds.contains(mean))
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.bounds = bounds
    let scale = 1 / (standardDeviation * 2.0.squareRoot())
    let mass = 0.5 * (erf((bounds.upperBound - mean) * scale) - erf((bounds.lowerBound - mean) * scale))
    logNormaliser = log(mass * standardDeviation * (2 * Double.pi).squareRoot())
  }

  public func draw(using random: inout RandomStream) -> Double {
    while true {
      let value = mean + standardDeviation * random.normal()
      if bounds.contains(value) { return value }
    }
  }

  public func logDensity(_ x: Double) -> Double {
    guard bounds.contains(x) else { return -.infinity }
    let z = (x - mean) / standardDeviation
    return -0.5 * z * z - logNormaliser
  }

  /// d log p/dx inside the interval.
  public func slope(_ x: Double) -> Double { (mean - x) / (standardDeviation * standardDeviation) }
}
