import Energies
import Randomness

/// Annealed importance sampling: every draw from the proposal is taken to the target along a path of densities, and its
/// weight is that of its path.
///
/// x₀ ~ q; for l = 1 … L: ln w += u_{l−1}(x) − u_l(x), then `stepsPerLevel` moves under β_l. No move is needed at β = 1;
/// `stepsAtTarget` moves there change no weight where the kernel is in detailed balance, and correlate nothing, because
/// paths are independent. Kernels without a Metropolis decision are exact too: the probabilities of their moves are part
/// of the weight. The mean of the weights is Z for any kernel, any schedule, and any number of steps; how much they vary
/// is what these decide.
///
/// One level without moves is importance sampling.
///
/// Source: Neal 2001, doi:10.1023/A:1008923215028; Jarzynski 1997, doi:10.1103/PhysRevLett.78.2690.
public struct AnnealedImportanceSampler<Move: Kernel>: Sampler {
  public var kernel: Move
  public var schedule: AnnealingSchedule
  public var stepsPerLevel: Int
  public var stepsAtTarget: Int
  public var threads: Int
  /// Called after each level, for progress.
  public var onLevel: (@Sendable (AnnealingLevel) -> Void)?

  public init(
    kernel: Move, schedule: AnnealingSchedule, stepsPerLevel: Int = 1, stepsAtTarget: Int = 0, threads: Int = 1
  ) {
    precondition(stepsPerLevel >= 0 && stepsAtTarget >= 0 && threads > 0)
    self.kernel = kernel
    self.schedule = schedule
    self.stepsPerLevel = stepsPerLevel
    self.stepsAtTarget = stepsAtTarget
    self.threads = threads
  }

  public func sample(
    _ count: Int, from proposal: some Proposal, to target: some TargetDensity, using random: RandomStream
  ) throws -> WeightedSamples {
    try anneal(0..<count, from: proposal, to: target, using: random).samples
  }

  /// Samples `range` of the sequence that `random` defines; each is the same whatever the range.
  public func anneal(
    _ range: Range<Int>, from proposal: some Proposal, to target: some TargetDensity, using random: RandomStream
  ) throws -> AnnealedSamples {
    try anneal(range, along: GeometricPath(from: proposal, to: target), using: random)
  }

  /// The same along a path that is there already.
  public func anneal(
    _ range: Range<Int>, along path: GeometricPath<some Proposal, some TargetDensity>, using random: RandomStream
  ) throws -> AnnealedSamples {
    let (x, logQ) = try path.proposal.draw(range, from: random)
    return try anneal(x, startPotentials: logQ.map { -$0 }, first: range.lowerBound, along: path, using: random)
  }

  /// From samples of the path's start to its end; `first` is the number of the first of them.
  ///
  /// - Parameter startPotentials: u_start of the samples, where it is known.
  public func anneal(
    _ start: Configurations, startPotentials: [Double]? = nil, first: Int = 0, along path: some AnnealingPath,
    using random: RandomStream
  ) throws -> AnnealedSamples {
    let moves = stepsAtTarget > 0 || stepsPerLevel > 0 && schedule.betas.count > 1
    var population = try AnnealingPopulation(
      at: start, startPotentials: startPotentials, first: first, along: path, withGradients: Move.usesGradient && moves,
      threads: threads)
    var kernel = kernel
    var levels: [AnnealingLevel] = []
    // The proposal draws from children 0, 1, …
    let random = random.child(-1)
    for (level, beta) in schedule.betas.enumerated() {
      if let stepSizes = schedule.stepSizes { kernel.stepSize = stepSizes[level] }
      levels.append(
        try population.pass(
          to: beta, kernel: kernel, steps: beta == 1 ? stepsAtTarget : stepsPerLevel, resampling: nil, threads: threads,
          using: random.child(level)))
      onLevel?(levels[level])
    }
    return try AnnealedSamples([population], levels: [levels], drawsIndependently: false)
  }
}
