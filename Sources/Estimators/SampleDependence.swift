import Foundation
import Randomness

/// How the samples of an ensemble depend on each other: what errors must know beside weights.
///
/// For Σᵢ eᵢ with residuals e of zero mean (w̃ᵢ(fᵢ − ⟨f⟩) of a weighted mean, by the delta method) the variance is
///
/// - Σ eᵢ² for independent samples;
/// - Σ (e₂ₖ − e₂ₖ₊₁)² for pairs of which both members are drawn from one stratum, independently of each other: what differs
///   between strata is no noise (Cochran 1977, "Sampling techniques", section 5A.12);
/// - G/(G − 1) Σ_g (Σ_{i∈g} eᵢ)² for G groups that are independent of each other.
public enum SampleDependence: Sendable, Equatable {
  case independent
  /// Samples come in groups of `groupSize`, an even number; within a group, samples 2k and 2k + 1 are of one stratum, and no other
  /// sample is. A last group that is not whole counts as independent samples, which overstates its noise.
  case pairs(groupSize: Int)
  /// The group of each sample.
  case groups([Int])

  /// Size of the groups of pairs; nil for other dependences.
  var pairGroupSize: Int? { if case .pairs(let groupSize) = self { groupSize } else { nil } }

  /// Samples that belong to whole groups of pairs.
  private static func paired(_ count: Int, _ groupSize: Int) -> Int { count / groupSize * groupSize }

  /// Standard error of Σ e; nil for one sample or one group.
  ///
  /// - Parameter residuals: e, `[N]`.
  public func standardError(ofSum residuals: [Double]) -> Double? {
    guard residuals.count > 1 else { return nil }
    var variance = 0.0
    switch self {
    case .independent:
      for e in residuals { variance += e * e }
    case .pairs(let groupSize):
      precondition(groupSize > 0 && groupSize % 2 == 0)
      let paired = Self.paired(residuals.count, groupSize)
      for first in stride(from: 0, to: paired, by: 2) {
        let difference = residuals[first] - residuals[first + 1]
        variance += difference * difference
      }
      for sample in paired..<residuals.count { variance += residuals[sample] * residuals[sample] }
    case .groups(let groups):
      precondition(groups.count == residuals.count)
      var sums: [Int: Double] = [:]
      for (group, e) in zip(groups, residuals) { sums[group, default: 0] += e }
      guard sums.count > 1 else { return nil }
      // In order of their numbers, so that the sum rounds the same way every time.
      for (_, sum) in sums.sorted(by: { $0.key < $1.key }) { variance += sum * sum }
      variance *= Double(sums.count) / Double(sums.count - 1)
    }
    return variance.squareRoot()
  }

  /// Factors for the weights of one bootstrap replicate, `[count]`, with the mean 1: independent samples and whole groups get
  /// exponential ones (Rubin 1981, doi:10.1214/aos/1176345338); of each pair one sample, either with probability ½, stands for both.
  /// A weighted sum with these factors has the variance of `standardError(ofSum:)`, and positive sums stay positive.
  public func bootstrapFactors(count: Int, using random: inout RandomStream) -> [Double] {
    switch self {
    case .independent:
      return (0..<count).map { _ in random.exponential() }
    case .pairs(let groupSize):
      let paired = Self.paired(count, groupSize)
      var factors = [Double](repeating: 0, count: count)
      for first in stride(from: 0, to: paired, by: 2) { factors[random.uniform() < 0.5 ? first : first + 1] = 2 }
      for sample in paired..<count { factors[sample] = random.exponential() }
      return factors
    case .groups(let groups):
      precondition(groups.count == count)
      var ofGroup: [Int: Double] = [:]
      for group in Set(groups).sorted() { ofGroup[group] = random.exponential() }
      return groups.map { ofGroup[$0]! }
    }
  }

  /// The same of the first samples only.
  public func prefix(_ count: Int) -> SampleDependence {
    if case .groups(let groups) = self { return .groups(Array(groups.prefix(count))) }
    return self
  }
}
