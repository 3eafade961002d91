import Energies
import Foundation
import Randomness

/// Samples with log-weights that training goes back to, drawn in proportion to their weights; the oldest leave first (Midgley
/// et al. 2023, arXiv:2208.01893, prioritised replay buffer).
///
/// Numbers are kept in single precision, as checkpoints keep them.
public struct ReplayBuffer: Sendable, Equatable {
  public internal(set) var dimension = 0
  /// λ of the target that the weights are for.
  public internal(set) var scale = 1.0
  /// `[count][dimension]`
  public internal(set) var coordinates: [Float] = []
  /// ln w of each sample, kept up to date with the flow.
  public internal(set) var logWeights: [Float] = []
  /// log p(q) of the flow for which the weight is.
  public internal(set) var logDensities: [Float] = []

  public init() {}

  public var count: Int { logWeights.count }

  /// Adds samples; without weight, they are left out.
  mutating func add(_ q: Configurations, logWeights: [Double], logDensities: [Double], capacity: Int) {
    precondition(count == 0 || dimension == q.dimension)
    dimension = q.dimension
    for sample in 0..<q.count where logWeights[sample].isFinite && logDensities[sample].isFinite {
      coordinates += (0..<dimension).map { Float(q[sample, $0]) }
      self.logWeights.append(Float(logWeights[sample]))
      self.logDensities.append(Float(logDensities[sample]))
    }
    let surplus = count - capacity
    guard surplus > 0 else { return }
    coordinates.removeFirst(surplus * dimension)
    self.logWeights.removeFirst(surplus)
    self.logDensities.removeFirst(surplus)
  }

  /// Up to `count` different samples, drawn one after another by their weights: those with the largest ln w + Gumbel noise
  /// (Vieira 2014; Kool, van Hoof & Welling 2019, arXiv:1903.06059).
  func draw(_ count: Int, using random: RandomStream) -> [Int] {
    var stream = random
    let keys = logWeights.map { Double($0) - log(stream.exponential()) }
    return keys.indices.sorted { keys[$0] > keys[$1] }.prefix(count).sorted()
  }

  func configurations(_ samples: [Int]) -> Configurations {
    var q = Configurations(count: samples.count, dimension: dimension)
    for (place, sample) in samples.enumerated() {
      for i in 0..<dimension { q[place, i] = Double(coordinates[sample * dimension + i]) }
    }
    return q
  }

  /// Weights follow a change of the flow: w is that of p²/p_θ, so that ln w falls by what log p_θ rises.
  mutating func update(_ samples: [Int], logDensities: [Double]) {
    for (sample, logDensity) in zip(samples, logDensities) where logDensity.isFinite {
      logWeights[sample] += self.logDensities[sample] - Float(logDensity)
      self.logDensities[sample] = Float(logDensity)
    }
  }
}
