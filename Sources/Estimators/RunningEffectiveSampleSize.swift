import Foundation

/// Kish's effective sample size (Σ w)²/Σ w² of weights that come portion by portion, nothing trimmed; see `LogWeights`.
public struct RunningEffectiveSampleSize: Sendable {
  private var largest = -Double.infinity
  /// Of w and w², in units of the largest w.
  private var sum = 0.0
  private var squares = 0.0

  public init() {}

  /// - Parameter logWeights: ln w of the first samples.
  public init(_ logWeights: some Collection<Double>) { add(logWeights) }

  /// 0 while no weight is positive.
  public var value: Double { squares > 0 ? sum * sum / squares : 0 }

  public mutating func add(_ logWeights: some Collection<Double>) {
    guard let high = logWeights.max(), high > -.infinity else { return }
    if high > largest {
      let scale = exp(largest - high)
      sum *= scale
      squares *= scale * scale
      largest = high
    }
    for logWeight in logWeights {
      let w = exp(logWeight - largest)
      sum += w
      squares += w * w
    }
  }
}
