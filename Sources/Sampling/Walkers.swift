import Energies
import Randomness

/// A batch of walkers of one target density: positions, and what kernels keep of them between steps.
///
/// Every walker has a number; its random numbers depend on that number only, so a batch may be cut into parts that are
/// moved by different threads, or put together again, without a change in any byte.
public struct Walkers: Sendable, Equatable {
  /// Number of the first walker; the others follow.
  public let first: Int
  /// `[walker][coordinate]`
  public var x: Configurations
  /// u(x) of the current target, kT, `[walker]`.
  public var reducedPotentials: [Double]
  /// ∂u/∂x, `[walker][coordinate]`; meaningful where the kernel uses gradients.
  public var gradient: Configurations
  /// ẋ, `[walker][coordinate]`; nil for kernels that move positions only.
  public var velocities: Configurations?

  public init(
    first: Int, x: Configurations, reducedPotentials: [Double], gradient: Configurations, velocities: Configurations?
  ) {
    precondition(reducedPotentials.count == x.count && gradient.count == x.count)
    self.first = first
    self.x = x
    self.reducedPotentials = reducedPotentials
    self.gradient = gradient
    self.velocities = velocities
  }

  public var count: Int { x.count }
  public var dimension: Int { x.dimension }

  /// Coordinates of walker `w` of the batch.
  func row(_ w: Int) -> Range<Int> { w * dimension..<(w + 1) * dimension }
}

extension Configurations {
  /// Whether all coordinates of a sample are numbers below 10³⁰.
  ///
  /// Trajectories with too long a step leave for infinity. Energies must not be asked of them on their way: the squares
  /// and fourth powers in angles and torsions overflow long before the coordinates, and ∞/∞ is no energy. To samplers
  /// everything beyond is a place where u = +∞.
  func isInRange(_ sample: Int) -> Bool {
    coordinates.withUnsafeBufferPointer { x in
      var outside = 0
      // A NaN is not below anything.
      for i in sample * dimension..<(sample + 1) * dimension { outside += x[i].magnitude < 1e30 ? 0 : 1 }
      return outside == 0
    }
  }
}

extension Walkers {
  /// For kernels that cannot leave an impossible place, where there is no gradient.
  func requirePossible() throws(SamplingError) {
    for w in 0..<count where reducedPotentials[w] == .infinity { throw .impossibleStart(walker: first + w) }
  }
}

/// Random numbers of one step, walker by walker: normal noise and uniform numbers for decisions come from streams of
/// their own, so that neither depends on how many of the other are drawn.
struct StepNoise {
  private let normals: RandomStream
  private let decisions: RandomStream

  init(_ random: RandomStream) {
    normals = random.child(0)
    decisions = random.child(1)
  }

  /// Standard normal numbers, one for each coordinate of each walker.
  func fill(_ noise: inout [Double], walkers: Walkers) {
    // Children of one stream share a key and differ in the stream's number, the walker's.
    let key = normals.child(0).key
    noise.withUnsafeMutableBufferPointer { buffer in
      for w in 0..<walkers.count {
        NormalField.fill(
          UnsafeMutableBufferPointer(rebasing: buffer[walkers.row(w)]), key: key,
          stream: UInt64(bitPattern: Int64(walkers.first + w)))
      }
    }
  }

  /// ln of a uniform number in (0, 1).
  func logUniform(walker: Int) -> Double {
    var stream = decisions.child(walker)
    return -stream.exponential()
  }
}
