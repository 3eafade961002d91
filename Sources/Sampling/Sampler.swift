import Energies
import Randomness

/// Turns draws from a proposal into weighted samples of a target.
///
/// The weights are e^{−u}/q, or those of paths that begin with a draw from q: either way their mean estimates
/// Z = ∫ exp(−u) without bias, and weighted averages those of the target.
public protocol Sampler: Sendable {
  /// The samples that `random` defines: the same bytes for any number of threads.
  func sample(
    _ count: Int, from proposal: some Proposal, to target: some TargetDensity, using random: RandomStream
  ) throws -> WeightedSamples
}

extension ImportanceSampler: Sampler {
  public func sample(
    _ count: Int, from proposal: some Proposal, to target: some TargetDensity, using random: RandomStream
  ) throws -> WeightedSamples {
    try sample(0..<count, from: proposal, to: target, using: random)
  }
}
