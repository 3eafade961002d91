import Energies
import Estimators
import Foundation
import Randomness

/// Stochastic layers after a trained flow: moves at ascending β, whose number and β are learned.
public struct StochasticLayers: Sendable {
  public let schedule: AnnealingSchedule
  /// Of the particles they were learned with.
  public let effectiveFraction: Double

  /// Of β_l = (l/L)^p for several L and p those whose effective fraction of weights over cost is largest, always with the same random
  /// numbers; no layer (one level, which is importance sampling) where none is worth its cost.
  ///
  /// Learning by the weights' variance is minimising the χ² divergence between paths forwards and backwards.
  ///
  /// - Parameters:
  ///   - costOfDraw: of a draw with log q, in evaluations of the guide.
  ///   - costOfDensity: of log q of a given configuration.
  public static func learned<Start: Proposal, Target: TargetDensity, Move: Kernel>(
    along path: GeometricPath<Start, Target>, kernel: Move, costOfDraw: Double,
    costOfDensity: Double, particles: Int = 2048, threads: Int,
    using random: RandomStream
  ) throws -> StochasticLayers {
    let pieces = stride(from: 0, to: particles, by: 128).map { $0..<min($0 + 128, particles) }
    func worth(_ schedule: AnnealingSchedule) throws -> Double {
      let sampler = AnnealedImportanceSampler(kernel: kernel, schedule: schedule)
      let logWeights = try parallelPieces(pieces.count, threads: threads) { number in
        try sampler.anneal(pieces[number], along: path, using: random).samples.logWeights
      }.flatMap { $0 }
      return try LogWeights(logWeights).effectiveSampleSize / Double(particles)
    }
    let ofLayer = costOfDensity + Double(kernel.evaluationsPerStep + kernel.guideEvaluationsPerStep)
    func cost(_ levels: Int) -> Double { costOfDraw + 1 + Double(levels - 1) * ofLayer }
    let alone = try worth(AnnealingSchedule(levels: 1))
    var best = (schedule: AnnealingSchedule(levels: 1), fraction: alone, rate: alone / cost(1))
    for levels in [2, 3, 4, 6, 8] {
      var improves = false
      for power in [0.7, 1] {
        let schedule = AnnealingSchedule(levels: levels, power: power)
        let fraction = try worth(schedule)
        guard fraction / cost(levels) > best.rate else { continue }
        best = (schedule, fraction, fraction / cost(levels))
        improves = true
      }
      if !improves { break }
    }
    return StochasticLayers(schedule: best.schedule, effectiveFraction: best.fraction)
  }
}
