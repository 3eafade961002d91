import Foundation

/// N points of D coordinates with log weights: an ensemble as a distance between ensembles sees it.
///
/// Checked once: every coordinate of a point that has weight is finite and at most 1e150 in magnitude, so that squares can
/// be summed, and some weight is above zero.
public struct WeightedPoints: Sendable {
  /// Shape `[N][D]`, flat.
  public let coordinates: [Double]
  /// D
  public let dimension: Int
  /// ln w, shape `[N]`; nil where all weights are equal.
  public let logWeights: LogWeights?

  /// - Parameters:
  ///   - coordinates: shape `[N][D]`, flat; not looked at where the weight is zero.
  ///   - dimension: D ≥ 1.
  ///   - logWeights: ln w, shape `[N]`; nil for equal weights.
  public init(_ coordinates: [Double], dimension: Int = 1, logWeights: [Double]? = nil) throws(EstimatorError) {
    precondition(dimension > 0, "points need at least one coordinate")
    let count = coordinates.count / dimension
    guard count * dimension == coordinates.count else {
      throw .countMismatch(expected: (count + 1) * dimension, found: coordinates.count)
    }
    guard count > 0 else { throw .tooFewSamples(found: 0, needed: 1) }
    if let logWeights, logWeights.count != count {
      throw .countMismatch(expected: count, found: logWeights.count)
    }
    let weights: LogWeights? = if let logWeights { try LogWeights(logWeights) } else { nil }
    for (place, x) in coordinates.enumerated() where !(abs(x) <= 1e150) {
      let sample = place / dimension
      if weights?.values[sample] == -.infinity { continue }
      throw x.isFinite ? .tooLarge(sample: sample) : .notANumber(sample: sample)
    }
    self.coordinates = coordinates
    self.dimension = dimension
    self.logWeights = weights
  }

  /// Points whose coordinates and weights have been checked.
  init(_ coordinates: [Double], dimension: Int, checked logWeights: LogWeights?) {
    (self.coordinates, self.dimension, self.logWeights) = (coordinates, dimension, logWeights)
  }

  /// N
  public var count: Int { coordinates.count / dimension }

  /// Weights that sum to 1. Shape `[N]`.
  public var shares: [Double] {
    guard let logWeights else { return [Double](repeating: 1 / Double(count), count: count) }
    return logWeights.values.map { exp($0 - logWeights.logSum) }
  }

  public func point(_ sample: Int) -> ArraySlice<Double> {
    coordinates[sample * dimension..<(sample + 1) * dimension]
  }

  /// The points of these numbers, a number as often as it is named, all of one weight: what resampling gives.
  public func equallyWeighted(_ samples: [Int]) throws(EstimatorError) -> WeightedPoints {
    var chosen: [Double] = []
    chosen.reserveCapacity(samples.count * dimension)
    for sample in samples { chosen.append(contentsOf: point(sample)) }
    return try WeightedPoints(chosen, dimension: dimension)
  }
}
