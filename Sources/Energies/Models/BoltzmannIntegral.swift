import Foundation

/// Integrals of exp(−u) by the trapezoidal rule, scaled so that nothing overflows.
///
/// For a smooth u that grows without bound, the rule over a range beyond which exp(−u) vanishes converges faster than any
/// power of the step (Trefethen & Weideman 2014, doi:10.1137/130932132): some points per width of the narrowest
/// well give all digits. Ranges that end where exp(−u) does not vanish need many more.
struct BoltzmannIntegral {
  /// Points and their weights, the step included.
  let points: [Double]
  private let weights: [Double]

  init(over range: ClosedRange<Double>, intervals: Int) {
    let step = (range.upperBound - range.lowerBound) / Double(intervals)
    points = (0...intervals).map { range.lowerBound + step * Double($0) }
    weights = (0...intervals).map { $0 == 0 || $0 == intervals ? 0.5 * step : step }
  }

  /// Composite Simpson's rule, for ranges that end inside a well; the error falls with the fourth power of the step.
  init(simpsonOver range: ClosedRange<Double>, pairsOfIntervals: Int) {
    let step = (range.upperBound - range.lowerBound) / Double(2 * pairsOfIntervals)
    points = (0...2 * pairsOfIntervals).map { range.lowerBound + step * Double($0) }
    weights = (0...2 * pairsOfIntervals).map {
      $0 == 0 || $0 == 2 * pairsOfIntervals ? step / 3 : ($0 % 2 == 1 ? 4 : 2) * step / 3
    }
  }

  /// ln ∫ exp(−u), ⟨x⟩ and the variance of x.
  func evaluate(_ u: (Double) -> Double) -> (log: Double, mean: Double, variance: Double) {
    let values = points.map(u)
    let lowest = values.min()!
    var zeroth = 0.0
    var first = 0.0
    for i in points.indices {
      let density = weights[i] * exp(lowest - values[i])
      zeroth += density
      first += density * points[i]
    }
    let mean = first / zeroth
    var second = 0.0
    for i in points.indices {
      let deviation = points[i] - mean
      second += weights[i] * exp(lowest - values[i]) * deviation * deviation
    }
    return (log(zeroth) - lowest, mean, second / zeroth)
  }
}
