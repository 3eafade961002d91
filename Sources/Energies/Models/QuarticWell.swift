import Foundation
import Randomness

/// The one-dimensional double well v(x) = a x⁴ + b x² + c x, of which the larger models are made.
public struct QuarticWell: Sendable, Equatable {
  /// a > 0
  public let quartic: Double
  /// b, negative for two wells.
  public let quadratic: Double
  /// c; the well on the side of −c is the deeper one.
  public let linear: Double

  public init(quartic: Double, quadratic: Double, linear: Double) {
    precondition(quartic > 0, "the potential must grow at infinity")
    self.quartic = quartic
    self.quadratic = quadratic
    self.linear = linear
  }

  /// v(x). Written so that a large x gives +∞, not a difference of infinities.
  public func value(_ x: Double) -> Double { x * x * (quartic * x * x + quadratic) + linear * x }

  /// dv/dx
  public func derivative(_ x: Double) -> Double { 2 * x * (2 * quartic * x * x + quadratic) + linear }

  /// ln ∫ exp(−v), mean and variance, by quadrature.
  public var statistics: (logPartitionFunction: Double, mean: Double, variance: Double) {
    let (log, mean, variance) = BoltzmannIntegral(over: -reach...reach, intervals: 4000).evaluate(value)
    return (log, mean, variance)
  }

  /// −ln(P(x > divide)/P(x < divide)): the free energy of the right region relative to the left one, kT.
  public func freeEnergyDifference(divide: Double) -> Double {
    precondition(abs(divide) < reach, "nothing lies beyond the divide")
    let left = BoltzmannIntegral(simpsonOver: -reach...divide, pairsOfIntervals: 5000).evaluate(value).log
    let right = BoltzmannIntegral(simpsonOver: divide...reach, pairsOfIntervals: 5000).evaluate(value).log
    return left - right
  }

  /// Beyond ±reach v is more than 60 kT above v(0) ≥ min v, and what is left out weighs less than 10⁻²⁴.
  var reach: Double {
    var x = 1.0
    while value(x) < 60 || value(-x) < 60 || x * x < -quadratic / quartic { x *= 1.25 }
    return x
  }
}

/// Independent draws of exp(−v) by rejection from a piecewise constant bound.
struct QuarticWellSampler {
  private let well: QuarticWell
  private let left: Double
  private let width: Double
  /// In each bin a lower bound of v.
  private let bounds: [Double]
  /// Running sums of exp(−bound).
  private let cumulative: [Double]

  init(_ well: QuarticWell, bins: Int = 1024) {
    self.well = well
    let reach = well.reach
    let width = 2 * reach / Double(bins)
    // Taylor about the bin's middle m: v(x) ≥ v(m) − |v′(m)| h − ½ h² max|v″|, |v″| ≤ 12 a x² + 2 |b|.
    let bounds = (0..<bins).map { bin in
      let middle = -reach + (Double(bin) + 0.5) * width
      let half = 0.5 * width
      let farthest = abs(middle) + half
      let curvature = 12 * well.quartic * farthest * farthest + 2 * abs(well.quadratic)
      return well.value(middle) - abs(well.derivative(middle)) * half - 0.5 * curvature * half * half
    }
    let lowest = bounds.min()!
    var sum = 0.0
    cumulative = bounds.map {
      sum += exp(lowest - $0)
      return sum
    }
    left = -reach
    self.width = width
    self.bounds = bounds
  }

  func draw(using random: inout RandomStream) -> Double {
    while true {
      let bin = random.categorical(cumulativeWeights: cumulative)
      let x = left + (Double(bin) + random.uniform()) * width
      if random.uniform() < exp(bounds[bin] - well.value(x)) { return x }
    }
  }
}
