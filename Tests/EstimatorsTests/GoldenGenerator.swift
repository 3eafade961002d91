/// The linear congruential generator of Golden/make_free_energies.py, bit for bit: x ← a x + c mod 2⁶⁴ with Knuth's MMIX
/// constants.
struct GoldenGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func uniform() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) * 0x1p-53
  }

  /// Sum of twelve uniforms less 6: nearly normal.
  mutating func normal() -> Double {
    var total = 0.0
    for _ in 0..<12 { total += uniform() }
    return total - 6
  }

  /// vₙ = memory vₙ₋₁ + normal.
  static func series(seed: UInt64, count: Int, memory: Double) -> [Double] {
    var generator = GoldenGenerator(seed: seed)
    var value = generator.normal()
    return (0..<count).map { _ in
      value = memory * value + generator.normal()
      return value
    }
  }
}
