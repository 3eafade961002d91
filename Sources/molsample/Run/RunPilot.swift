import Energies
import Estimators
import Foundation
import MolFlow
import Randomness
import Sampling

/// A few weighted draws before a run: what the model is worth, and which method to take.
struct RunPilot {
  let statistics: WeightStatistics
  private static let samples = 2000
  /// Those of flows that are integrated take tens of milliseconds each.
  private static let integratedSamples = 500

  var samples: Int { statistics.count }

  init(_ proposal: some Proposal, target: some TargetDensity, using random: RandomStream) throws {
    let isIntegrated = (proposal as? FlowProposal)?.flow.architecture is ContinuousArchitecture
    let samples = try ImportanceSampler().sample(
      0..<(isIntegrated ? Self.integratedSamples : Self.samples), from: proposal, to: target,
      using: random.child(.pilot))
    statistics = try WeightStatistics(logWeights: samples.logWeights, dependence: proposal.dependence)
  }

  /// By how much the effective fraction of a pilot exceeds that of long runs: the median of 53 problems at 1000 to 10,000
  /// samples is 2 to 2.9 (dingo-gw/dingo issue 265).
  private static let optimism = 3.0
  /// Effective fraction, optimism taken off, below which weights of single draws are not enough.
  private static let enough = 0.05
  /// Effective draws of the pilot below which chains would start from a handful of configurations.
  private static let enoughToStart = 20.0

  /// The method, and why.
  var choice: (method: RunMethod, reason: String) {
    let fraction = statistics.effectiveFraction
    let found = "\(samples) draws of the pilot are \(significant(100 * fraction, 2)) % effective"
    let reliable = ParetoTail.reliableShape(sampleCount: statistics.count)
    let isHeavy = statistics.paretoShape.map { $0 > reliable } ?? false
    // Chains start from samples of the pilot's worth.
    if statistics.effectiveSampleSize < Self.enoughToStart {
      return (RunMethods.importance, "\(found): too few for any method to start from")
    }
    if fraction / Self.optimism >= Self.enough, !isHeavy {
      return (RunMethods.importance, "\(found): weights of single draws are enough")
    }
    return (RunMethods.chains, "\(found): too few, or too uneven, to weight them as they are")
  }
}
