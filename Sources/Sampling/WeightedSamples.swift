import Energies

/// Configurations with their importance weights towards a target.
public struct WeightedSamples: Sendable {
  public var x: Configurations
  /// u(x) of the target, kT, `[count]`.
  public var reducedPotentials: [Double]
  /// log q(x) of the proposal, `[count]`.
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
}
