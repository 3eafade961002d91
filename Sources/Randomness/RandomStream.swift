/// A reproducible stream of random numbers: the same seed, stream and position give the same numbers on any machine and
/// with any number of threads.
///
/// Draw number p of a stream (`next()`) is half p mod 2 of the Philox4x32-10 block with key = seed and counter =
/// (⌊p/2⌋, stream), 64 bits each. There is no other state, so a stream can be saved, compared and moved at no cost.
///
/// **Distinct streams.** Philox is a bijection of the counter for each key, so two streams of one key whose stream
/// numbers differ never share a block, whatever their lengths.
/// - `RandomStream(seed: s, stream: i)`: exactly disjoint for all 2⁶⁴ values of i.
/// - `parent.child(i)`: has the stream number i and a key of its own, derived from the parent's key and stream number by
///   the block 2⁶⁴ − 1, which no stream ever draws from. Children of one parent are therefore exactly disjoint too; two
///   children of different parents, at any depth, coincide only if two of these keys do, which has probability
///   2⁻⁶⁴ for each pair of parents.
///
/// A child depends on its parent's identity, not on how much the parent has drawn: ask for another child, not for the
/// same child later. For a round of work over samples: `stream.child(round).child(sample)`.
public struct RandomStream: RandomNumberGenerator, Sendable {
  /// The seed the user gave; every output records it. Children inherit it.
  public let seed: UInt64
  /// The Philox key: the seed, or what a parent derived.
  public let key: UInt64
  /// The upper half of the Philox counter.
  public let stream: UInt64
  /// How many 64-bit words have been drawn.
  public private(set) var position: UInt64 = 0

  /// The second half of the current block; meaningful where `position` is odd.
  private var secondHalf: UInt64 = 0

  public init(seed: UInt64, stream: UInt64 = 0) {
    self.init(seed: seed, key: seed, stream: stream, position: 0)
  }

  init(seed: UInt64, key: UInt64, stream: UInt64, position: UInt64) {
    self.seed = seed
    self.key = key
    self.stream = stream
    move(to: position)
  }

  /// The next 64 random bits.
  @inline(__always)
  public mutating func next() -> UInt64 {
    defer { position &+= 1 }
    if position & 1 == 1 { return secondHalf }
    let (first, second) = Self.words(key: key, stream: stream, block: position >> 1)
    secondHalf = second
    return first
  }

  /// The stream of sample, walker or shard number `index`; see the type's description for why no two coincide.
  ///
  /// - Complexity: one Philox block.
  public func child(_ index: Int) -> RandomStream {
    let derivedKey = Self.words(key: key, stream: stream, block: .max).0
    return RandomStream(seed: seed, key: derivedKey, stream: UInt64(bitPattern: Int64(index)), position: 0)
  }

  /// Goes to draw number `position`, in constant time.
  public mutating func move(to position: UInt64) {
    self.position = position
    if position & 1 == 1 { secondHalf = Self.words(key: key, stream: stream, block: position >> 1).1 }
  }

  @inline(__always)
  private static func words(key: UInt64, stream: UInt64, block: UInt64) -> (UInt64, UInt64) {
    let words = Philox4x32.block(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
        UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)),
      key: SIMD2(UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)))
    return (UInt64(words.x) | UInt64(words.y) << 32, UInt64(words.z) | UInt64(words.w) << 32)
  }
}

/// Equal streams give equal numbers from here on (and carry the same seed).
extension RandomStream: Hashable {
  public static func == (a: RandomStream, b: RandomStream) -> Bool {
    (a.seed, a.key, a.stream, a.position) == (b.seed, b.key, b.stream, b.position)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(key)
    hasher.combine(stream)
    hasher.combine(position)
  }
}
