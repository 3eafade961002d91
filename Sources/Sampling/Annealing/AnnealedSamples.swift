import Energies
import Estimators
import Foundation

/// Samples that came to a target along a path, and what is known of the way.
public struct AnnealedSamples: Sendable {
  /// Weights keep their scale: their mean estimates Z (Z_end/Z_start between two targets). −u − ln w takes the place of
  /// log q, and 0 where the weight is zero.
  public var samples: WeightedSamples
  /// Number of the draw from which each sample descends, `[count]`.
  public var ancestors: [Int]
  /// Samples of each independent population.
  public var islands: [Range<Int>]
  /// Levels of each island.
  public var levels: [[AnnealingLevel]]
  /// Evaluations of the target, all islands.
  public var evaluations: Int
  /// ln Ẑ; without bias is Ẑ, not its logarithm.
  public let logPartitionFunction: AnnealedEstimate
  private let families: WeightFamilies

  init<Path: AnnealingPath>(
    _ populations: [AnnealingPopulation<Path>], levels: [[AnnealingLevel]], drawsIndependently: Bool
  ) throws {
    let logWeights = populations.flatMap(\.logWeights)
    let potentials = populations.flatMap(\.potentials.end)
    samples = WeightedSamples(
      x: Configurations(joining: populations.map(\.x), dimension: populations[0].x.dimension),
      reducedPotentials: potentials,
      logProposals: zip(potentials, logWeights).map { $1 > -.infinity ? -$0 - $1 : 0 }, logWeights: logWeights)
    ancestors = populations.flatMap(\.ancestors)
    self.levels = levels
    evaluations = populations.reduce(0) { $0 + $1.evaluations }
    var end = 0
    let islands = populations.map { population in
      defer { end += population.count }
      return end..<end + population.count
    }
    self.islands = islands
    if islands.count > 1 {
      families = WeightFamilies(
        source: .islands, families: islands.enumerated().flatMap { [Int](repeating: $0, count: $1.count) },
        familyCount: islands.count, count: islands.count, independentResamplings: 0)
    } else {
      var numbers: [Int: Int] = [:]
      let families = ancestors.map { ancestor in
        if let number = numbers[ancestor] { return number }
        numbers[ancestor] = numbers.count
        return numbers.count - 1
      }
      let rounds = populations[0].resamplings
      self.families = WeightFamilies(
        source: rounds == 0 ? .paths : .genealogy, families: families, familyCount: numbers.count,
        count: families.count, independentResamplings: drawsIndependently ? rounds : 0)
    }
    logPartitionFunction = families.logPartitionFunction(try LogWeights(logWeights))
  }

  /// Weighted mean of a quantity over the target, with an error from islands, genealogy or paths.
  ///
  /// - Parameter values: f(x) of each sample, `[count]`.
  public func mean(of values: [Double]) throws -> AnnealedEstimate {
    try families.mean(of: values, LogWeights(samples.logWeights))
  }
}
