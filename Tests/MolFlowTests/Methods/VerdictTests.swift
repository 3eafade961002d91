import Energies
import Estimators
import Foundation
import Randomness
import Sampling
import Testing

/// Whether the verdict tells a proposal that knows all modes from one that misses a mode and whose weights look as good.
@Suite struct VerdictTests {
  static let samples = 4000

  static func verdict(_ proposal: some Proposal, _ target: some TargetDensity, kT: [Double], seed: UInt64) throws
    -> Verdict
  {
    let random = RandomStream(seed: seed)
    let drawn = try ImportanceSampler().sample(0..<samples, from: proposal, to: target, using: random)
    let statistics = try WeightStatistics(logWeights: drawn.logWeights)
    var evidence = Verdict.Evidence()
    guard statistics.effectiveSampleSize >= Verdict.fewestEffectiveSamples else {
      return Verdict(statistics, effectiveSamples: statistics.effectiveSampleSize, evidence)
    }
    var plan = ForwardCheck.Plan()
    (plan.steps, plan.stepsPerExchange, plan.stepsPerFrame, plan.replicas) = (4000, 20, 200, 16)
    let isMolecule = target.dimension == 12
    let check = try ForwardCheck(
      from: drawn, proposal: proposal, target: target, moving: target,
      kernel: LangevinDynamics(
        velocityVariances: kT, stepSize: isMolecule ? 4e-3 : 0.1, friction: isMolecule ? 5 : 0.5),
      plan: plan, threads: 2, using: random.child(-3))
    evidence.missed = check.missed(
      logPartitionFunction: statistics.logPartitionFunction, effectiveFraction: statistics.effectiveFraction)
    return Verdict(statistics, effectiveSamples: statistics.effectiveSampleSize, evidence)
  }

  static let seeds = SlowTests.count(20, slow: 100)

  /// Errors of the verdict over the seeds: not converged where all modes are drawn, and anything else where one is not.
  static func errors(_ setting: MethodTarget) throws -> (falseAlarms: Int, misses: Int) {
    func errors(_ proposal: some Proposal, _ target: some TargetDensity) throws -> (Int, Int) {
      let isMolecule = target.dimension == 12
      let kT = [Double](repeating: isMolecule ? 2.5 / 12 : 1, count: target.dimension)
      let many = try proposal.draw(0..<20_000, from: RandomStream(seed: 5)).x
      let share = Double((0..<many.count).count { !setting.isInside(many, $0) }) / Double(many.count)
      let without = RestrictedProposal(proposal, logShare: log(share)) { !setting.isInside(copy $0, $1) }
      var (alarms, misses) = (0, 0)
      for seed in 0..<seeds {
        if try verdict(proposal, target, kT: kT, seed: UInt64(seed)).grade == .notConverged { alarms += 1 }
        if try verdict(without, target, kT: kT, seed: UInt64(seed)).grade != .notConverged { misses += 1 }
      }
      return (alarms, misses)
    }
    return try errors(setting.proposal, setting.target)
  }

  @Test("A proposal without one mode is found out, one that has all is not accused", arguments: MethodTarget.all)
  func modes(_ setting: MethodTarget) throws {
    let (falseAlarms, misses) = try Self.errors(setting)
    let most = Self.seeds / 20
    #expect(
      falseAlarms <= most && misses <= most, "\(falseAlarms) false alarms and \(misses) misses of \(Self.seeds)")
  }

  @Test("Error bars are in doubt where the tail is heavy, or one sample decides and there are too few to show a tail")
  func doubtOfErrors() throws {
    func doubt(_ logWeights: [Double]) throws -> Verdict.Finding? {
      Verdict.doubtOfErrors(try WeightStatistics(logWeights: logWeights))
    }
    guard case .dominantSample(let share) = try doubt([0] + [Double](repeating: -300, count: 20)) else {
      Issue.record("no doubt")
      return
    }
    #expect(abs(share - 1) < 1e-12)
    // Quantiles of a Pareto tail with k = 2.
    guard case .heavyTail(let shape, _) = try doubt((1...4000).map { -2 * log(Double($0) / 4001) }) else {
      Issue.record("no doubt")
      return
    }
    #expect(abs(shape - 2) < 0.2)
    #expect(try doubt([Double](repeating: 0, count: 4000)) == nil)
    for count in [2, 10, 30] { #expect(try doubt([Double](repeating: 0, count: count)) == nil) }
    #expect(try doubt([0] + [Double](repeating: -300, count: 9)) != nil)
  }
}
