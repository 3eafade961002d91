import Energies
import Randomness

/// Overdamped Langevin dynamics by Euler and Maruyama, without a Metropolis decision (unadjusted Langevin, ULA):
/// y = x − ε ∂u/∂x + √(2ε) η.
///
/// The stationary density differs from exp(−u) by O(ε); as a path kernel it is exact:
/// ln(P_b/P_f) = ½ |η|² − ½ |η̃|² with η̃ = (x − y + ε ∂u/∂x(y))/√(2ε).
///
/// Source: Ermak & McCammon 1978, doi:10.1063/1.436761; path probabilities as in Wu, Köhler, Noé 2020, arXiv:2002.06707.
public struct OverdampedLangevin: Kernel {
  public static let name = "overdamped-langevin"
  public static let isMetropolised = false
  public static let usesGradient = true
  public var velocityVariances: [Double]? { nil }
  public var evaluationsPerStep: Int { 1 }
  /// ε, in squared units of x.
  public var stepSize: Double

  public init(stepSize: Double) {
    precondition(stepSize > 0)
    self.stepSize = stepSize
  }

  public func step(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> Transition {
    try walkers.requirePossible()
    let move = try LangevinMove(walkers, stepSize: stepSize, target: target, noise: StepNoise(random))
    for w in 0..<walkers.count {
      guard move.potentials[w] < .infinity else {
        throw SamplingError.unstable(walker: walkers.first + w, stepSize: stepSize)
      }
      walkers.take(w, x: move.y, potential: move.potentials[w], gradient: move.gradient)
    }
    return Transition(acceptance: [Double](repeating: 1, count: walkers.count))
  }

  /// A walker whose move leads to an impossible configuration stays where it was, with a ratio of 0; staying is then
  /// part of the kernel, as likely backwards as forwards, and the mean weight stays exact beside hard walls.
  public func pathStep(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> PathTransition {
    let move = try LangevinMove(walkers, stepSize: stepSize, target: target, noise: StepNoise(random))
    var ratios = [Double](repeating: 0, count: walkers.count)
    var acceptance = ratios
    for w in 0..<walkers.count where move.potentials[w] < .infinity {
      ratios[w] = move.logReverseOverForward(w)
      acceptance[w] = 1
      walkers.take(w, x: move.y, potential: move.potentials[w], gradient: move.gradient)
    }
    return PathTransition(acceptance: acceptance, logPathRatios: ratios)
  }
}

/// One Euler–Maruyama move of all walkers with what its densities need.
struct LangevinMove {
  /// Where the walkers went; those whose way led out of the numbers stand where they were, with u = +∞.
  private(set) var y: Configurations
  private(set) var potentials: [Double]
  private(set) var gradient: Configurations
  private let forward: [Double]
  private let backward: [Double]

  init(_ walkers: Walkers, stepSize: Double, target: some TargetDensity, noise: StepNoise) throws {
    let count = walkers.count, dimension = walkers.dimension
    let width = (2 * stepSize).squareRoot()
    var eta = [Double](repeating: 0, count: count * dimension)
    noise.fill(&eta, walkers: walkers)
    var y = walkers.x
    for i in eta.indices { y.coordinates[i] += width * eta[i] - stepSize * walkers.gradient.coordinates[i] }
    var lost: [Int] = []
    for w in 0..<count where !y.isInRange(w) {
      lost.append(w)
      y.coordinates.replaceSubrange(walkers.row(w), with: walkers.x.coordinates[walkers.row(w)])
    }
    var gradient = Configurations(count: count, dimension: dimension)
    var potentials = try target.reducedPotentials(of: y, gradient: &gradient)
    for w in lost { potentials[w] = .infinity }
    var forward = [Double](repeating: 0, count: count)
    var backward = forward
    for w in 0..<count {
      for i in walkers.row(w) {
        forward[w] += eta[i] * eta[i]
        let reverse = (walkers.x.coordinates[i] - y.coordinates[i] + stepSize * gradient.coordinates[i]) / width
        backward[w] += reverse * reverse
      }
    }
    self.y = y
    self.potentials = potentials
    self.gradient = gradient
    self.forward = forward
    self.backward = backward
  }

  /// ln of the density of the reverse move over that of the move.
  func logReverseOverForward(_ w: Int) -> Double { 0.5 * forward[w] - 0.5 * backward[w] }
}
