import Energies
import NeuralNetworks
import Randomness
import Sampling

/// Configurations without end: Langevin dynamics from frames of an ensemble, started anew from a random choice of them for
/// every round of training.
///
/// Where the frames are at equilibrium, so is everything that the dynamics passes through, up to the error of its time step;
/// bonds and angles decorrelate within tenths of a picosecond, torsions keep the frames' frequencies. A round depends on its
/// number only.
public struct PropagatedFrames: Sendable {
  public let kernel: LangevinDynamics
  /// Steps between two snapshots.
  public let stride: Int
  /// Snapshots of each walker.
  public let snapshots: Int

  public init(kernel: LangevinDynamics, stride: Int, snapshots: Int) {
    precondition(stride > 0 && snapshots > 0)
    (self.kernel, self.stride, self.snapshots) = (kernel, stride, snapshots)
  }

  /// About `count` snapshots of walkers that start from `frames`, with u(x); the energy evaluations that they took.
  ///
  /// - Parameter frames: configurations with finite energies, `[count][3N]`.
  public func round(
    _ count: Int, from frames: Configurations, target: some TargetDensity, using random: RandomStream, threads: Int
  ) throws -> (x: Configurations, reducedPotentials: [Double], evaluations: Int) {
    let walkers = max(1, count / snapshots)
    let shards = ShardedComputation(shardSize: 64, threads: threads)
    let parts = try shards.run(count: walkers, parameters: ParameterStore(), wantsGradient: false) {
      _, range -> (x: Configurations, u: [Double]) in
      let starts = range.map { walker in
        var choice = random.child(0).child(walker)
        return min(frames.count - 1, Int(choice.uniform() * Double(frames.count)))
      }
      var batch = try kernel.start(
        at: frames.rows(starts), first: range.lowerBound, target: target, using: random.child(1))
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
    return (x, parts.flatMap(\.u), walkers * (1 + snapshots * stride))
  }
}
