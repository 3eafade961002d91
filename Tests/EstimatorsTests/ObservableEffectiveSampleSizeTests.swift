import Estimators
import Foundation
import Randomness
import Testing

@Suite struct ObservableEffectiveSampleSizeTests {
  private let chains = 600
  private let length = 40
  private let coefficient = 0.7

  /// x₀ ~ N(0, 1), xₜ = c xₜ₋₁ + (1 − c²)^½ ε, `count` such series for each chain.
  private func series(_ count: Int, seed: UInt64) -> [[Double]] {
    (0..<count).map { observable in
      (0..<chains).flatMap { chain in
        var random = RandomStream(seed: seed).child(observable).child(chain)
        var x = random.normal()
        return (0..<length).map { step -> Double in
          if step > 0 { x = coefficient * x + (1 - coefficient * coefficient).squareRoot() * random.normal() }
          return x
        }
      }
    }
  }

  private var groups: SampleDependence { .groups((0..<chains * length).map { $0 / length }) }

  /// Var of the mean of n steps over that of a step is [(1 + c)/(1 − c) − 2c(1 − cⁿ)/(n(1 − c)²)]/n. The mean of K squared errors by M
  /// chains has the relative deviation (2/(K(M − 1)))^½; |z| < 4 fails in 6·10⁻⁵ of seeds.
  @Test func chainsOfAnAutoregressiveProcess() throws {
    let observables = 8
    let x = series(observables, seed: 7)
    let weights = try LogWeights([Double](repeating: 0, count: chains * length))
    let found = try #require(try ObservableEffectiveSampleSize.of(x, weights: weights, dependence: groups))
    let (n, c) = (Double(length), coefficient)
    let inefficiency = (1 + c) / (1 - c) - 2 * c * (1 - pow(c, n)) / (n * (1 - c) * (1 - c))
    let expected = Double(chains * length) / inefficiency
    let z = (expected / found - 1) / (2 / Double(observables * (chains - 1))).squareRoot()
    #expect(abs(z) < 4, "\(found) where \(expected) is right, z = \(z)")
    // Kish's formula sees no copies.
    #expect(weights.effectiveSampleSize > 3 * found)
  }

  /// Chains of weights that say nothing of what is averaged: 1/Σ_g W_g² · n/inefficiency with W_g the weight of a chain.
  @Test func unequalChains() throws {
    let observables = 8
    let x = series(observables, seed: 11)
    var random = RandomStream(seed: 12)
    let ofChains = (0..<chains).map { _ in 0.8 * random.normal() }
    let weights = try LogWeights((0..<chains * length).map { ofChains[$0 / length] })
    let found = try #require(try ObservableEffectiveSampleSize.of(x, weights: weights, dependence: groups))
    let (n, c) = (Double(length), coefficient)
    let inefficiency = (1 + c) / (1 - c) - 2 * c * (1 - pow(c, n)) / (n * (1 - c) * (1 - c))
    let w = ofChains.map { exp($0) }
    let (sum, squares) = (w.reduce(0, +), w.reduce(0) { $0 + $1 * $1 })
    let fourths = w.reduce(0) { $0 + $1 * $1 * $1 * $1 }
    let expected = sum * sum / squares * n / inefficiency
    // Squares of chains' means, χ² of one degree with the weights W⁴.
    let deviation = (2 * fourths / (squares * squares) / Double(observables)).squareRoot()
    let z = (expected / found - 1) / deviation
    #expect(abs(z) < 4, "\(found) where \(expected) is right, z = \(z)")
  }

  @Test func neverMoreThanThereAreSamples() throws {
    // Each chain balances itself: its mean has no error.
    let x = (0..<40).map { $0 % 2 == 0 ? 1.0 : -1.0 }
    let weights = try LogWeights([Double](repeating: 0, count: 40))
    let found = try ObservableEffectiveSampleSize.of(
      [x.enumerated().map { $0.element + ($0.offset == 0 ? 1e-3 : 0) }], weights: weights,
      dependence: .groups((0..<40).map { $0 / 4 }))
    #expect(found == 40)
  }

  @Test func nothingThatVaries() throws {
    let weights = try LogWeights([0, 0, 0, 0])
    #expect(
      try ObservableEffectiveSampleSize.of([[2, 2, 2, 2]], weights: weights, dependence: .groups([0, 0, 1, 1])) == nil)
    #expect(
      try ObservableEffectiveSampleSize.of([[1, 2, 3, 4]], weights: weights, dependence: .groups([0, 0, 0, 0])) == nil)
  }
}
