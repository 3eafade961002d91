import Foundation

/// The Jensen–Shannon divergence of two histograms, ½ KL(p‖m) + ½ KL(q‖m) with m = (p + q)/2: 0 for the same, at most
/// ln 2 nat = 1 bit for histograms that share no bin.
///
/// The square of SciPy's `jensenshannon`, which returns the root.
///
/// Source: Lin 1991, doi:10.1109/18.61115.
public struct JensenShannonDivergence: Sendable, Hashable {
  public let nats: Double

  public var bits: Double { nats / log(2) }

  /// - Parameters: masses or counts of the same bins in the same order, not normalised.
  /// - Throws: `EstimatorError.countMismatch`; `.notANumber` where a mass is negative or not finite; `.emptyHistogram`.
  public init(_ p: [Double], _ q: [Double]) throws(EstimatorError) {
    guard p.count == q.count else { throw .countMismatch(expected: p.count, found: q.count) }
    for masses in [p, q] {
      for (bin, mass) in masses.enumerated() where !(mass >= 0 && mass.isFinite) { throw .notANumber(sample: bin) }
      guard masses.contains(where: { $0 > 0 }) else { throw .emptyHistogram(samples: 0) }
    }
    let (sumP, sumQ) = (p.reduce(0, +), q.reduce(0, +))
    var sum = 0.0
    for bin in p.indices {
      let (a, b) = (p[bin] / sumP, q[bin] / sumQ)
      let middle = (a + b) / 2
      if a > 0 { sum += a * log(a / middle) }
      if b > 0 { sum += b * log(b / middle) }
    }
    nats = min(log(2), max(0, sum / 2))
  }
}
