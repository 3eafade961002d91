/// What is done to the largest weights before the effective sample size is computed.
///
/// Published values of "ESS" differ in this, and a trimmed one says nothing about the error of the untrimmed average:
/// always show both. With s₀ ≤ … ≤ s_{N−1} the sorted log weights, the quantile at 1 − f is the linear interpolation of s
/// at the place p = (1 − f)(N − 1), as NumPy and PyTorch compute it by default.
public enum WeightTrimming: Sendable, Hashable {
  /// Nothing: Kish's value.
  case none
  /// Samples at places ≥ p are dropped, ⌈p⌉ are kept, and the fraction is ESS/⌈p⌉: 20 of 10,000 go for f = 0.002.
  ///
  /// The convention of the transferable-samplers family with f = 0.002. Of equal weights at the quantile as many
  /// stay as places below p need. At least one sample is kept.
  case dropLargest(fraction: Double)
  /// Log weights above the quantile are lowered to it; all N samples stay.
  ///
  /// The convention of the FAB family, there with f = 0.0001. Where the quantile would be interpolated from −∞, the next
  /// larger log weight is taken.
  case clipLargest(fraction: Double)

  /// The 0.2 % of the transferable-samplers family.
  public static let standard = WeightTrimming.dropLargest(fraction: 0.002)

  /// The log weights that remain. Shape `[kept]`; sorted where some were dropped.
  public func trimmed(_ weights: LogWeights) -> [Double] {
    switch self {
    case .none:
      return weights.values
    case .dropLargest(let fraction):
      guard fraction > 0 else { return weights.values }
      let place = Self.place(of: fraction, count: weights.count)
      return Array(weights.values.sorted().prefix(max(1, Int(place.rounded(.up)))))
    case .clipLargest(let fraction):
      guard fraction > 0 else { return weights.values }
      let sorted = weights.values.sorted()
      let place = Self.place(of: fraction, count: sorted.count)
      let below = Int(place)
      let above = min(below + 1, sorted.count - 1)
      let bound: Double
      if sorted[below] == -.infinity {
        bound = sorted.first { $0 > -.infinity }!
      } else {
        bound = sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
      }
      return weights.values.map { min($0, bound) }
    }
  }

  private static func place(of fraction: Double, count: Int) -> Double {
    precondition(fraction < 1, "a fraction of \(fraction) of the weights cannot be trimmed")
    return (1 - fraction) * Double(count - 1)
  }
}
