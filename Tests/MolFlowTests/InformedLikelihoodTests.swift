import Foundation
import Testing

@testable import MolFlow

@Suite("Likelihood that knows energies")
struct InformedLikelihoodTests {
  private static let energies = [0.3, 2.1, -1.4, 0.0, 5.0, 0.9, -0.2]
  private static let frames = 4

  /// −mean log p of frames + λ mean φ(d), where φ is ½ d² above the median and, below it, the same or e^{−d} + d − 1.
  private static func loss(_ logDensities: [Double], center: Double, weight: Double, isExponential: Bool) -> Double {
    let likelihood = logDensities[..<frames].reduce(0, +) / Double(frames)
    let deviations = zip(logDensities, energies).map { $0 + $1 - center }
    let penalties = deviations.map { d in isExponential && d < 0 ? exp(-d) + d - 1 : 0.5 * d * d }
    return weight * penalties.reduce(0, +) / Double(penalties.count) - likelihood
  }

  @Test("Factors are derivatives of the loss at a given median", arguments: [false, true])
  func derivatives(isExponential: Bool) {
    let logDensities = [-0.8, -1.1, 1.0, 0.2, -4.0, -2.5, 1.9]
    let (weight, step) = (1.7, 1e-5)
    let center = zip(logDensities, Self.energies).map { $0 + $1 }.sorted()[3]
    let factors = InformedLikelihood(weight: weight, bound: 100, shortfallBound: isExponential ? 100 : nil)
      .factors(logDensities: logDensities, reducedEnergies: Self.energies, frames: Self.frames)
    for sample in logDensities.indices {
      func moved(_ by: Double) -> Double {
        var values = logDensities
        values[sample] += by
        return Self.loss(values, center: center, weight: weight, isExponential: isExponential)
      }
      let slope = (moved(step) - moved(-step)) / (2 * step)
      #expect(abs(factors[sample] - slope) < 1e-5, "\(sample): \(factors[sample]), \(slope)")
    }
  }

  @Test("No sample pulls beyond the bounds")
  func bounds() {
    let factors = InformedLikelihood(weight: 1, bound: 3, shortfallBound: 8)
      .factors(logDensities: [0, 0, -50, 50], reducedEnergies: [0, 0, 0, 0], frames: 0)
    #expect(abs(factors[2] + 2) < 1e-12 && abs(factors[3] - 0.75) < 1e-12 && factors[0] == 0)
  }
}
