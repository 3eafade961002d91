import Randomness

/// A number that says how far two ensembles are from each other, 0 for the same.
///
/// A distance between finite samples is never 0, even where both come from one distribution. `noiseFloor` tells how large
/// it then is: no value means anything without it.
public protocol EnsembleDistance: Sendable {
  func value(_ ensemble: WeightedPoints, from reference: WeightedPoints) throws(EstimatorError) -> Double
}

extension EnsembleDistance {
  /// The distance between pairs of samples of the reference itself.
  ///
  /// - Parameters:
  ///   - count: points of each of the two samples, as many as the ensemble that is judged has (its effective sample size,
  ///     where it is weighted).
  ///   - pairs: how the samples are drawn.
  ///   - repetitions: at least one; the standard deviation needs two.
  ///   - random: draws the samples; the same stream gives the same floor.
  /// - Throws: `EstimatorError.tooFewSamples` where the reference does not hold two disjoint samples; what `value` throws.
  public func noiseFloor(
    of reference: WeightedPoints, count: Int, pairs: ReferencePairs = .disjoint, repetitions: Int = 5,
    random: inout RandomStream
  ) throws(EstimatorError) -> NoiseFloor {
    precondition(repetitions > 0, "a noise floor needs at least one pair of samples")
    guard count > 0 else { throw .tooFewSamples(found: count, needed: 1) }
    var values: [Double] = []
    for _ in 0..<repetitions {
      let (first, second) = try pairs.draw(count, from: reference, random: &random)
      values.append(
        try value(try reference.equallyWeighted(first), from: try reference.equallyWeighted(second)))
    }
    return NoiseFloor(values: values, count: count)
  }
}

/// How two samples are drawn from one reference.
public enum ReferencePairs: Sendable, Hashable {
  /// No point is in both samples, nor twice in one: two halves where `count` is N/2. A weighted reference is first
  /// resampled to its own size, each copy counting as a point.
  case disjoint
  /// Each sample is drawn with replacement (bootstrap; Efron 1979, doi:10.1214/aos/1176344552). Works at any count, but the
  /// samples share points, so that for distances of more than one dimension the floor comes out too low as `count` comes
  /// near N.
  case bootstrap
  /// As `disjoint`, but points of one group, for example of one walker, are never on both sides: where neighbours in time are
  /// alike, halves that share walkers are too near to each other. The group of each point, `[count]`; for references without
  /// weights.
  case disjointGroups([Int])

  func draw(
    _ count: Int, from reference: WeightedPoints, random: inout RandomStream
  ) throws(EstimatorError) -> ([Int], [Int]) {
    switch self {
    case .bootstrap:
      return (reference.resampled(count, random: &random), reference.resampled(count, random: &random))
    case .disjoint:
      let n = reference.count
      guard 2 * count <= n else { throw .tooFewSamples(found: n, needed: 2 * count) }
      var pool = reference.logWeights == nil ? Array(0..<n) : reference.resampled(n, random: &random)
      for i in 0..<2 * count { pool.swapAt(i, i + random.integer(below: n - i)) }
      return (Array(pool[..<count]), Array(pool[count..<2 * count]))
    case .disjointGroups(let groups):
      precondition(groups.count == reference.count && reference.logWeights == nil, "a group for each point, no weights")
      var order = Set(groups).sorted()
      order.shuffle(using: &random)
      let first = Set(order.prefix(order.count / 2))
      var sides = [
        groups.indices.filter { first.contains(groups[$0]) }, groups.indices.filter { !first.contains(groups[$0]) },
      ]
      for side in 0..<2 {
        guard sides[side].count >= count else { throw .tooFewSamples(found: sides[side].count, needed: count) }
        sides[side].shuffle(using: &random)
      }
      return (Array(sides[0].prefix(count)), Array(sides[1].prefix(count)))
    }
  }
}

/// Distances between pairs of samples that come from one distribution.
public struct NoiseFloor: Sendable, Equatable {
  /// Shape `[repetitions]`.
  public let values: [Double]
  /// Points of each sample.
  public let count: Int

  public var mean: Double { values.reduce(0, +) / Double(values.count) }

  /// Of one value, not of the mean; nil for one repetition.
  public var standardDeviation: Double? {
    guard values.count > 1 else { return nil }
    let mean = mean
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }
}

extension WeightedPoints {
  /// Numbers of points drawn with replacement, each with probability proportional to its weight (multinomial resampling).
  public func resampled(_ count: Int, random: inout RandomStream) -> [Int] {
    guard logWeights != nil else { return (0..<count).map { _ in random.integer(below: self.count) } }
    var sum = 0.0
    let cumulative = shares.map { share in
      sum += share
      return sum
    }
    return (0..<count).map { _ in random.categorical(cumulativeWeights: cumulative) }
  }
}
