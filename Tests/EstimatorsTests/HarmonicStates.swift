import Estimators
import Foundation
import Randomness

/// One-dimensional harmonic oscillators u_k = ½ s_k (x − c_k)² + o_k with unequal stiffness and offset:
/// f_k − f₀ = ½ ln(s_k/s₀) + o_k − o₀ exactly, ⟨x⟩_k = c_k, ⟨x²⟩_k = c_k² + 1/s_k.
struct HarmonicStates {
  var centres: [Double]
  var stiffnesses: [Double]
  var offsets: [Double]
  var counts: [Int]

  /// Those of Golden/make_free_energies.py.
  static let golden = HarmonicStates(
    centres: [0, 0.5, 1.25, 1.75, 2.5], stiffnesses: [1, 1.5, 2, 3, 4], offsets: [0, 3, -2, 5, 1],
    counts: [200, 300, 0, 250, 150])

  func difference(_ i: Int, _ j: Int) -> Double {
    0.5 * log(stiffnesses[j] / stiffnesses[i]) + offsets[j] - offsets[i]
  }

  func energy(_ k: Int, _ x: Double) -> Double {
    0.5 * stiffnesses[k] * (x - centres[k]) * (x - centres[k]) + offsets[k]
  }

  /// Samples in the order of the states, from a source of standard normal numbers.
  func samples(_ normal: () -> Double) -> [Double] {
    counts.indices.flatMap { k in (0..<counts[k]).map { _ in centres[k] + normal() / stiffnesses[k].squareRoot() } }
  }

  func samples(_ random: inout RandomStream) -> [Double] { samples { random.normal() } }

  var goldenSamples: [Double] {
    var generator = GoldenGenerator(seed: 1)
    return samples { generator.normal() }
  }

  func potentials(_ x: [Double]) throws -> ReducedPotentials {
    try ReducedPotentials(values: centres.indices.flatMap { k in x.map { energy(k, $0) } }, counts: counts)
  }
}

/// |a − b| within `tolerance` of the larger of 1 and |b|.
func agree(_ a: Double?, _ b: Double, _ tolerance: Double = 1e-8) -> Bool {
  guard let a else { return false }
  return abs(a - b) <= tolerance * max(1, abs(b))
}

func agree(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-8) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { agree($0, $1, tolerance) }
}
