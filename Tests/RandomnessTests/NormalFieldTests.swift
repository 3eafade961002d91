import CLaneKernels
import Foundation
import Randomness
import Testing

/// Normal numbers addressed by counter. Statistical checks as in `DistributionTests`: Kolmogorov–Smirnov fails with
/// probability 1e-6, z-scores below 5 with 6e-7 each.
@Suite struct NormalFieldTests {
  static func field(
    _ count: Int, key: UInt64 = 0x1234_5678_9ABC_DEF0, stream: UInt64 = 3, firstBlock: UInt64 = 0
  ) -> [Double] {
    var values = [Double](repeating: .nan, count: count)
    values.withUnsafeMutableBufferPointer {
      NormalField.fill($0, key: key, stream: stream, firstBlock: firstBlock)
    }
    return values
  }

  /// Runs `body` with one instruction set on this thread; nil if the processor lacks it.
  static func with<Result>(_ set: lane_instruction_set, _ body: () -> Result) -> Result? {
    guard lane_use_instruction_set_here(set) == 1 else { return nil }
    defer { lane_forget_instruction_set_here() }
    return body()
  }

  static let instructionSets = [lane_portable, lane_avx2]

  /// The definition with the C library's functions and the scalar Philox.
  static func definition(key: UInt64, stream: UInt64, block: UInt64) -> [Double] {
    func words(_ x: UInt64) -> SIMD2<UInt32> {
      SIMD2(UInt32(truncatingIfNeeded: x), UInt32(truncatingIfNeeded: x >> 32))
    }
    let counter = SIMD4(lowHalf: words(block), highHalf: words(stream))
    let word = Philox4x32.block(counter: counter, key: words(key))
    return [(word.x, word.y), (word.z, word.w)].flatMap { radiusWord, angleWord in
      let radius = (-2 * log((Double(radiusWord) + 0.5) * 0x1p-32)).squareRoot()
      let angle = (Double(angleWord & 0x3FFF_FFFF) - 0x1p29 + 0.5) * (Double.pi / 2 * 0x1p-30)
      let cosine = (angleWord >> 31 == 1 ? -1 : 1) * radius * cos(angle)
      let sine = radius * sin(angle)
      return angleWord >> 30 & 1 == 1 ? [sine, cosine] : [cosine, sine]
    }
  }

  @Test("Blocks are those of the scalar generator", arguments: [0, 1])
  func blocks(set: Int) throws {
    for (key, stream, first) in [
      (UInt64(0), UInt64(0), UInt64(0)), (0x299F_31D0_A409_3822, 0x0370_7344_1319_8A2E, 0x85A3_08D3_243F_6A88),
      (.max, .max, .max - 11), (7, 1 << 40, 0xFFFF_FFFE),
    ] {
      let found = Self.with(Self.instructionSets[set]) { Self.field(80, key: key, stream: stream, firstBlock: first) }
      guard let values = found else { return }
      for b in 0..<20 {
        let expected = Self.definition(key: key, stream: stream, block: first &+ UInt64(b))
        for i in 0..<4 { #expect(abs(values[4 * b + i] - expected[i]) < 1e-10) }
      }
    }
  }

  @Test("Every instruction set gives the same bytes")
  func sameBytes() {
    let portable = Self.with(lane_portable) { Self.field(40_003) }
    let fast = Self.with(lane_avx2) { Self.field(40_003) }
    if let fast { #expect(fast == portable) }
  }

  @Test("A field may be filled in parts")
  func parts() {
    let whole = Self.field(1003)
    var parts: [Double] = []
    for (blocks, count) in [(1, 4), (2, 8), (9, 36), (30, 120), (100, 400), (109, 435)] {
      parts += Self.field(count, firstBlock: UInt64(parts.count / 4))
      #expect((count + 3) / 4 == blocks)
    }
    #expect(parts == whole)
    #expect(Self.field(0).isEmpty)
    #expect(Self.field(9, stream: 4) != Array(whole[..<9]) && Self.field(9, key: 1) != Array(whole[..<9]))
  }

  @Test("Moments to the sixth order, the distribution, and no correlation within a block")
  func distribution() {
    let values = Self.field(400_000)
    #expect(KolmogorovSmirnov.accepts(values) { 0.5 * erfc(-$0 / 2.0.squareRoot()) })
    for (power, expected) in [(1.0, 0.0), (2, 1), (3, 0), (4, 3), (5, 0), (6, 15)] {
      #expect(abs(DistributionTests.zScore(values.map { pow($0, power) }, expected: expected)) < 5)
    }
    for lag in 1...9 {
      for power in [1.0, 2] {
        let products = (0..<values.count - lag).map { pow(values[$0], power) * pow(values[$0 + lag], power) }
        #expect(abs(DistributionTests.zScore(products, expected: power == 1 ? 0 : 1)) < 5)
      }
    }
  }

  @Test("Tails beyond 3, 4 and 4.5 have their shares on both sides")
  func tails() {
    let values = Self.field(8_000_000, stream: 9)
    for edge in [3.0, 4, 4.5] {
      let probability = 0.5 * erfc(edge / 2.0.squareRoot())
      let expected = probability * Double(values.count)
      for sign in [1.0, -1] {
        let count = values.lazy.filter { sign * $0 > edge }.count
        // At 4.5 27 are expected; a Poisson number is beyond 5.5 deviations with less than 1e-5.
        #expect(abs(Double(count) - expected) < 5.5 * expected.squareRoot())
      }
    }
    let beyond = values.map(abs).filter { $0 > 3 }
    #expect(
      KolmogorovSmirnov.accepts(beyond) { 1 - erfc($0 / 2.0.squareRoot()) / erfc(3 / 2.0.squareRoot()) })
  }
}
