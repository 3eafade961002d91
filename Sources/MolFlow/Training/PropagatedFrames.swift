import Energies
import NeuralNetworks
import Randomness
import Sampling

/// Equilibrium configurations without end: Langevin dynamics from the frames of a reference ensemble, started anew from a
/// random choice of them for every round of training.
///
/// Starts are at equilibrium, so everything that the dynamics passes through is, up to the error of its time step; bonds
/// and angles decorrelate within tenths of a picosecond, torsions keep the reference's frequencies. A round depends on its
/// number only.
public struct PropagatedFrames<Target: TargetDensity>: Sendable {
  public let frames: Configurations
  public let target: Target
  public let kernel: LangevinDynamics
  /// Steps between two snapshots.
  public let stride: Int

  /// - Parameter frames: configurations at equilibrium, `[count][3N]`.
  public init(frames: Configurations, target: Target, kernel: LangevinDynamics, stride: Int) {
    precondition(frames.count > 0 && stride > 0)
    (self.frames, self.target, self.kernel, self.stride) = (frames, target, kernel, stride)
  }

  /// Snapshots of `walkers` walkers, `snapshots` of each, with u(x).
  ///
  /// - Returns: also the number of energy evaluations.
  public func round(
    walkers count: Int, snapshots: Int, using random: RandomStream, threads: Int
  ) throws -> (x: Configurations, reducedPotentials: [Double], evaluations: Int) {
    let shards = ShardedComputation(shardSize: 64, threads: threads)
    let parts = try shards.run(count: count, parameters: ParameterStore(), wantsGradient: false) {
      _, range -> (x: Configurations, u: [Double]) in
      var start = Configurations(count: range.count, dimension: frames.dimension)
      for (place, walker) in range.enumerated() {
        var choice = random.child(0).child(walker)
        let frame = min(frames.count - 1, Int(choice.uniform() * Double(frames.count)))
        for c in 0..<frames.dimension { start[place, c] = frames[frame, c] }
      }
      let first = range.lowerBound
      var batch = try kernel.start(at: start, first: first, target: target, using: random.child(1))
      var x = Configurations(count: 0, dimension: frames.dimension)
      var u: [Double] = []
      for snapshot in 0..<snapshots {
        for step in 0..<stride {
          _ = try kernel.step(&batch, target: target, using: random.child(2 + snapshot * stride + step))
        }
        x = x.appending(batch.x)
        u += batch.reducedPotentials
      }
      return (x, u)
    }.results
    let x = parts.dropFirst().reduce(parts[0].x) { $0.appending($1.x) }
    return (x, parts.flatMap(\.u), count * (1 + snapshots * stride))
  }
}
