import Energies
import Estimators
import Foundation
import Randomness

/// A search for what a proposal never visits: short replica exchange from its own weighted samples, whose frames at the
/// target are then judged by their weights w = e^{−u}/q.
///
/// Importance weights cannot show a region that is never drawn. Frames of dynamics that has left the proposal's regions can:
/// where q is far too small, w is far above its mean. Under the target w/Z has the mean 1/(effective fraction), so by Markov's
/// inequality a share of at most 1/t has w/Z above t/(effective fraction); the check counts the frames beyond t = 300.
///
/// It finds what hot walkers reach within its length and can prove no absence.
public struct ForwardCheck: Sendable {
  /// What the check does; evaluations are `states` × `replicas` × `steps`.
  public struct Plan: Sendable, Equatable {
    /// Temperatures, in geometric progression.
    public var states = 8
    /// Highest temperature in units of the target's.
    public var highestTemperatureRatio = 4.0
    public var replicas = 32
    /// Steps of dynamics; the second half is looked at.
    public var steps = 26_000
    public var stepsPerExchange = 100
    public var stepsPerFrame = 500

    public init() {}

    /// Shorter for large molecules, whose energies cost more: about as long for any.
    public init(atomCount: Int) {
      let share = min(1, pow(22 / Double(atomCount), 1.5))
      // Two halves of whole frames.
      steps = max(2_000, Int(Double(steps) * share) / (2 * stepsPerFrame) * (2 * stepsPerFrame))
    }
  }

  /// Frames at the target's temperature, `[frame]`.
  public let frames: Configurations
  /// Ladder of each frame; ladders are independent of each other.
  public let ladders: [Int]
  /// ln w of each frame.
  public let logWeights: [Double]
  public let evaluations: Int

  /// - Parameters:
  ///   - samples: weighted samples of the proposal, from which walkers start.
  ///   - moving: the target as the dynamics evaluates it, by one thread; may be in single precision.
  ///   - target: as weights evaluate it.
  ///   - kernel: of the target's temperature; `velocityVariances` are scaled for the others.
  ///   - beforeEachFrame: for progress, or to end the check by throwing.
  public init(
    from samples: WeightedSamples, proposal: some Proposal, target: some TargetDensity, moving: some TargetDensity,
    kernel: LangevinDynamics, plan: Plan = Plan(), threads: Int, using random: RandomStream,
    beforeEachFrame: () throws -> Void = {}
  ) throws {
    precondition(plan.states > 1 && plan.replicas > 0 && plan.steps % (2 * plan.stepsPerFrame) == 0)
    let ratios = TemperatureLadder.geometric(from: 1, to: plan.highestTemperatureRatio, count: plan.states)
    let sampler = ReplicaExchange(
      targets: ratios.map { TemperedDensity(moving, scale: 1 / $0) },
      kernels: ratios.map { ratio in
        LangevinDynamics(
          velocityVariances: kernel.velocityVariances!.map { $0 * ratio }, stepSize: kernel.stepSize,
          friction: kernel.friction)
      }, replicas: plan.replicas, stepsPerExchange: plan.stepsPerExchange, threads: threads, random: random.child(0))
    let shares = try LogWeights(samples.logWeights).normalized.map { exp($0) }
    let starts = SystematicResampling().parents(
      weights: shares, count: plan.states * plan.replicas, using: random.child(1))
    // Neighbours among the resampled are copies of one sample: dealt out, they go to different states.
    var state = try sampler.start(
      at: (0..<plan.states).map { k in
        samples.x.rows(stride(from: k, to: starts.count, by: plan.states).map { starts[$0] })
      })
    let stretches = plan.steps / 2 / plan.stepsPerFrame
    for _ in 0..<stretches {
      try beforeEachFrame()
      try sampler.advance(&state, steps: plan.stepsPerFrame)
    }
    var x = Configurations(count: 0, dimension: samples.x.dimension)
    var ladders: [Int] = []
    for _ in 0..<stretches {
      try beforeEachFrame()
      try sampler.advance(&state, steps: plan.stepsPerFrame)
      x = x.appending(state.positions(ofState: 0))
      ladders += 0..<plan.replicas
    }
    frames = x
    self.ladders = ladders
    evaluations = plan.states * plan.replicas * plan.steps + x.count
    logWeights = zip(try target.reducedPotentials(of: x), try proposal.logDensities(of: x)).map { -$0 - $1 }
  }

  /// t of the description.
  public static let threshold = 300.0

  /// Share of the frames whose weight says that the proposal all but never draws them, and the ladders that hold one.
  ///
  /// - Parameters:
  ///   - logPartitionFunction: ln Z as the samples' weights have it.
  ///   - effectiveFraction: of these weights.
  public func missed(logPartitionFunction: Double, effectiveFraction: Double) -> (share: Double, ladders: Int) {
    let limit = logPartitionFunction + log(Self.threshold / max(effectiveFraction, 1e-12))
    let missed = logWeights.indices.filter { logWeights[$0] > limit }
    return (Double(missed.count) / Double(max(1, logWeights.count)), Set(missed.map { ladders[$0] }).count)
  }
}
