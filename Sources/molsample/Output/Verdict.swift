import Estimators

/// Whether an ensemble can be used, and why not.
///
/// Thresholds: 200 effective samples give a share of one half to about ±3.5 %; one sample with more than a twentieth of
/// all weight decides every average; k̂ above min(1 − 1/log₁₀ N, 0.7) means that the error bars themselves are not to
/// be trusted (Vehtari et al. 2024, Pareto smoothed importance sampling).
struct Verdict {
  static let fewestEffectiveSamples = 200.0
  static let largestShare = 0.05

  var text: String
  var reasons: [String]

  /// Why error bars from these weights mean nothing, if so.
  static func heavyTail(_ statistics: WeightStatistics) -> String? {
    let reliable = ParetoTail.reliableShape(sampleCount: statistics.count)
    guard let shape = statistics.paretoShape else { return nil }
    guard shape > reliable else { return nil }
    return
      "the weights' tail is too heavy for error bars: Pareto k \(significant(shape, 3)), above \(significant(reliable, 2))"
  }

  init(_ statistics: WeightStatistics) {
    reasons = []
    if statistics.effectiveSampleSize < Self.fewestEffectiveSamples {
      reasons.append(
        "only \(significant(statistics.effectiveSampleSize, 3)) effective samples; averages need \(Int(Self.fewestEffectiveSamples)) or more"
      )
    }
    if statistics.largestShare > Self.largestShare {
      reasons.append("one sample carries \(significant(100 * statistics.largestShare, 3)) % of all weight")
    }
    if let reason = Self.heavyTail(statistics) { reasons.append(reason) }
    text = reasons.isEmpty ? "use with care" : "not converged"
    // Nothing has looked yet for a basin that the proposal never visits.
    if reasons.isEmpty {
      reasons.append("no check was made for regions that the proposal never visits")
    } else {
      reasons.append("this proposal needs no training and is only a first guess; more samples (samples=N) help slowly")
    }
  }
}
