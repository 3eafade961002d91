import Estimators
import Foundation
import Randomness

extension AnnealingPopulation {
  /// One level: change of weights, resampling where the weights have become too unequal, moves.
  ///
  /// - Parameters:
  ///   - resampling: a scheme and the ESS/N below which to use it.
  mutating func pass(
    to next: Double, kernel: some Kernel, steps: Int, resampling: (scheme: any Resampling, threshold: Double)?,
    threads: Int, using random: RandomStream
  ) throws -> AnnealingLevel {
    guard
      let conditional = ConditionalEffectiveSampleSize(
        logWeights: logWeights, potentials: potentials, beta: beta, path: path)
    else { throw SamplingError.noOverlap(reached: beta) }
    let fraction = conditional.fraction(to: next)
    try advance(to: next)
    let effective = effectiveSampleSize
    let resamples = resampling.map { effective < $0.threshold * Double(count) } ?? false
    if resamples, let resampling { resample(resampling.scheme, using: random.child(0)) }
    let acceptance =
      steps > 0 ? try move(kernel, steps: steps, threads: threads, using: random.child(1)) : nil
    return AnnealingLevel(
      beta: next, conditionalEffectiveFraction: fraction, effectiveSampleSize: effective, resampled: resamples,
      acceptance: acceptance, stepSize: kernel.stepSize, distinctAncestors: Set(ancestors).count,
      logPartitionFunction: LogSumExp.of(logWeights) - log(Double(count)))
  }
}
