extension RandomStream {
  /// A uniform number in [0, 1): a multiple of 2⁻⁵³. Exact arithmetic: the same bits on any machine.
  @inline(__always)
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A uniform number in the open interval (0, 1): an odd multiple of 2⁻⁵³, so that its logarithm is finite and
  /// 1 − u is distributed exactly as u.
  @inline(__always)
  public mutating func uniformOpen() -> Double { Double(next() >> 11 | 1) * 0x1p-53 }

  /// A uniform integer in 0 ..< bound, without bias.
  ///
  /// Source: Lemire 2019, "Fast random integer generation in an interval", doi:10.1145/3230636. The standard library's
  /// `Int.random(in:using:)` works too, but its algorithm may change between releases and with it the bytes.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "an integer below \(bound) does not exist")
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// Fills a buffer with what successive calls of `uniform()` would give.
  public mutating func fillUniform(_ buffer: UnsafeMutableBufferPointer<Double>) {
    for i in buffer.indices { buffer[i] = uniform() }
  }
}
