import Foundation
import Randomness

/// Clusters of points by Lloyd's algorithm, started by k-means++ with several trials for each centre.
///
/// Deterministic for a seed. Distances are Euclidean: give angles as sine and cosine (`WeightedPoints.sinesAndCosines`).
///
/// Source: Lloyd 1982, doi:10.1109/TIT.1982.1056489; Arthur & Vassilvitskii 2007, "k-means++: the advantages of careful
/// seeding".
public struct KMeans: Sendable {
  /// Shape `[K][D]`.
  public let centers: [[Double]]
  /// Σ w̃ d² to the nearest centre.
  public let meanSquaredDistance: Double
  public let iterations: Int

  /// - Parameters:
  ///   - clusterCount: K; fewer centres come out where there are fewer distinct points.
  ///   - seed: of the stream that draws the first centres.
  /// - Throws: `EstimatorError.tooFewSamples` for fewer points than clusters.
  public init(
    _ points: WeightedPoints, clusterCount: Int = 20, seed: UInt64 = 0, largestIterationCount: Int = 300
  ) throws(EstimatorError) {
    precondition(clusterCount > 0, "at least one cluster")
    guard points.count >= clusterCount else { throw .tooFewSamples(found: points.count, needed: clusterCount) }
    var random = RandomStream(seed: seed)
    let shares = points.shares
    var centers = Self.firstCenters(points, shares: shares, count: clusterCount, random: &random)
    let dimension = points.dimension
    var states = [Int](repeating: -1, count: points.count)
    var sumOfSquares = 0.0
    var iteration = 0
    while iteration < largestIterationCount {
      iteration += 1
      sumOfSquares = 0
      var changed = false
      var masses = [Double](repeating: 0, count: centers.count)
      var sums = [[Double]](repeating: [Double](repeating: 0, count: dimension), count: centers.count)
      for sample in 0..<points.count where shares[sample] > 0 {
        let point = points.point(sample)
        let (state, squared) = Self.nearest(point, centers)
        if state != states[sample] {
          states[sample] = state
          changed = true
        }
        sumOfSquares += shares[sample] * squared
        masses[state] += shares[sample]
        for (d, x) in point.enumerated() { sums[state][d] += shares[sample] * x }
      }
      guard changed else { break }
      // A centre that lost all its points stays where it is.
      for k in centers.indices where masses[k] > 0 { centers[k] = sums[k].map { $0 / masses[k] } }
    }
    self.centers = centers
    meanSquaredDistance = sumOfSquares
    iterations = iteration
  }

  /// The number of the nearest centre; the first of several equally near.
  public func state(of point: some Collection<Double>) -> Int { Self.nearest(point, centers).state }

  private static func nearest(_ point: some Collection<Double>, _ centers: [[Double]]) -> (state: Int, squared: Double)
  {
    var best = (state: 0, squared: Double.infinity)
    for (k, center) in centers.enumerated() {
      var sum = 0.0
      for (x, y) in zip(point, center) { sum += (x - y) * (x - y) }
      if sum < best.squared { best = (k, sum) }
    }
    return best
  }

  /// Each centre is the best of 2 + ⌊ln K⌋ points drawn with probability w d², d the distance to the centres so far.
  private static func firstCenters(
    _ points: WeightedPoints, shares: [Double], count: Int, random: inout RandomStream
  ) -> [[Double]] {
    let trials = 2 + Int(log(Double(count)))
    var sum = 0.0
    let cumulative = shares.map { share in
      sum += share
      return sum
    }
    var centers = [Array(points.point(random.categorical(cumulativeWeights: cumulative)))]
    func squares(to center: [Double], below squares: [Double]?) -> [Double] {
      (0..<points.count).map { sample in
        guard shares[sample] > 0 else { return 0 }
        return min(squares?[sample] ?? .infinity, Self.nearest(points.point(sample), [center]).squared)
      }
    }
    var nearest = squares(to: centers[0], below: nil)
    while centers.count < count {
      var total = 0.0
      let marks = nearest.indices.map { sample in
        total += shares[sample] * nearest[sample]
        return total
      }
      guard total > 0 else { break }
      var best: (sum: Double, center: [Double], squares: [Double])?
      for _ in 0..<trials {
        let center = Array(points.point(random.categorical(cumulativeWeights: marks)))
        let squares = squares(to: center, below: nearest)
        let sum = zip(shares, squares).reduce(0) { $0 + $1.0 * $1.1 }
        if sum < best?.sum ?? .infinity { best = (sum, center, squares) }
      }
      centers.append(best!.center)
      nearest = best!.squares
    }
    return centers
  }
}

extension WeightedPoints {
  /// Points of angles as points of all sines and then all cosines, D → 2 D coordinates, with the same weights.
  public var sinesAndCosines: WeightedPoints {
    var embedded: [Double] = []
    embedded.reserveCapacity(2 * coordinates.count)
    for sample in 0..<count {
      embedded += point(sample).map(sin)
      embedded += point(sample).map(cos)
    }
    return WeightedPoints(embedded, dimension: 2 * dimension, checked: logWeights)
  }
}
