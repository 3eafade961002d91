import Foundation

/// The effective fraction of a proposal seen from samples of the target: 1/(⟨w⟩ ⟨1/w⟩), averages over the target.
///
/// ⟨w⟩ over the target is ∫ p²/q up to Z, so a mode that the proposal misses makes it large: this fraction falls where the
/// reverse one, from samples of the proposal, does not. Both tend to the same number where both are right.
///
/// Source: for flows, Midgley, Stimper, Simm, Schölkopf, Hernández-Lobato 2023, arXiv:2208.01893.
public struct ForwardEffectiveSampleSize: Sendable, Equatable {
  /// Between 0 and 1.
  public let fraction: Double
  /// Share of the largest w in Σ w: near 1 where one sample of a missing mode decides.
  public let largestShare: Double
  /// Share of the largest 1/w in Σ 1/w.
  public let largestInverseShare: Double
  /// Why the fraction is not to be trusted: one sample holds more than a tenth of either sum (the fraction may then be far
  /// too high), or a log weight is +∞, with fraction 0: the proposal cannot draw that sample at all.
  public let doubt: EstimatorError?

  /// The share of one sample above which there is a doubt.
  public static let doubtfulShare = 0.1

  /// - Parameters:
  ///   - logWeights: ln w = −u − ln q at the reference samples, shape `[N]`, with any constant left in.
  ///   - referenceLogWeights: where the reference is itself weighted, shape `[N]`.
  /// - Throws: `EstimatorError.zeroWeight` where the target forbids a reference sample; `.notANumber`, `.countMismatch`,
  ///   `.tooFewSamples`.
  public init(logWeights: [Double], referenceLogWeights: [Double]? = nil) throws(EstimatorError) {
    let reference = try LogWeights(referenceLogWeights ?? [Double](repeating: 0, count: logWeights.count))
    guard reference.count == logWeights.count else {
      throw .countMismatch(expected: reference.count, found: logWeights.count)
    }
    var (forward, inverse): ([Double], [Double]) = ([], [])
    var impossible: Int?
    for (sample, value) in logWeights.enumerated() where reference.values[sample] > -.infinity {
      if value.isNaN { throw .notANumber(sample: sample) }
      if value == -.infinity { throw .zeroWeight(sample: sample) }
      if value == .infinity { impossible = impossible ?? sample }
      let logShare = reference.values[sample] - reference.logSum
      forward.append(logShare + value)
      inverse.append(logShare - value)
    }
    let (logMean, logInverseMean) = (LogSumExp.of(forward), LogSumExp.of(inverse))
    if let impossible {
      fraction = 0
      largestShare = 1
      largestInverseShare = logInverseMean > -.infinity ? exp(inverse.max()! - logInverseMean) : 1
      doubt = .infiniteWeight(sample: impossible)
      return
    }
    fraction = min(1, exp(-logMean - logInverseMean))
    largestShare = exp(forward.max()! - logMean)
    largestInverseShare = exp(inverse.max()! - logInverseMean)
    let worst = max(largestShare, largestInverseShare)
    doubt = worst > Self.doubtfulShare ? .dominatedByFew(largestShare: worst) : nil
  }
}
