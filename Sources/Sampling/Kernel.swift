import Energies
import Randomness

/// A Markov kernel on batches of walkers: one step at a time, without a loop, a clock or a file of its own.
///
/// A Metropolised kernel leaves exp(−u) invariant; an unadjusted one does so up to the error of its time step, and says so.
/// The random stream given to a step belongs to that step alone (for example `run.child(step)`); walker w draws from
/// streams that depend on it and on w.
///
/// A new kernel is one file and one line in the tests' registry.
public protocol Kernel: Sendable {
  /// Name for configurations and messages, for example "langevin".
  static var name: String { get }

  /// Whether each step ends with a Metropolis decision, so that the target is left exactly invariant.
  static var isMetropolised: Bool { get }

  /// Whether steps need ∂u/∂x.
  static var usesGradient: Bool { get }

  /// Variance of each velocity component at equilibrium, kT/m for molecules; nil for kernels without velocities.
  var velocityVariances: [Double]? { get }

  /// The one length or time that decides how far a step goes; what `StepSizeAdaptation` changes.
  var stepSize: Double { get set }

  /// Gradient evaluations of one step, or energy evaluations where gradients are not used.
  var evaluationsPerStep: Int { get }

  /// Evaluations of another density that one step makes beside those of its target.
  var guideEvaluationsPerStep: Int { get }

  /// Moves every walker once.
  ///
  /// A Metropolised kernel rejects moves to where u = +∞; a walker that stands at such a place leaves it with the first
  /// move to any other, and never if the kernel uses gradients, because there is none. An unadjusted kernel throws
  /// `SamplingError.unstable` and `.impossibleStart`.
  func step(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> Transition

  /// Moves every walker once and reports ln[P(x ← y)/P(y ← x)] of positions; see `PathTransition`.
  func pathStep(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> PathTransition
}

/// What one step did.
public struct Transition: Sendable {
  /// Probability with which each walker's move was accepted, `[walker]`; 1 for unadjusted kernels.
  public var acceptance: [Double]
}

/// What one step did, seen as one piece of a path between two densities.
public struct PathTransition: Sendable {
  /// As in `Transition`; 0 for a walker of an unadjusted kernel that stayed because its way led to where u = +∞.
  public var acceptance: [Double]
  /// ln of the probability of the backward path over that of the forward path, `[walker]`.
  ///
  /// For x → y it enters the weight of a path from exp(−u₀) to exp(−u₁) as ln w = u₀(x) − u₁(y) + Σ ln(P_b/P_f), whose
  /// exponential has the mean Z₁/Z₀ whatever the kernels and however short the path (Wu, Köhler, Noé 2020,
  /// arXiv:2002.06707; Nilmeier, Crooks, Minh, Chodera 2011, doi:10.1073/pnas.1106094108).
  public var logPathRatios: [Double]
}

extension Kernel {
  public var guideEvaluationsPerStep: Int { 0 }

  /// Walkers at given positions with potentials, gradients and, where the kernel has velocities, velocities from their
  /// equilibrium distribution.
  public func start(
    at x: Configurations, first: Int = 0, target: some TargetDensity, using random: RandomStream
  ) throws -> Walkers {
    var gradient = Configurations(count: x.count, dimension: x.dimension)
    let potentials =
      Self.usesGradient
      ? try target.reducedPotentials(of: x, gradient: &gradient) : try target.reducedPotentials(of: x)
    var walkers = Walkers(first: first, x: x, reducedPotentials: potentials, gradient: gradient, velocities: nil)
    refreshVelocities(&walkers, StepNoise(random))
    return walkers
  }

  /// Draws velocities anew, where the kernel has any.
  func refreshVelocities(_ walkers: inout Walkers, _ noise: StepNoise) {
    guard let velocityVariances else { return }
    precondition(velocityVariances.count == walkers.dimension)
    var velocities = Configurations(count: walkers.count, dimension: walkers.dimension)
    noise.fill(&velocities.coordinates, walkers: walkers)
    let widths = velocityVariances.map { $0.squareRoot() }
    for w in 0..<walkers.count {
      for (c, i) in walkers.row(w).enumerated() { velocities.coordinates[i] *= widths[c] }
    }
    walkers.velocities = velocities
  }

  /// Walkers that are now of another target: u and ∂u/∂x anew, positions and velocities as they are.
  public func retarget(_ walkers: inout Walkers, to target: some TargetDensity) throws {
    walkers.reducedPotentials =
      Self.usesGradient
      ? try target.reducedPotentials(of: walkers.x, gradient: &walkers.gradient)
      : try target.reducedPotentials(of: walkers.x)
  }
}

extension Kernel {
  /// For kernels that satisfy detailed balance with exp(−u), with fresh velocities where they have any:
  /// P(x ← y)/P(y ← x) = exp(−u(x))/exp(−u(y)).
  func reversiblePathStep(
    _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> PathTransition {
    refreshVelocities(&walkers, StepNoise(random.child(2)))
    let before = walkers.reducedPotentials
    let transition = try step(&walkers, target: target, using: random)
    return PathTransition(
      acceptance: transition.acceptance,
      logPathRatios: zip(walkers.reducedPotentials, before).map { after, before in
        // A walker that stays where it cannot be has no path to anywhere.
        after == before ? 0 : after - before
      })
  }
}

/// Why a sampler cannot go on.
public enum SamplingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// An unadjusted kernel took a walker where the energy is infinite: its step is too long.
  case unstable(walker: Int, stepSize: Double)
  /// A walker starts where the density is zero.
  case impossibleStart(walker: Int)
  /// A step needs the gradient of a proposal that has none.
  case noGradient(proposal: String)
  /// A schedule between two densities found no step that keeps enough effective samples.
  case noOverlap(reached: Double)

  public var description: String {
    switch self {
    case .unstable(let walker, let stepSize):
      return
        "walker \(walker) left for a place of infinite energy: the step of \(stepSize) (ps, or nm of kernels without velocities) is too long"
    case .impossibleStart(let walker):
      return "walker \(walker) starts at a place of infinite energy"
    case .noGradient(let proposal):
      return "the proposal '\(proposal)' has no gradient; use a kernel without gradients (\(RandomWalkMetropolis.name))"
    case .noOverlap(let reached):
      return "annealing cannot go beyond β = \(reached): neighbouring densities do not overlap"
    }
  }
}
