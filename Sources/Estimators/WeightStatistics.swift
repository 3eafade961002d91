import Foundation

/// All that N importance weights say about themselves: how many samples they are worth, the normalisation constant, and
/// how far to trust both.
///
/// Log weights are ln wᵢ = −u(xᵢ) − ln q(xᵢ), so that the mean weight estimates Z = ∫ exp(−u).
public struct WeightStatistics: Sendable, Equatable {
  /// N, clashes included.
  public let count: Int
  /// Samples of weight zero (log weight −∞).
  public let zeroWeightCount: Int
  /// Kish's effective sample size (Σ w)²/Σ w², nothing trimmed.
  public let effectiveSampleSize: Double
  /// `effectiveSampleSize`/N.
  public let effectiveFraction: Double
  /// How `trimmedEffectiveFraction` was trimmed.
  public let trimming: WeightTrimming
  /// Effective fraction after trimming, of the samples that were kept. nil where all that was kept has zero weight.
  public let trimmedEffectiveFraction: Double?
  /// Half of the distance between the quantiles of 16 and 84 % of ln w over samples of positive weight, the standard deviation where they
  /// are normal; nil for fewer than two. A clash has next to no weight and no say in it.
  public let logWeightSpread: Double?
  /// Share of the largest weight in the sum.
  public let largestShare: Double
  /// ln Ẑ = LSE(ln w) − ln N. Ẑ has no bias; its logarithm has one of −½ `logPartitionFunctionError`².
  public let logPartitionFunction: Double
  /// Standard error of ln Ẑ by the delta method, √((N/ESS − 1)/(N − 1)) for independent samples; nil for N = 1 or one group.
  /// Too small where the tail is heavy.
  public let logPartitionFunctionError: Double?
  /// Effective fractions of the first and of the second half of the samples, smaller first; a half of clashes only has 0.
  /// Far apart, they say that neither is known. nil for N = 1.
  public let splitHalfEffectiveFractions: ClosedRange<Double>?
  /// k̂ of the largest weights; nil where they have no tail to fit (see `ParetoTail`).
  public let paretoShape: Double?

  /// - Parameters:
  ///   - logWeights: ln w, shape `[N]`.
  ///   - trimming: for `trimmedEffectiveFraction` only; everything else uses all weights as they are.
  ///   - dependence: of the samples on each other, for the error of ln Ẑ.
  /// - Throws: `EstimatorError` for NaN, for +∞, and where no weight is above zero.
  public init(
    logWeights: [Double], trimming: WeightTrimming = .standard, dependence: SampleDependence = .independent
  ) throws(EstimatorError) {
    let weights = try LogWeights(logWeights)
    let n = Double(weights.count)
    count = weights.count
    zeroWeightCount = logWeights.count { $0 == -.infinity }
    effectiveSampleSize = weights.effectiveSampleSize
    effectiveFraction = effectiveSampleSize / n
    self.trimming = trimming
    trimmedEffectiveFraction = Self.effectiveFraction(trimming.trimmed(weights))
    let possible = logWeights.filter { $0 > -.infinity }.sorted()
    func quantile(_ share: Double) -> Double {
      let place = share * Double(possible.count - 1)
      let low = possible[Int(place)], high = possible[min(possible.count - 1, Int(place) + 1)]
      return low + (place - place.rounded(.down)) * (high - low)
    }
    // Φ(±1)
    logWeightSpread = possible.count < 2 ? nil : 0.5 * (quantile(0.841345) - quantile(0.158655))
    largestShare = weights.largestShare
    logPartitionFunction = weights.logSum - log(n)
    if count > 1 {
      if case .independent = dependence {
        logPartitionFunctionError = (max(0, n / effectiveSampleSize - 1) / (n - 1)).squareRoot()
      } else {
        logPartitionFunctionError = dependence.standardError(
          ofSum: weights.values.map { exp($0 - weights.logSum) - 1 / n })
      }
      let halves = [logWeights.prefix(count / 2), logWeights.suffix(count - count / 2)]
      let fractions = halves.map { Self.effectiveFraction(Array($0)) ?? 0 }
      splitHalfEffectiveFractions = min(fractions[0], fractions[1])...max(fractions[0], fractions[1])
    } else {
      logPartitionFunctionError = nil
      splitHalfEffectiveFractions = nil
    }
    paretoShape = ParetoTail(weights)?.shape
  }

  /// nil where all weights are zero; the caller has checked the values.
  private static func effectiveFraction(_ logWeights: [Double]) -> Double? {
    guard let weights = try? LogWeights(logWeights) else { return nil }
    return weights.effectiveSampleSize / Double(weights.count)
  }
}
