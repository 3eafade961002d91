import Energies
import Foundation
import NeuralNetworks

/// A metric of velocity errors that counts stretching of stiff pairs of atoms more than what moves freely:
/// |δ|² + Σᵢⱼ wᵢⱼ(t) (nᵢⱼ·(δᵢ − δⱼ))², nᵢⱼ the direction between the atoms where they are.
///
/// On a straight path the target's velocity along a pair with deviations s₀ at t = 0 and σ at t = 1 is known up to σ s₀/s(t),
/// s² = (1−t)²s₀² + t²σ²: for bonds very well, long before the end, but a mean over all coordinates does not see it.
/// w = strength · min(1/s², s²/(σ²s₀²))/N: an error counts by the width that the pair has at that time, which is what it spoils, as
/// long as the noise allows; then by the noise. A metric of places and times alone does not change what minimises the mean.
public struct PairMetric: Sendable {
  public let strength: Double
  let pairs: AtomPairs
  /// σ² and s₀² of each pair.
  let ends: [(late: Double, early: Double)]

  /// - Parameter y: scaled configurations at t = 1.
  public init(_ y: borrowing Configurations, axes: Int = 3, strength: Double) {
    self.strength = strength
    let atoms = y.dimension / axes
    pairs = AtomPairs(atoms: atoms)
    ends = pairs.pairs.map { i, j in
      var (sum, squares) = (0.0, 0.0)
      for sample in 0..<y.count {
        let square = (0..<axes).reduce(0) { $0 + pow(y[sample, axes * i + $1] - y[sample, axes * j + $1], 2) }
        sum += square.squareRoot()
        squares += square
      }
      let mean = sum / Double(y.count)
      return (max(1e-6, squares / Double(y.count) - mean * mean), squares / Double(y.count * axes))
    }
  }

  /// The sum over samples, and its derivatives by the errors; `[axes][atoms × samples]` row by row.
  func squareAndSlopes(of errors: [Double], at x: [Double], times: [Double]) -> (Double, [Double]) {
    let samples = times.count
    let row = pairs.atoms * samples
    let rows = Array(stride(from: 0, to: x.count, by: row))
    var slopes = errors.map { 2 * $0 }
    var sum = errors.reduce(0) { $0 + $1 * $1 }
    for (pair, (i, j)) in pairs.pairs.enumerated() {
      let (late, early) = ends[pair]
      for sample in 0..<samples {
        let (a, b) = (i * samples + sample, j * samples + sample)
        let t = times[sample]
        let s = (1 - t) * (1 - t) * early + t * t * late
        let weight = strength * min(1 / s, s / (late * early)) / Double(pairs.atoms)
        var (square, along) = (1e-12, 0.0)
        for place in rows {
          let d = x[place + a] - x[place + b]
          square += d * d
          along += d * (errors[place + a] - errors[place + b])
        }
        sum += weight * along * along / square
        let factor = 2 * weight * along / square
        for place in rows {
          let slope = factor * (x[place + a] - x[place + b])
          slopes[place + a] += slope
          slopes[place + b] -= slope
        }
      }
    }
    return (sum, slopes)
  }
}
