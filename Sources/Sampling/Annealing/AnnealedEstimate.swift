import Estimators
import Foundation

/// A number from annealed samples with its standard error, or with the reason why it has none.
public struct AnnealedEstimate: Sendable, Equatable, Codable {
  public var value: Double
  public var standardError: Double?
  /// From which independence the error is taken.
  public var source: Independence
  /// Why there is no error; nil where there is one.
  public var withoutError: Reason?

  public enum Independence: String, Sendable, Codable {
    /// Every sample is a path of its own.
    case paths
    /// Families of particles with a common ancestor, within one population.
    case genealogy
    /// Populations that know nothing of each other.
    case islands
  }

  public enum Reason: Sendable, Equatable, Codable, CustomStringConvertible {
    case oneAncestor
    case dominated(share: Double)
    case negativeVariance
    case tooFewSamples(found: Int)

    public var description: String {
      switch self {
      case .oneAncestor:
        return "all particles descend from one draw: nothing independent is left to take an error from"
      case .dominated(let share):
        return "one part of the samples has \((share * 1000).rounded() / 10) % of the weight"
      case .negativeVariance: return "the estimate of the variance is negative: there are too few particles"
      case .tooFewSamples(let found): return "\(found) samples are too few"
      }
    }
  }
}

/// Families of weighted samples, and how much they vary.
///
/// With W_e the share of family e in the weight, n particles and r rounds of independent resampling,
/// var(Ẑ)/Z² ≈ 1 − (n/(n − 1))^(r+1) (1 − Σ W_e²), and with S_e = Σ_{i in e} Wᵢ (fᵢ − f̄) for a weighted mean
/// var(f̄) ≈ (n/(n − 1))^(r+1) Σ S_e². For r = 0 these are the usual formulas for importance weights; with n islands as
/// families they are those for n independent numbers.
///
/// Systematic resampling adds less noise than the r rounds of the formula, so r = 0 is used for it: the rounding of copies
/// then counts as variance, and the error is on the large side.
///
/// Source: Lee & Whiteley 2018, doi:10.1093/biomet/asy028.
struct WeightFamilies {
  let source: AnnealedEstimate.Independence
  /// Family of each sample, 0 ..< `familyCount`.
  let families: [Int]
  let familyCount: Int
  /// n
  let count: Int
  /// r
  let independentResamplings: Int

  /// Wᵢ, `[sample]`
  private func shares(_ weights: LogWeights) -> [Double] { weights.values.map { exp($0 - weights.logSum) } }

  private var factor: Double { pow(Double(count) / Double(count - 1), Double(independentResamplings + 1)) }

  /// ln of the mean weight. Its bias is −½ of the squared error.
  func logPartitionFunction(_ weights: LogWeights) -> AnnealedEstimate {
    estimate(weights.logSum - log(Double(weights.count)), weights) { shares in
      1 - factor * (1 - shares.reduce(0) { $0 + $1 * $1 })
    }
  }

  /// Σ Wᵢ fᵢ; values of samples without weight are not looked at.
  func mean(of values: [Double], _ weights: LogWeights) throws -> AnnealedEstimate {
    let mean = try WeightedMean(of: values, weights: weights).value
    let shares = shares(weights)
    return estimate(mean, weights) { _ in
      var deviations = [Double](repeating: 0, count: familyCount)
      for i in values.indices where shares[i] > 0 { deviations[families[i]] += shares[i] * (values[i] - mean) }
      return factor * deviations.reduce(0) { $0 + $1 * $1 }
    }
  }

  private func estimate(
    _ value: Double, _ weights: LogWeights, variance: (_ familyShares: [Double]) -> Double
  ) -> AnnealedEstimate {
    func without(_ reason: AnnealedEstimate.Reason) -> AnnealedEstimate {
      AnnealedEstimate(value: value, standardError: nil, source: source, withoutError: reason)
    }
    guard count > 1 else { return without(.tooFewSamples(found: count)) }
    guard familyCount > 1 else { return without(.oneAncestor) }
    var familyShares = [Double](repeating: 0, count: familyCount)
    for (family, share) in zip(families, shares(weights)) { familyShares[family] += share }
    // Of two families one always has half.
    let largest = familyShares.max()!
    guard largest <= (familyCount == 2 ? 0.75 : 0.5) else { return without(.dominated(share: largest)) }
    let variance = variance(familyShares)
    // Equal weights leave some rounding.
    guard variance > -1e-12 else { return without(.negativeVariance) }
    return AnnealedEstimate(
      value: value, standardError: max(0, variance).squareRoot(), source: source, withoutError: nil)
  }
}
