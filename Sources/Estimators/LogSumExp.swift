import Foundation

/// ln Σᵢ exp(aᵢ), summed one value at a time without overflow.
///
/// The empty sum is −∞, and −∞ adds nothing. +∞ gives +∞; NaN gives NaN. Sums of parts merge, so shards and ranks can
/// each keep one.
///
/// - Complexity: O(1) memory; one `exp` a value.
public struct LogSumExp: Sendable, Equatable {
  /// The largest value so far, m.
  private var largest = -Double.infinity
  /// Σ exp(aᵢ − m)
  private var scaledSum = 0.0

  public init() {}

  /// ln Σ exp(aᵢ) of all values of a sequence.
  public static func of(_ values: some Sequence<Double>) -> Double {
    var sum = LogSumExp()
    for value in values { sum.add(value) }
    return sum.value
  }

  public var value: Double { scaledSum == 0 ? -.infinity : largest + log(scaledSum) }

  public mutating func add(_ value: Double) { add(value, timesScaled: 1) }

  /// Adds all that another sum holds.
  public mutating func merge(_ other: LogSumExp) {
    if other.scaledSum != 0 { add(other.largest, timesScaled: other.scaledSum) }
  }

  private mutating func add(_ value: Double, timesScaled factor: Double) {
    // Differences of infinities are not numbers: zero weights add nothing, and +∞ or NaN decide the sum.
    if value == -.infinity { return }
    if value.isNaN || value == .infinity || !largest.isFinite && scaledSum != 0 {
      largest = scaledSum == 0 ? value : largest + value
      scaledSum = 1
    } else if value <= largest {
      scaledSum += factor * exp(value - largest)
    } else {
      scaledSum = factor + scaledSum * exp(largest - value)
      largest = value
    }
  }
}
