import Foundation

/// The tail of importance weights: its shape k̂ tells whether weighted averages can be trusted.
///
/// Of N weights the M = ⌈min(N/5, 3√N)⌉ largest are the tail; their excess over the next smaller weight is fitted with a
/// generalized Pareto distribution. k̂ is the fitted shape, drawn to ½ as if ten more observations said so:
/// k̂ = (M k + 5)/(M + 10). Below ½ the weights have a variance; above 0.7 no practical number of samples gives a reliable
/// average.
///
/// Source: Vehtari, Simpson, Gelman, Yao, Gabry 2024, "Pareto smoothed importance sampling", JMLR 25(72),
/// arXiv:1507.02646.
public struct ParetoTail: Sendable, Equatable {
  /// k̂
  public let shape: Double
  /// Number of weights that the fit used (those tied with the threshold are left out).
  public let count: Int
  /// ln of the weight that the tail exceeds.
  public let logThreshold: Double
  /// Log weights with those of the tail replaced by the quantiles of the fit, none above the largest raw one; in the order
  /// given and with the same normalisation. Shape `[N]`.
  public let smoothedLogWeights: [Double]

  /// Smallest tail that is fitted.
  public static let minimumCount = 5

  /// k̂ above which N samples do not suffice: min(1 − 1/log₁₀ N, 0.7).
  public static func reliableShape(sampleCount: Int) -> Double {
    min(1 - 1 / log10(Double(max(sampleCount, 2))), 0.7)
  }

  /// - Returns: nil where fewer than five weights exceed the threshold, because there are too few samples, or where they
  ///   are too alike: such weights have no tail to speak of.
  public init?(_ weights: LogWeights) {
    let values = weights.values
    let n = values.count
    let tailCount = Int(min(Double(n) / 5, 3 * Double(n).squareRoot()).rounded(.up))
    guard tailCount >= Self.minimumCount, tailCount < n else { return nil }
    let order = values.indices.sorted { values[$0] < values[$1] }
    let largest = values[order[n - 1]]
    // Zero weights, and those that vanish beside the largest, are no threshold: exp must not underflow.
    let threshold = max(values[order[n - tailCount - 1]], largest + log(Double.leastNormalMagnitude))
    let tail = order.suffix(tailCount).filter { values[$0] > threshold }
    guard tail.count >= Self.minimumCount else { return nil }

    // In units of the largest weight.
    let offset = exp(threshold - largest)
    guard let fit = GeneralizedPareto(fittedTo: tail.map { exp(values[$0] - largest) - offset }) else { return nil }
    let m = Double(tail.count)
    let k = (m * fit.shape + 5) / (m + 10)
    let smoothed = GeneralizedPareto(shape: k, scale: fit.scale)
    var logWeights = values
    for (rank, sample) in tail.enumerated() {
      let excess = smoothed.quantile((Double(rank) + 0.5) / m)
      logWeights[sample] = min(largest, largest + log(offset + excess))
    }
    shape = k
    count = tail.count
    logThreshold = threshold
    smoothedLogWeights = logWeights
  }
}
