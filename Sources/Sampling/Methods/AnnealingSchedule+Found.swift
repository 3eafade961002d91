import Energies
import Randomness

extension AnnealingSchedule {
  /// The levels and steps of the kernel that an adaptive run of one population finds; runs that are given them are not adaptive, so
  /// that their weights have no bias.
  ///
  /// - Parameters:
  ///   - acceptance: that of the kernel, to which its step is adapted from level to level; nil leaves it as it is.
  ///   - conditionalFraction: CESS/N of each level.
  /// - Throws: `SamplingError.noOverlap` where the way to the target takes more than `maximumLevels` levels.
  public static func found(
    along path: GeometricPath<some Proposal, some TargetDensity>, kernel: some Kernel, acceptance: Double?,
    conditionalFraction: Double, particles: Int = 512, maximumLevels: Int = 100, threads: Int = 1,
    using random: RandomStream
  ) throws -> AnnealingSchedule {
    let start = try path.proposal.draw(0..<particles, from: random).x
    let sampler = SequentialMonteCarlo(
      kernel: kernel, ladder: .adaptive(conditionalFraction: conditionalFraction, maximumLevels: maximumLevels),
      islands: 1, targetAcceptance: acceptance, threads: threads)
    return try AnnealingSchedule(sampler.anneal(start, along: path, using: random.child(-3)).levels[0])
  }
}
