/// What happened at one β of an annealing run.
public struct AnnealingLevel: Sendable, Equatable, Codable {
  public var beta: Double
  /// CESS/N of the step to this β, the particles lost at β = 0 left out (see `SequentialMonteCarlo`).
  public var conditionalEffectiveFraction: Double
  /// Kish's effective sample size after the change of weights, before resampling.
  public var effectiveSampleSize: Double
  public var resampled: Bool
  /// Mean acceptance of the moves at this β; nil where nothing moved.
  public var acceptance: Double?
  /// Step of the kernel at this β.
  public var stepSize: Double
  /// Draws from which the particles at the end of this level descend.
  public var distinctAncestors: Int
  /// ln(Ẑ_β/Z_0) at the end of this level.
  public var logPartitionFunction: Double
}
