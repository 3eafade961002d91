import Dispatch
import Foundation
import Randomness

/// Errors by drawing again, with replacement, from independent units: samples, blocks, chains or walkers.
///
/// The units fall into strata that are drawn from separately, as many as each stratum has (the samples of one thermodynamic
/// state, say). Correlated samples are not independent units: draw whole chains or long blocks of them.
///
/// Source: Efron 1979, doi:10.1214/aos/1176344552; percentile interval: Efron & Tibshirani 1986,
/// doi:10.1214/ss/1177013815.
public struct Bootstrap: Sendable, Equatable {
  /// Number of times the units are drawn again.
  public let resamples: Int
  /// Probability that the interval is to hold, 0.95 for the quantiles 0.025 and 0.975.
  public let confidence: Double

  public init(resamples: Int = 200, confidence: Double = 0.95) {
    precondition(resamples >= 2 && confidence > 0 && confidence < 1, "at least 2 resamples and a confidence in (0, 1)")
    self.resamples = resamples
    self.confidence = confidence
  }

  public struct Estimate: Sendable, Equatable {
    /// Standard deviation over the resamples.
    public let standardError: Double
    /// Percentile interval at the plan's confidence.
    public let interval: ClosedRange<Double>
    /// Resamples that gave a value; the others (all weights zero, a constant series …) are left out.
    public let succeeded: Int
  }

  /// - Parameters:
  ///   - strata: number of units in each; units are numbered through, stratum after stratum.
  ///   - random: one draw is taken from it; resample b uses a stream of its own, so that `threads` change nothing.
  ///   - statistic: of the drawn units, ascending and with repetitions.
  /// - Throws: `EstimatorError.tooFewSamples` where no stratum has two units or fewer than two resamples gave a value.
  public func estimate(
    strata: [Int], random: inout RandomStream, threads: Int = 1,
    statistic: @Sendable ([Int]) throws(EstimatorError) -> Double
  ) throws(EstimatorError) -> Estimate {
    try estimates(strata: strata, random: &random, threads: threads) { units throws(EstimatorError) in
      [try statistic(units)]
    }[0]
  }

  /// The same for several statistics of each resample; they must always be as many.
  public func estimates(
    strata: [Int], random: inout RandomStream, threads: Int = 1,
    statistics: @Sendable ([Int]) throws(EstimatorError) -> [Double]
  ) throws(EstimatorError) -> [Estimate] {
    precondition(threads > 0 && strata.allSatisfy { $0 >= 0 })
    guard strata.contains(where: { $0 > 1 }) else { throw .tooFewSamples(found: strata.max() ?? 0, needed: 2) }
    let stream = random.child(Int(truncatingIfNeeded: random.next()))
    let results = ReplicateStore(count: resamples)
    @Sendable func replicate(_ b: Int) {
      var own = stream.child(b)
      results.set(b, try? statistics(Self.draw(strata, &own)))
    }
    if threads == 1 {
      for b in 0..<resamples { replicate(b) }
    } else {
      let shards = min(threads, resamples)
      DispatchQueue.concurrentPerform(iterations: shards) { shard in
        for b in resamples * shard / shards..<resamples * (shard + 1) / shards { replicate(b) }
      }
    }
    let values = results.values.compactMap { $0 }.filter { $0.allSatisfy(\.isFinite) }
    guard values.count >= 2 else { throw .tooFewSamples(found: values.count, needed: 2) }
    return values[0].indices.map { i in summary(values.map { $0[i] }) }
  }

  private func summary(_ values: [Double]) -> Estimate {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    let sorted = values.sorted()
    func quantile(_ p: Double) -> Double {
      let place = p * (n - 1)
      let below = Int(place)
      let above = min(below + 1, sorted.count - 1)
      return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
    return Estimate(
      standardError: variance.squareRoot(), interval: quantile((1 - confidence) / 2)...quantile((1 + confidence) / 2),
      succeeded: values.count)
  }

  /// Units drawn with replacement within each stratum, ascending.
  static func draw(_ strata: [Int], _ random: inout RandomStream) -> [Int] {
    var units: [Int] = []
    units.reserveCapacity(strata.reduce(0, +))
    var first = 0
    for count in strata where count > 0 {
      var times = [Int32](repeating: 0, count: count)
      for _ in 0..<count { times[random.integer(below: count)] += 1 }
      for unit in 0..<count { for _ in 0..<times[unit] { units.append(first + unit) } }
      first += count
    }
    return units
  }
}

/// A place for each replicate, written from several threads.
private final class ReplicateStore: @unchecked Sendable {
  private let lock = NSLock()
  private var storage: [[Double]?]

  init(count: Int) { storage = Array(repeating: nil, count: count) }

  func set(_ index: Int, _ value: [Double]?) {
    lock.lock()
    storage[index] = value
    lock.unlock()
  }

  /// Read after all writers have ended.
  var values: [[Double]?] { storage }
}
