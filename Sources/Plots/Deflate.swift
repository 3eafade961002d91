/// A small compressor for images inside SVG: one block of fixed Huffman codes with back references (RFC 1951), in a zlib frame (RFC 1950).
///
/// Free-energy maps have wide empty areas and few hundred rows, so matches found through a table of the last place of three
/// bytes already shrink them; stored blocks would not.
enum Deflate {
  /// The zlib stream of `bytes`.
  static func zlib(_ bytes: [UInt8]) -> [UInt8] {
    var stream = BitStream(bytes: [0x78, 0x01])
    stream.append(1, count: 1)  // the last block
    stream.append(1, count: 2)  // fixed Huffman codes
    var lastPlace = [Int32](repeating: -1, count: 1 << hashBits)
    var i = 0
    while i < bytes.count {
      var length = 0
      var distance = 0
      if i + 3 <= bytes.count {
        let slot = hash(bytes, at: i)
        let place = Int(lastPlace[slot])
        if place >= 0, i - place <= 32_768 {
          distance = i - place
          while length < 258 && i + length < bytes.count && bytes[place + length] == bytes[i + length] { length += 1 }
        }
        lastPlace[slot] = Int32(i)
      }
      if length >= 3 {
        stream.appendMatch(length: length, distance: distance)
        for j in i + 1..<i + length where j + 3 <= bytes.count { lastPlace[hash(bytes, at: j)] = Int32(j) }
        i += length
      } else {
        stream.appendSymbol(Int(bytes[i]))
        i += 1
      }
    }
    stream.appendSymbol(256)
    stream.flush()
    let sum = Checksums.adler32(bytes)
    return stream.bytes + (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * $0)) }
  }

  private static let hashBits = 15

  /// The slot of three bytes; different ones may share it, so a match is always compared byte by byte.
  private static func hash(_ bytes: [UInt8], at i: Int) -> Int {
    let three = UInt32(bytes[i]) << 16 | UInt32(bytes[i + 1]) << 8 | UInt32(bytes[i + 2])
    return Int((three &* 0x9E37_79B1) >> UInt32(32 - hashBits))
  }
}

/// Bits packed from the least significant end, and the fixed codes of RFC 1951, section 3.2.6.
private struct BitStream {
  var bytes: [UInt8]
  private var pending: UInt64 = 0
  private var pendingCount = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func append(_ value: Int, count: Int) {
    pending |= UInt64(value) << UInt64(pendingCount)
    pendingCount += count
    while pendingCount >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      pendingCount -= 8
    }
  }

  mutating func flush() {
    if pendingCount > 0 { append(0, count: 8 - pendingCount) }
  }

  /// A Huffman code goes in with its most significant bit first.
  private mutating func appendCode(_ code: Int, count: Int) {
    for bit in (0..<count).reversed() { append(code >> bit & 1, count: 1) }
  }

  /// A literal byte, the end of the block (256), or the symbol of a length.
  mutating func appendSymbol(_ symbol: Int) {
    switch symbol {
    case 0...143: appendCode(0x30 + symbol, count: 8)
    case 144...255: appendCode(0x190 + symbol - 144, count: 9)
    case 256...279: appendCode(symbol - 256, count: 7)
    default: appendCode(0xC0 + symbol - 280, count: 8)
    }
  }

  mutating func appendMatch(length: Int, distance: Int) {
    if length == 258 {
      appendSymbol(285)
    } else {
      let (code, bits, extra) = Self.bucket(length - 3, groups: 4)
      appendSymbol(257 + code)
      append(extra, count: bits)
    }
    let (code, bits, extra) = Self.bucket(distance - 1, groups: 2)
    appendCode(code, count: 5)
    append(extra, count: bits)
  }

  /// The code, the number of extra bits and their value for an offset where each power of two is divided into `groups` codes.
  ///
  /// Lengths (offset length − 3, four groups) and distances (offset distance − 1, two groups) follow the same rule.
  private static func bucket(_ offset: Int, groups: Int) -> (code: Int, bits: Int, extra: Int) {
    guard offset >= 2 * groups else { return (offset, 0, 0) }
    let shift = groups.trailingZeroBitCount
    let bits = Int.bitWidth - 1 - offset.leadingZeroBitCount - shift
    return ((bits << shift) + (offset >> bits), bits, offset & ((1 << bits) - 1))
  }
}
