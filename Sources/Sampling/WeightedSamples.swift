import Energies

/// Configurations with their importance weights towards a target.
public struct WeightedSamples: Sendable {
  public var x: Configurations
  /// u(x) of the target, kT, `[count]`.
  public var reducedPotentials: [Double]
  /// log q(x) of the proposal, `[count]`; for samples that came by a path (`AnnealedSamples`) what takes its place in the
  /// weight, the log ratio of the densities of the path forwards and backwards.
  public var logProposals: [Double]
  /// −u − log q, not normalised; −∞ where the configuration is impossible.
  public var logWeights: [Double]

  public init(x: Configurations, reducedPotentials: [Double], logProposals: [Double]) {
    precondition(x.count == reducedPotentials.count && x.count == logProposals.count)
    self.x = x
    self.reducedPotentials = reducedPotentials
    self.logProposals = logProposals
    logWeights = zip(reducedPotentials, logProposals).map { -$0 - $1 }
  }

  /// For samplers that keep their own weights.
  init(x: Configurations, reducedPotentials: [Double], logProposals: [Double], logWeights: [Double]) {
    precondition(x.count == reducedPotentials.count && x.count == logProposals.count && x.count == logWeights.count)
    self.x = x
    self.reducedPotentials = reducedPotentials
    self.logProposals = logProposals
    self.logWeights = logWeights
  }
}
