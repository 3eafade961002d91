import Foundation
import Randomness

/// Free energies from samples of one state only: ΔF = F₁ − F₀ = −ln⟨exp(−w)⟩₀ with w = u₁ − u₀.
///
/// Exact for many samples, and the first to fail where the states differ: the average rests on the samples of state 0 that
/// look like state 1. `reason` tells when that happens. +∞ is a work that never succeeds and weighs nothing.
///
/// Source: Zwanzig 1954, doi:10.1063/1.1740409.
public enum ExponentialAveraging {
  /// ΔF from samples of state 0.
  ///
  /// The error is that of the mean by the delta method, √(N/ESS − 1)/√N.
  /// - Parameter work: u₁ − u₀ of samples of state 0, kT, shape `[N]`, independent of each other.
  /// - Throws: `EstimatorError.notANumber`, `.infiniteWeight` for −∞, `.allWeightsZero` where all are +∞,
  ///   `.tooFewSamples` for an empty array.
  public static func forward(_ work: [Double]) throws(EstimatorError) -> FreeEnergyEstimate {
    try estimate(work, sign: 1)
  }

  /// ΔF = +ln⟨exp(−w)⟩₁ from samples of state 1.
  /// - Parameter work: u₀ − u₁ of samples of state 1, kT.
  public static func reverse(_ work: [Double]) throws(EstimatorError) -> FreeEnergyEstimate {
    try estimate(work, sign: -1)
  }

  /// `forward` with a bootstrap over the samples.
  public static func forward(_ work: [Double], bootstrap: Bootstrap, random: inout RandomStream) throws(EstimatorError)
    -> FreeEnergyEstimate
  {
    try estimate(work, sign: 1, bootstrap, &random)
  }

  /// `reverse` with a bootstrap over the samples.
  public static func reverse(_ work: [Double], bootstrap: Bootstrap, random: inout RandomStream) throws(EstimatorError)
    -> FreeEnergyEstimate
  {
    try estimate(work, sign: -1, bootstrap, &random)
  }

  private static func estimate(_ work: [Double], sign: Double) throws(EstimatorError) -> FreeEnergyEstimate {
    let weights = try LogWeights(work.map { -$0 })
    let n = Double(weights.count)
    let effective = weights.effectiveSampleSize
    let tail = ParetoTail(weights)
    var reason: FreeEnergyEstimate.Reason?
    if let shape = tail?.shape, shape > ParetoTail.reliableShape(sampleCount: weights.count) {
      reason = .heavyTail(paretoShape: shape)
    }
    return FreeEnergyEstimate(
      deltaF: -sign * (weights.logSum - log(n)),
      standardError: weights.count > 1 ? (max(0, n / effective - 1) / n).squareRoot() : nil,
      overlap: nil, effectiveSamples: effective, reason: reason)
  }

  private static func estimate(
    _ work: [Double], sign: Double, _ bootstrap: Bootstrap, _ random: inout RandomStream
  ) throws(EstimatorError) -> FreeEnergyEstimate {
    let spread = try bootstrap.estimate(strata: [work.count], random: &random) { units throws(EstimatorError) in
      let weights = try LogWeights(units.map { -work[$0] })
      return -sign * (weights.logSum - log(Double(units.count)))
    }
    return try estimate(work, sign: sign).with(spread)
  }
}
