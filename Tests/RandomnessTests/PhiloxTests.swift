import Randomness
import Testing

/// The known answers of philox4x32_10 in Random123's kat_vectors.
@Suite struct PhiloxTests {
  struct Vector: Sendable {
    let counter: SIMD4<UInt32>
    let key: SIMD2<UInt32>
    let output: SIMD4<UInt32>
  }

  static let vectors = [
    Vector(
      counter: SIMD4(0, 0, 0, 0), key: SIMD2(0, 0),
      output: SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)),
    Vector(
      counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max),
      output: SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)),
    Vector(
      counter: SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), key: SIMD2(0xA409_3822, 0x299F_31D0),
      output: SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)),
  ]

  @Test(arguments: vectors)
  func blocksEqualThePublishedVectors(_ vector: Vector) {
    #expect(Philox4x32.block(counter: vector.counter, key: vector.key) == vector.output)
  }

  /// How a stream maps to blocks is part of the format of checkpoints: low words first.
  @Test func aStreamReadsBlocksInOrder() {
    var zero = RandomStream(seed: 0)
    #expect(zero.next() == 0xE169_C58D_6627_E8D5)
    #expect(zero.next() == 0x9B00_DBD8_BC57_AC4C)

    var pi = RandomStream(seed: 0x299F_31D0_A409_3822, stream: 0x0370_7344_1319_8A2E)
    let block: UInt64 = 0x85A3_08D3_243F_6A88
    // Position counts half blocks and so reaches half of all counters only; the vector's counter is 2⁶³ above one of them.
    pi.move(to: (block & ~(1 << 63)) << 1)
    let words = Philox4x32.block(
      counter: SIMD4(0x243F_6A88, 0x05A3_08D3, 0x1319_8A2E, 0x0370_7344), key: SIMD2(0xA409_3822, 0x299F_31D0))
    #expect(pi.next() == UInt64(words.y) << 32 | UInt64(words.x))
    #expect(pi.next() == UInt64(words.w) << 32 | UInt64(words.z))
  }
}
