import Foundation

/// The free-energy difference of two states from samples of a third density that both are weighted from:
/// Δf = −ln(Z₁/Z₀) = −ln(Σ w₁/Σ w₀), w_k = e^{−u_k}/q on the same samples.
///
/// For samples of a flow this is targeted free-energy perturbation with one map for both states (Jarzynski 2002,
/// doi:10.1103/PhysRevE.65.046122; Wirnsberger et al. 2020, doi:10.1063/5.0018903). Errors of the two sums are correlated and partly
/// cancel: by the delta method they are that of Σᵢ (w₁ᵢ/Σw₁ − w₀ᵢ/Σw₀).
///
/// Reduced free energies have the weights' own constant: states of one molecule at different temperatures are compared with
/// u = U/kT of each.
public struct PartitionFunctionRatio: Sendable, Equatable {
  /// Δf, kT.
  public let deltaF: Double
  /// kT; nil for one sample or one group; too small where either state's weights have a heavy tail.
  public let standardError: Double?
  /// Kish effective shares of the two states' weights.
  public let effectiveFractions: [Double]
  /// Overlap of the two weightings, (Σ √(w̃₀ w̃₁))², w̃ the normalised weights: 1 where they are the same, 0 where no sample counts
  /// in both (the square of Bhattacharyya's coefficient).
  public let overlap: Double

  /// - Parameters:
  ///   - first: ln w₀, shape `[N]`.
  ///   - second: ln w₁ of the same samples.
  ///   - dependence: of the samples on each other.
  /// - Throws: `EstimatorError.countMismatch`; what `LogWeights` throws.
  public init(
    first: [Double], second: [Double], dependence: SampleDependence = .independent
  ) throws(EstimatorError) {
    guard first.count == second.count else { throw .countMismatch(expected: first.count, found: second.count) }
    let (a, b) = (try LogWeights(first), try LogWeights(second))
    deltaF = a.logSum - b.logSum
    var coefficient = 0.0
    var residuals = [Double](repeating: 0, count: first.count)
    for sample in first.indices {
      let (shareA, shareB) = (exp(first[sample] - a.logSum), exp(second[sample] - b.logSum))
      residuals[sample] = shareB - shareA
      coefficient += (shareA * shareB).squareRoot()
    }
    standardError = dependence.standardError(ofSum: residuals)
    effectiveFractions = [a, b].map { $0.effectiveSampleSize / Double($0.count) }
    overlap = min(1, coefficient * coefficient)
  }
}
