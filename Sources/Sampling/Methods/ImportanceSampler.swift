import Energies
import Randomness

/// Draws from a proposal and weights every sample by e^{−u}/q (self-normalised importance sampling; Owen, Monte Carlo
/// theory, methods and examples, 2013, chapter 9).
public struct ImportanceSampler: Sendable {
  public init() {}

  /// Samples `range` of the sequence that `random` defines; one energy evaluation each.
  public func sample(
    _ range: Range<Int>, from proposal: some Proposal, to target: some TargetDensity, using random: RandomStream
  ) throws -> WeightedSamples {
    precondition(proposal.dimension == target.dimension, "proposal and target must be of one molecule")
    let (x, logQ) = try proposal.draw(range, from: random)
    return WeightedSamples(x: x, reducedPotentials: try target.reducedPotentials(of: x), logProposals: logQ)
  }
}
