import Foundation

/// A generalized Pareto distribution of exceedances y ≥ 0, survival function (1 + k y/σ)^(−1/k).
public struct GeneralizedPareto: Sendable, Equatable {
  /// k. Moments of order 1/k and above do not exist where k > 0; the support ends at −σ/k where k < 0.
  public let shape: Double
  /// σ > 0, in the units of y.
  public let scale: Double

  public init(shape: Double, scale: Double) {
    precondition(scale > 0 && shape.isFinite, "a generalized Pareto distribution needs a positive scale")
    self.shape = shape
    self.scale = scale
  }

  /// The estimate of Zhang & Stephens 2009 (doi:10.1198/tech.2009.08017): with θ = −k/σ the likelihood, maximised over k
  /// at k(θ) = mean ln(1 − θ y), is ℓ(θ) = n (ln(−θ/k(θ)) − k(θ) − 1); θ̂ is its average over 30 + ⌊√n⌋ values of
  /// θ that follow a prior from the data's first quartile and maximum.
  ///
  /// - Parameter exceedances: y in ascending order, not negative, at least 5 of them; the quartile must be positive.
  /// - Returns: nil where the exceedances are too alike for a fit.
  public init?(fittedTo exceedances: [Double]) {
    let n = exceedances.count
    guard n >= 5, let largest = exceedances.last, largest.isFinite else { return nil }
    let quartile = exceedances[Int(Double(n) / 4 + 0.5) - 1]
    guard quartile > 0 else { return nil }

    func shape(_ theta: Double) -> Double {
      exceedances.reduce(0) { $0 + log1p(-theta * $1) } / Double(n)
    }

    let candidateCount = 30 + Int(Double(n).squareRoot())
    let candidates = (1...candidateCount).map { j in
      1 / largest + (1 - (Double(candidateCount) / (Double(j) - 0.5)).squareRoot()) / (3 * quartile)
    }
    let logLikelihoods = candidates.map { theta in
      let k = shape(theta)
      return Double(n) * (log(-theta / k) - k - 1)
    }
    let logTotal = LogSumExp.of(logLikelihoods)
    guard logTotal.isFinite else { return nil }
    var theta = 0.0
    for (candidate, logLikelihood) in zip(candidates, logLikelihoods) {
      theta += candidate * exp(logLikelihood - logTotal)
    }
    let k = shape(theta)
    let scale = -k / theta
    guard k.isFinite, scale > 0, scale.isFinite else { return nil }
    self.init(shape: k, scale: scale)
  }

  /// The y below which a fraction p of the distribution lies: σ ((1 − p)^(−k) − 1)/k.
  public func quantile(_ p: Double) -> Double {
    let logSurvival = log1p(-p)
    return shape == 0 ? -scale * logSurvival : scale * expm1(-shape * logSurvival) / shape
  }
}
