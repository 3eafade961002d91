import Foundation

/// A learning rate that rises linearly during `warmup` steps and then falls along half a cosine to `final` of its peak at
/// `steps` (Loshchilov & Hutter 2017, arXiv:1608.03983).
public struct LearningRateSchedule: Sendable, Equatable, Codable {
  public var peak: Double
  public var warmup: Int
  public var steps: Int
  /// The last rate as a share of the peak.
  public var final: Double

  public init(peak: Double, warmup: Int = 0, steps: Int, final: Double = 0) {
    precondition(peak > 0 && warmup >= 0 && steps > 0 && final >= 0)
    self.peak = peak
    self.warmup = warmup
    self.steps = steps
    self.final = final
  }

  /// The rate of step number `step`, from 0.
  public func rate(at step: Int) -> Double {
    if step < warmup { return peak * Double(step + 1) / Double(warmup) }
    let progress = min(1, Double(step - warmup) / Double(max(1, steps - warmup)))
    return peak * (final + (1 - final) * 0.5 * (1 + cos(Double.pi * progress)))
  }
}
