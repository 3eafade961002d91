import Energies
import Estimators
import Foundation
import Randomness

/// Sequential Monte Carlo along a path of densities: annealed importance sampling in which particles of small weight make
/// way for copies of those with large weight.
///
/// At each level: ln w += u_old(x) − u_new(x); where ESS/N has fallen below `resamplingThreshold`, copies in proportion to
/// the weights, each with their mean; then moves under the new β. Incoming weights need not be equal, neither for Ẑ nor
/// for the choice of β. Kernels without a Metropolis decision put the probabilities of their moves into the weights.
///
/// The particles are split into `islands` that know nothing of each other. Ẑ is the mean of theirs, its error their scatter.
/// With one island the error comes from the genealogy.
///
/// **Adaptation.** For a fixed ladder with fixed steps Ẑ has no bias. An adaptive ladder chooses the next β so that the
/// conditional effective sample size of the step is a fixed fraction, and `targetAcceptance` changes the step of the kernel
/// between levels, from the acceptance at the level before; then Ẑ is consistent in the number of particles (Beskos,
/// Jasra, Kantas, Thiery 2016, doi:10.1214/15-AAP1113), with a bias that is small where that number is large. To have none,
/// run twice and give the second run the levels of the first (`AnnealingSchedule(_: [AnnealingLevel])`).
/// Draws that the target does not allow at all (u = +∞) are lost at the first level; the choice of its β leaves them out.
///
/// Source: Del Moral, Doucet, Jasra 2006, doi:10.1111/j.1467-9868.2006.00553.x; Zhou, Johansen, Aston 2016,
/// doi:10.1080/10618600.2015.1060885.
public struct SequentialMonteCarlo<Move: Kernel>: Sampler {
  /// How the values of β come about.
  public enum Ladder: Sendable, Equatable {
    /// CESS/N of each step, in (0, 1), and a number of levels beyond which to give up.
    case adaptive(conditionalFraction: Double, maximumLevels: Int)
    case fixed(AnnealingSchedule)
  }

  public var kernel: Move
  public var ladder: Ladder
  public var stepsPerLevel: Int
  /// Moves at β = 1, where particles are copies of each other if the last level resampled.
  public var stepsAtTarget: Int
  public var resampling: any Resampling
  /// ESS/N below which a level resamples: 0 never, 1 wherever weights differ.
  public var resamplingThreshold: Double
  public var islands: Int
  /// Acceptance to which the kernel's step is adapted between levels; nil leaves the step as it is. See
  /// `StepSizeAdaptation.targetAcceptance` for good values.
  public var targetAcceptance: Double?
  public var threads: Int
  /// Called after each level with the number of the island, from any thread, for progress.
  public var onLevel: (@Sendable (_ island: Int, AnnealingLevel) -> Void)?

  public init(
    kernel: Move, ladder: Ladder = .adaptive(conditionalFraction: 0.95, maximumLevels: 1000), stepsPerLevel: Int = 1,
    stepsAtTarget: Int? = nil, resampling: any Resampling = SystematicResampling(), resamplingThreshold: Double = 0.5,
    islands: Int = 8, targetAcceptance: Double? = nil, threads: Int = 1
  ) {
    precondition(stepsPerLevel >= 0 && (stepsAtTarget ?? 0) >= 0 && islands > 0 && threads > 0)
    precondition(resamplingThreshold >= 0 && resamplingThreshold <= 1)
    if case .adaptive(let fraction, let levels) = ladder { precondition(fraction > 0 && fraction < 1 && levels > 0) }
    if let targetAcceptance {
      precondition(Move.isMetropolised, "only kernels that reject can be adapted by their acceptance")
      precondition(targetAcceptance > 0 && targetAcceptance < 1)
    }
    self.kernel = kernel
    self.ladder = ladder
    self.stepsPerLevel = stepsPerLevel
    self.stepsAtTarget = stepsAtTarget ?? stepsPerLevel
    self.resampling = resampling
    self.resamplingThreshold = resamplingThreshold
    self.islands = islands
    self.targetAcceptance = targetAcceptance
    self.threads = threads
  }

  public func sample(
    _ count: Int, from proposal: some Proposal, to target: some TargetDensity, using random: RandomStream
  ) throws -> WeightedSamples {
    try anneal(count, from: proposal, to: target, using: random).samples
  }

  /// `count` particles in all islands together.
  ///
  /// - Throws: `SamplingError.noOverlap` where β cannot go on.
  public func anneal(
    _ count: Int, from proposal: some Proposal, to target: some TargetDensity, using random: RandomStream
  ) throws -> AnnealedSamples {
    let (x, _) = try proposal.draw(0..<count, from: random)
    return try anneal(x, along: GeometricPath(from: proposal, to: target), using: random)
  }

  /// From independent samples of the path's start to its end.
  public func anneal(
    _ start: Configurations, along path: some AnnealingPath, using random: RandomStream
  ) throws -> AnnealedSamples {
    guard start.count >= 2 * islands else {
      throw EstimatorError.tooFewSamples(found: start.count, needed: 2 * islands)
    }
    // The proposal draws from children 0, 1, …
    let random = random.child(-1)
    let results = try parallelResults(of: islands, threads: threads) { range in
      try range.map { island in
        let particles = start.count * island / islands..<start.count * (island + 1) / islands
        return try run(
          start.slice(particles), first: particles.lowerBound, island: island, along: path, using: random.child(island))
      }
    }.flatMap { $0 }
    return try AnnealedSamples(
      results.map(\.population), levels: results.map(\.levels),
      drawsIndependently: type(of: resampling).drawsIndependently)
  }

  private func run<Path: AnnealingPath>(
    _ start: Configurations, first: Int, island: Int, along path: Path, using random: RandomStream
  ) throws -> (population: AnnealingPopulation<Path>, levels: [AnnealingLevel]) {
    let threads = max(1, threads / islands)
    var population = try AnnealingPopulation(
      at: start, first: first, along: path, withGradients: Move.usesGradient && moves, threads: threads)
    var kernel = kernel
    var levels: [AnnealingLevel] = []
    while population.beta < 1 {
      let next = try nextBeta(population, level: levels.count)
      if let stepSizes { kernel.stepSize = stepSizes[levels.count] }
      let steps = next == 1 ? stepsAtTarget : stepsPerLevel
      // Without moves to follow, copies at the end would only add noise.
      let resamples = next < 1 || steps > 0
      let level = try population.pass(
        to: next, kernel: kernel, steps: steps, resampling: resamples ? (resampling, resamplingThreshold) : nil,
        threads: threads, using: random.child(levels.count))
      levels.append(level)
      onLevel?(island, level)
      if stepSizes == nil, let targetAcceptance, let acceptance = level.acceptance {
        kernel.stepSize *= exp(Self.adaptationGain * (acceptance - targetAcceptance))
      }
    }
    return (population, levels)
  }

  /// d ln(step)/d acceptance. The acceptance falls by about ½ for a factor e of the step, so that 2 is Newton's method.
  private static var adaptationGain: Double { 2 }

  private var stepSizes: [Double]? {
    if case .fixed(let schedule) = ladder { schedule.stepSizes } else { nil }
  }

  private var moves: Bool {
    if case .fixed(let schedule) = ladder, schedule.betas.count == 1 { return stepsAtTarget > 0 }
    return stepsPerLevel > 0 || stepsAtTarget > 0
  }

  private func nextBeta(_ population: AnnealingPopulation<some AnnealingPath>, level: Int) throws -> Double {
    switch ladder {
    case .fixed(let schedule): return schedule.betas[level]
    case .adaptive(let fraction, let maximumLevels):
      guard level < maximumLevels,
        let next = ConditionalEffectiveSampleSize(
          logWeights: population.logWeights, potentials: population.potentials, beta: population.beta,
          path: population.path)?.nextBeta(keeping: fraction)
      else { throw SamplingError.noOverlap(reached: population.beta) }
      return next
    }
  }
}
