import Foundation
import Randomness
import Sampling

/// Importance weights e^{−D} of a flow's own samples in a round of training, D = log p(q) + u − log J.
public struct RoundWeights: Sendable {
  /// e^{−(D − least D)}
  private let weights: [Double]
  /// Kish effective share of all samples, nothing clipped.
  public let effectiveFraction: Double
  /// −log Z: by the weights where enough of them count, else the median of D, which does not depend on a few.
  public let minusLogZ: Double

  /// - Throws: `TrainingError` where no sample has a finite weight.
  init(differences: [Double]) throws {
    let finite = differences.filter(\.isFinite).sorted()
    guard let least = finite.first else {
      throw TrainingError(description: "no sample of the flow has a finite energy")
    }
    weights = differences.map { $0.isFinite ? exp(least - $0) : 0 }
    let (sum, squares) = (weights.reduce(0, +), weights.reduce(0) { $0 + $1 * $1 })
    effectiveFraction = sum * sum / squares / Double(differences.count)
    minusLogZ = effectiveFraction > 0.2 ? least - log(sum / Double(differences.count)) : finite[finite.count / 2]
  }

  /// Indices of `count` samples drawn by their weights; where few samples would carry most of the weight, by a power of the
  /// weights that leaves one in ten effective.
  func resampled(_ count: Int, using random: RandomStream) -> [Int] {
    var tempered = weights
    var power = 1.0
    func share(_ w: [Double]) -> Double {
      let (sum, squares) = (w.reduce(0, +), w.reduce(0) { $0 + $1 * $1 })
      return sum * sum / squares / Double(w.count)
    }
    while share(tempered) < 0.1, power > 1e-3 {
      power *= 0.8
      tempered = weights.map { $0 == 0 ? 0 : pow($0, power) }
    }
    return SystematicResampling().parents(weights: tempered, count: count, using: random)
  }
}
