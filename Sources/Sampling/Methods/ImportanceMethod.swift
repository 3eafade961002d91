import Energies
import Estimators
import Randomness

/// Independent draws from the proposal with their importance weights; see `ImportanceSampler`.
public struct ImportanceMethod<Start: Proposal, Target: TargetDensity>: EnsembleMethod {
  public let proposal: Start
  public let target: Target
  public let random: RandomStream
  public let portion: Int

  public init(from proposal: Start, to target: Target, using random: RandomStream, portion: Int = 2048) {
    (self.proposal, self.target, self.random, self.portion) = (proposal, target, random, portion)
  }

  public var dependence: SampleDependence { proposal.dependence }

  public func sample(_ range: Range<Int>, state: inout NoState) throws -> EnsemblePortion {
    let samples = try ImportanceSampler().sample(range, from: proposal, to: target, using: random)
    return EnsemblePortion(samples, evaluations: range.count)
  }
}
