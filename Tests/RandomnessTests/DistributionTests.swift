import Foundation
import Randomness
import Testing

/// Draws against their analytic distribution functions and moments.
///
/// Kolmogorov–Smirnov tests fail with probability at most 1e-6 each; z-scores of sums of more than 10⁵ numbers stay
/// below 5 but for 6e-7. Seeds are fixed.
@Suite struct DistributionTests {
  static let count = 200_000

  static func draws(_ seed: UInt64, count: Int = count, _ draw: (inout RandomStream) -> Double) -> [Double] {
    var stream = RandomStream(seed: seed)
    return (0..<count).map { _ in draw(&stream) }
  }

  static func zScore(_ values: [Double], expected: Double) -> Double {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    return (mean - expected) / (variance / n).squareRoot()
  }

  @Test func uniform() {
    let values = Self.draws(1) { $0.uniform() }
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(KolmogorovSmirnov.accepts(values) { $0 })
    #expect(abs(Self.zScore(values.map { $0 * $0 * $0 }, expected: 0.25)) < 5)
    let open = Self.draws(2) { $0.uniformOpen() }
    #expect(open.allSatisfy { $0 > 0 && $0 < 1 })
    #expect(KolmogorovSmirnov.accepts(open) { $0 })
  }

  /// Moments 1, 2, 3, 4 and 6 of the normal density are 0, 1, 0, 3, 15. The third sees a lost or biased sign.
  @Test func normal() {
    let values = Self.draws(3) { $0.normal() }
    #expect(KolmogorovSmirnov.accepts(values) { 0.5 * erfc(-$0 / 2.0.squareRoot()) })
    for (power, expected) in [(1.0, 0.0), (2, 1), (3, 0), (4, 3), (6, 15)] {
      #expect(abs(Self.zScore(values.map { pow($0, power) }, expected: expected)) < 5)
    }
  }

  /// The tail beyond r = 3.654 and the edges of layers have their own code: shares of intervals that show each.
  @Test func normalTailAndWedges() {
    let values = Self.draws(4) { $0.normal() } + Self.draws(5) { $0.normal() } + Self.draws(6) { $0.normal() }
    func probability(above x: Double) -> Double { 0.5 * erfc(x / 2.0.squareRoot()) }
    for (low, high) in [(0.0, 0.1), (0.1, 0.25), (1.0, 1.1), (2.5, 3.0), (3.0, 3.654), (3.654, 4.0), (3.654, 99.0)] {
      for sign in [1.0, -1.0] {
        let expected = probability(above: low) - probability(above: high)
        let share = values.map { sign * $0 > low && sign * $0 <= high ? 1.0 : 0 }
        #expect(abs(Self.zScore(share, expected: expected)) < 5)
      }
    }
    // Within the tail the excess over r follows the normal density there: about 155 values.
    let r = 3.654_152_885_361_008_8
    let tail = values.map(abs).filter { $0 > r }
    #expect(tail.count > 80)
    #expect(KolmogorovSmirnov.accepts(tail) { 1 - probability(above: $0) / probability(above: r) })
  }

  @Test func exponential() {
    let values = Self.draws(7) { $0.exponential() }
    #expect(values.allSatisfy { $0 > 0 && $0.isFinite })
    #expect(KolmogorovSmirnov.accepts(values) { -expm1(-$0) })
  }

  /// The distribution function by the trapezoidal rule with 10,000 steps over ±12 widths (or the circle), error below 1e-6,
  /// against a smallest visible distance of 1e-2.
  @Test(arguments: [0, 1e-9, 0.3, 2, 17, 1e3, 1e8, 1e14])
  func vonMises(_ concentration: Double) {
    let values = Self.draws(8, count: 50_000) { $0.vonMises(concentration: concentration) }
    #expect(values.allSatisfy { $0 > -Double.pi && $0 <= Double.pi })
    let reach = min(Double.pi, 12 / concentration.squareRoot())
    let steps = 10_000
    let step = 2 * reach / Double(steps)
    // κ cos θ − κ = −2κ sin²(θ/2): no cancellation.
    let density = (0...steps).map { i in
      let sine = sin(0.5 * (-reach + step * Double(i)))
      return exp(-2 * concentration * sine * sine)
    }
    var cumulative = [0.0]
    for i in 1...steps { cumulative.append(cumulative[i - 1] + 0.5 * (density[i - 1] + density[i])) }
    let total = cumulative[steps]
    #expect(
      KolmogorovSmirnov.accepts(values) { angle in
        let place = min(Double(steps), max(0, (angle + reach) / step))
        let index = min(steps - 1, Int(place))
        let fraction = place - Double(index)
        return (cumulative[index] + fraction * (cumulative[index + 1] - cumulative[index])) / total
      })
    #expect(abs(Self.zScore(values.map { $0 > 0 ? 1 : 0 }, expected: 0.5)) < 5)
  }

  /// The mean resultant length of von Mises angles is I₁(κ)/I₀(κ): 0.697774657964008 for κ = 2.
  @Test func vonMisesResultant() {
    let values = Self.draws(9) { $0.vonMises(concentration: 2) }
    #expect(abs(Self.zScore(values.map(cos), expected: 0.697_774_657_964_008)) < 5)
    #expect(abs(Self.zScore(values.map(sin), expected: 0)) < 5)
  }

  @Test func categorical() {
    // Running sums of 1, 0, 3, 0.5, 0: entries of zero weight are never drawn.
    let cumulative = [1.0, 1.0, 4.0, 4.5, 4.5]
    var stream = RandomStream(seed: 10)
    var counts = [Int](repeating: 0, count: 5)
    let n = 90_000
    for _ in 0..<n { counts[stream.categorical(cumulativeWeights: cumulative)] += 1 }
    #expect(counts[1] == 0 && counts[4] == 0)
    for (index, weight) in [(0, 1.0), (2, 3.0), (3, 0.5)] {
      let p = weight / 4.5
      let z = (Double(counts[index]) - Double(n) * p) / (Double(n) * p * (1 - p)).squareRoot()
      #expect(abs(z) < 5)
    }
    // Slices count from their start.
    #expect((0..<100).allSatisfy { _ in stream.categorical(cumulativeWeights: [9.0, 9.0, 10.0][1...]) <= 1 })
    #expect(stream.categorical(cumulativeWeights: [3.0]) == 0)
  }

  @Test func integers() {
    var stream = RandomStream(seed: 11)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[stream.integer(below: 7)] += 1 }
    // χ² with 6 degrees of freedom exceeds 40 with probability 5e-7.
    #expect(counts.reduce(0.0) { $0 + pow(Double($1) - 10_000, 2) / 10_000 } < 40)
    #expect(stream.integer(below: 1) == 0)
    #expect((0..<100).allSatisfy { _ in (0..<Int.max).contains(stream.integer(below: .max)) })
  }
}
