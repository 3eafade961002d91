import Foundation
import Randomness
import Testing

@Suite struct RandomStreamTests {
  @Test func sameSeedSameNumbers() {
    var a = RandomStream(seed: 7)
    var b = RandomStream(seed: 7)
    #expect((0..<100).map { _ in a.next() } == (0..<100).map { _ in b.next() })
    #expect(a == b)
    _ = b.next()
    #expect(a != b)
  }

  @Test func movingEqualsDrawing() {
    var drawn = RandomStream(seed: 8, stream: 3)
    let words = (0..<20).map { _ in drawn.next() }
    for position in words.indices {
      var moved = RandomStream(seed: 8, stream: 3)
      moved.move(to: UInt64(position))
      #expect(moved.position == UInt64(position))
      #expect((position..<20).map { _ in moved.next() } == Array(words[position...]))
    }
  }

  /// Whatever was drawn before, odd positions (with a buffered half block) among them.
  @Test(arguments: [0, 1, 2, 3, 1000, 1001])
  func aCheckpointContinuesTheSameSequence(_ drawn: Int) throws {
    var original = RandomStream(seed: .max - 5).child(-3)
    for _ in 0..<drawn { _ = original.next() }
    let data = try JSONEncoder().encode(original)
    var restored = try JSONDecoder().decode(RandomStream.self, from: data)
    #expect(restored == original && restored.seed == .max - 5)
    for _ in 0..<50 { #expect(restored.normal() == original.normal()) }
    for _ in 0..<50 { #expect(restored.vonMises(concentration: 2) == original.vonMises(concentration: 2)) }
    #expect(restored == original)
  }

  @Test func aDamagedCheckpointIsAnError() {
    for text in ["{}", #"{"seed":1,"key":1,"stream":0}"#, #"{"seed":-1,"key":1,"stream":0,"position":0}"#, "[1"] {
      #expect(throws: (any Error).self) { try JSONDecoder().decode(RandomStream.self, from: Data(text.utf8)) }
    }
  }

  /// No word of 64 bits occurs twice among the first words of many related streams: n = 30,000 words, so a chance
  /// coincidence has probability n²/2⁶⁵ < 3e-11.
  @Test func relatedStreamsShareNoWords() {
    var seen = Set<UInt64>()
    var count = 0
    func read(_ stream: RandomStream) {
      var stream = stream
      for _ in 0..<10 { seen.insert(stream.next()) }
      count += 10
    }
    let root = RandomStream(seed: 42)
    read(root)
    for index in -500..<500 { read(root.child(index)) }
    for i in 0..<20 { for j in 0..<50 { read(root.child(i).child(j)) } }
    for stream in 1..<500 { read(RandomStream(seed: 42, stream: UInt64(stream))) }
    for stream in 1..<100 { read(RandomStream(seed: 42, stream: UInt64(stream)).child(0)) }
    for seed in 0..<42 { read(RandomStream(seed: UInt64(seed)).child(0)) }
    #expect(seen.count == count)
  }

  @Test func aChildDoesNotDependOnWhatItsParentDrew() {
    var parent = RandomStream(seed: 9)
    let before = parent.child(4)
    _ = parent.normals(7)
    #expect(parent.child(4) == before)
    #expect(before.seed == 9 && before.position == 0)
  }

  /// Correlations of neighbouring children at several lags, each a sum of n products with mean 0 and variance n:
  /// |z| < 5 fails with probability 6e-7 for each of 40.
  @Test func neighbouringChildrenAreUncorrelated() {
    let root = RandomStream(seed: 10)
    let n = 4000
    for index in 0..<20 {
      for lag in 0..<2 {
        var (a, b) = (root.child(index), root.child(index + 1))
        for _ in 0..<lag { _ = b.next() }
        let sum = (0..<n).reduce(0.0) { sum, _ in sum + 12 * (a.uniform() - 0.5) * (b.uniform() - 0.5) }
        #expect(abs(sum) / Double(n).squareRoot() < 5)
      }
    }
  }

  /// The first uniform of successive children is a uniform sample itself: what a sampler split by sample index draws.
  @Test func firstDrawsOverChildrenAreUniform() {
    let root = RandomStream(seed: 11).child(2)
    let values = (0..<20_000).map { index in
      var child = root.child(index)
      return child.uniform()
    }
    #expect(KolmogorovSmirnov.accepts(values) { $0 })
  }

  @Test func fillingEqualsDrawingOneByOne() {
    var filled = RandomStream(seed: 12)
    var single = filled
    let normals = filled.normals(1001)
    #expect(normals == (0..<1001).map { _ in single.normal() })
    var uniforms = [Double](repeating: -1, count: 77)
    uniforms.withUnsafeMutableBufferPointer { filled.fillUniform($0) }
    #expect(uniforms == (0..<77).map { _ in single.uniform() })
    #expect(filled == single)
    #expect(filled.normals(0).isEmpty)
  }

  /// Each of the 64 bits is set in half of the words: |z| < 5.5, probability 4e-8 for each bit.
  @Test func everyBitIsFair() {
    var stream = RandomStream(seed: 13)
    var counts = [Int](repeating: 0, count: 64)
    let n = 10_000
    for _ in 0..<n {
      let word = stream.next()
      for bit in 0..<64 where word >> UInt64(bit) & 1 == 1 { counts[bit] += 1 }
    }
    for count in counts { #expect(abs(Double(count) - Double(n) / 2) / (Double(n) / 4).squareRoot() < 5.5) }
  }
}
