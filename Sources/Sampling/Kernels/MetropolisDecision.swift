import Energies
import Foundation

/// Accepting and rejecting whole rows of a batch.
enum MetropolisDecision {
  /// min(1, e^{Δ}); a NaN, the difference of two infinities, is a rejection.
  static func probability(_ logRatio: Double) -> Double {
    logRatio.isNaN ? 0 : min(1, exp(logRatio))
  }

  /// Whether e^{Δ} exceeds the uniform number whose logarithm is given.
  static func accepts(_ logRatio: Double, logUniform: Double) -> Bool { !logRatio.isNaN && logUniform < logRatio }
}

extension Walkers {
  /// Takes position, potential and gradient of walker `w` from another batch of the same shape.
  mutating func take(_ w: Int, x: Configurations, potential: Double, gradient: Configurations?) {
    reducedPotentials[w] = potential
    let range = row(w)
    self.x.coordinates.replaceSubrange(range, with: x.coordinates[range])
    if let gradient { self.gradient.coordinates.replaceSubrange(range, with: gradient.coordinates[range]) }
  }
}
