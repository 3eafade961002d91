/// Uniform numbers that the golden scripts build too, bit for bit: s ← 6364136223846793005 s + 1442695040888963407 mod
/// 2⁶⁴ (Knuth's MMIX), u = ⌊s/2¹¹⌋ 2⁻⁵³.
struct LinearCongruence {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func uniform() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) * 0x1p-53
  }

  /// Nearly normal: four uniform numbers less 2, of variance 1/3.
  mutating func bell() -> Double { uniform() + uniform() + uniform() + uniform() - 2 }

  mutating func uniforms(_ count: Int) -> [Double] { (0..<count).map { _ in uniform() } }
  mutating func bells(_ count: Int) -> [Double] { (0..<count).map { _ in bell() } }
}
