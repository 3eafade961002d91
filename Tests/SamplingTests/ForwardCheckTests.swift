import Energies
import Foundation
import Randomness
import Sampling
import Testing

/// A double well, 88 % on the left, and proposals that know both sides or the left one only.
@Suite struct ForwardCheckTests {
  static let model = AsymmetricDoubleWell(dimension: 2, a: 1, b: 4, c: 0.5, d: 1)
  static let target = ModelDensity(model: model)
  static let left = NormalProposal(means: [-2.1, 0], widths: [0.5, 1.1])
  static let right = NormalProposal(means: [1.9, 0], widths: [0.5, 1.1])

  static func check(_ proposal: some Proposal, threads: Int = 2) throws -> (
    check: ForwardCheck, missed: (share: Double, ladders: Int)
  ) {
    let samples = try ImportanceSampler().sample(
      0..<2000, from: proposal, to: target, using: RandomStream(seed: 70))
    let weights = samples.logWeights
    let logSum = { (values: [Double]) -> Double in
      let most = values.max()!
      return most + log(values.reduce(0) { $0 + exp($1 - most) })
    }
    let logZ = logSum(weights) - log(2000)
    let effective = exp(2 * logSum(weights) - logSum(weights.map { 2 * $0 })) / 2000
    #expect(effective > 0.5, "by their weights both proposals look good: \(effective)")
    var plan = ForwardCheck.Plan()
    (plan.steps, plan.stepsPerExchange, plan.stepsPerFrame) = (8000, 20, 200)
    let check = try ForwardCheck(
      from: samples, proposal: proposal, target: target, moving: target,
      kernel: LangevinDynamics(velocityVariances: [1, 1], stepSize: 0.1, friction: 0.5), plan: plan, threads: threads,
      using: RandomStream(seed: 71))
    return (check, check.missed(logPartitionFunction: logZ, effectiveFraction: effective))
  }

  @Test("Dynamics finds the well that a proposal never draws, with its share of the target")
  func findsWhatIsMissed() throws {
    let (check, missed) = try Self.check(Self.left)
    #expect(check.frames.count == 32 * 20 && check.ladders.max() == 31)
    #expect(check.evaluations == 8 * 32 * 8000 + 640)
    let difference = Self.model.freeEnergyDifference()
    let share = 1 / (1 + exp(difference))
    // 640 frames of 32 ladders: the share's error is a few hundredths.
    #expect(abs(missed.share - share) < 0.5 * share, "\(missed), expected \(share)")
    #expect(missed.ladders > 5)
  }

  @Test("Nothing is missed by a proposal that draws both wells, and threads change nothing")
  func findsNothing() throws {
    let both = MixtureProposal([Self.left, Self.right], shares: [0.85, 0.15])
    let (check, missed) = try Self.check(both)
    #expect(missed.share == 0 && missed.ladders == 0)
    let again = try Self.check(both, threads: 1).check
    #expect(again.frames == check.frames && again.logWeights == check.logWeights)
  }
}
