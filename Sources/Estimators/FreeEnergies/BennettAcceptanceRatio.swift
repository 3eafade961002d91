import Foundation
import Randomness

/// The free-energy difference of two states from samples of both, with the smallest variance that any estimator built on
/// the works can have.
///
/// ΔF = F₁ − F₀ solves Σ_{n ∈ 0} f(M + w_F − ΔF) = Σ_{n ∈ 1} f(−M + w_R + ΔF), where f(x) = 1/(1 + eˣ),
/// M = ln(N₀/N₁), w_F = u₁ − u₀ on samples of state 0 and w_R = u₀ − u₁ on samples of state 1. The difference of the
/// logarithms of both sides rises monotonically with ΔF and without bound, so a bracket always exists.
/// +∞ is a work that never succeeds.
///
/// Sources: Bennett 1976, doi:10.1016/0021-9991(76)90078-4; Shirts, Bair, Hooker, Pande 2003,
/// doi:10.1103/PhysRevLett.91.140601.
public enum BennettAcceptanceRatio {
  /// Two asymptotic errors that agree where the states overlap well; where they do not, the first tends to be too small,
  /// the second too large.
  public enum ErrorFormula: Sendable {
    /// Σᵢ (⟨f²⟩ᵢ/⟨f⟩ᵢ² − 1)/Nᵢ: each state's average fluctuates by itself (Bennett 1976, equation 10a).
    case bennett
    /// 1/Σₙ f(1 − f) − 1/N₀ − 1/N₁: that of the maximum likelihood, and of `MBAR` with two states.
    case maximumLikelihood
  }

  /// - Parameters:
  ///   - forward: w_F, kT, of independent samples of state 0.
  ///   - reverse: w_R, kT, of independent samples of state 1.
  /// - Throws: `EstimatorError.tooFewSamples` where an array is empty, `.notANumber`, `.infiniteWeight` for −∞,
  ///   `.allWeightsZero` where all works of a state are +∞.
  public static func estimate(forward: [Double], reverse: [Double], errorFormula: ErrorFormula = .bennett)
    throws(EstimatorError) -> FreeEnergyEstimate
  {
    let deltaF = try solve(forward: forward, reverse: reverse)
    let n0 = Double(forward.count)
    let n1 = Double(reverse.count)
    let m = log(n0 / n1)
    let zero = Moments(forward.map { logFermi(m + $0 - deltaF) })
    let one = Moments(reverse.map { logFermi(-m + $0 + deltaF) })
    // Σ f(1 − f) over all samples, which is Σ p₀ p₁ with pᵢ the probability that a sample belongs to state i.
    let shared = zero.complementSum + one.complementSum
    let variance: Double
    switch errorFormula {
    case .bennett: variance = zero.relativeVariance / n0 + one.relativeVariance / n1
    case .maximumLikelihood: variance = 1 / shared - 1 / n0 - 1 / n1
    }
    // W of state 1 is p₁/N₁: among samples of 0 p₁ = f, among those of 1 it is 1 − f; and the other way round.
    let squares1 = zero.squareSum + one.complementSquareSum
    let squares0 = zero.complementSquareSum + one.squareSum
    return FreeEnergyEstimate(
      deltaF: deltaF, standardError: max(0, variance).squareRoot(), overlap: min(1, shared * (1 / n0 + 1 / n1)),
      effectiveSamples: min(n0 * n0 / squares0, n1 * n1 / squares1))
  }

  /// The same with a bootstrap over the samples of each state.
  public static func estimate(
    forward: [Double], reverse: [Double], errorFormula: ErrorFormula = .bennett, bootstrap: Bootstrap,
    random: inout RandomStream
  ) throws(EstimatorError) -> FreeEnergyEstimate {
    let first = try estimate(forward: forward, reverse: reverse, errorFormula: errorFormula)
    let n0 = forward.count
    let strata = [n0, reverse.count]
    let spread = try bootstrap.estimate(strata: strata, random: &random) { units throws(EstimatorError) in
      try solve(
        forward: units.prefix(n0).map { forward[$0] }, reverse: units.suffix(from: n0).map { reverse[$0 - n0] })
    }
    return first.with(spread)
  }

  /// The root, by Newton's method inside a bracket that every step makes smaller.
  private static func solve(forward: [Double], reverse: [Double]) throws(EstimatorError) -> Double {
    let lower = try LogWeights(reverse.map { -$0 })
    let upper = try LogWeights(forward.map { -$0 })
    let m = log(Double(forward.count) / Double(reverse.count))
    func imbalance(_ x: Double) -> (value: Double, slope: Double) {
      let zero = logSumAndSlope(forward, m - x)
      let one = logSumAndSlope(reverse, -m + x)
      return (zero.logSum - one.logSum, zero.slope + one.slope)
    }
    // The two one-sided estimates mostly enclose the root; where they do not, the bracket grows.
    let oneSided = (
      lower.logSum - log(Double(reverse.count)), log(Double(forward.count)) - upper.logSum
    )
    var low = min(oneSided.0, oneSided.1)
    var high = max(oneSided.0, oneSided.1)
    var width = max(1, high - low)
    while imbalance(low).value > 0 {
      low -= width
      width *= 2
    }
    width = max(1, high - low)
    while imbalance(high).value < 0 {
      high += width
      width *= 2
    }
    var x = (low + high) / 2
    for _ in 0..<200 {
      let (value, slope) = imbalance(x)
      if value == 0 { return x }
      if value > 0 { high = x } else { low = x }
      var next = x - value / slope
      if !(next > low && next < high) { next = (low + high) / 2 }
      let step = abs(next - x)
      x = next
      if step <= 4 * Double.ulpOfOne * max(1, abs(x)) { break }
    }
    return x
  }

  /// ln Σ f(w + shift), and −d/dshift of it, Σ f(1 − f)/Σ f.
  private static func logSumAndSlope(_ works: [Double], _ shift: Double) -> (logSum: Double, slope: Double) {
    var sum = LogSumExp()
    var shared = LogSumExp()
    for work in works where work < .infinity {
      let x = work + shift
      let f = logFermi(x)
      sum.add(f)
      shared.add(f + logFermi(-x))
    }
    return (sum.value, exp(shared.value - sum.value))
  }

  /// ln 1/(1 + eˣ), exact to rounding for any x.
  private static func logFermi(_ x: Double) -> Double {
    x > 0 ? -x - log1p(exp(-x)) : -log1p(exp(x))
  }

  /// Sums over one state's ln f.
  private struct Moments {
    /// ⟨f²⟩/⟨f⟩² − 1
    let relativeVariance: Double
    /// Σ f²
    let squareSum: Double
    /// Σ f(1 − f)
    let complementSum: Double
    /// Σ (1 − f)²
    let complementSquareSum: Double

    init(_ logs: [Double]) {
      let n = Double(logs.count)
      let logSum = LogSumExp.of(logs)
      relativeVariance = max(0, n * exp(LogSumExp.of(logs.lazy.map { 2 * $0 }) - 2 * logSum) - 1)
      var squares = 0.0
      var complements = 0.0
      var complementSquares = 0.0
      for value in logs {
        let f = exp(value)
        let rest = -expm1(value)
        squares += f * f
        complements += f * rest
        complementSquares += rest * rest
      }
      squareSum = squares
      complementSum = complements
      complementSquareSum = complementSquares
    }
  }
}
