import CLaneKernels

/// Standard normal numbers addressed by counter: any part of the field can be filled on its own, in any order.
///
/// Block b of a key and a stream is `Philox4x32.block` of counter (b, stream) and this key, low words first, as in
/// `RandomStream`: whoever uses both takes different streams. It gives the four normals 4b … 4b + 3 by Box–Muller, two
/// from each pair of words: radius √(−2 ln u) with u = (w + ½)/2³² of the first, angle from the second. Radii reach
/// 6.76, so numbers beyond that, a share of 1.4·10⁻¹¹, do not occur; up to 6 the tail is right (65 values of u lie beyond).
/// Each is within 10⁻¹⁰ of what these formulas give exactly.
///
/// The arithmetic is without fused multiply-add, so that the bytes are the same with every instruction set. Eight blocks
/// stand side by side.
///
/// Sources: Salmon, Moraes, Dror, Shaw 2011, doi:10.1145/2063384.2063405; Box & Muller 1958,
/// doi:10.1214/aoms/1177706645.
public enum NormalField {
  /// Fills `buffer` with the normals from 4 · `firstBlock` on; the rest of the last block is left out.
  public static func fill(
    _ buffer: UnsafeMutableBufferPointer<Double>, key: UInt64, stream: UInt64, firstBlock: UInt64 = 0
  ) {
    guard let base = buffer.baseAddress else { return }
    lane_normal_field(key, stream, firstBlock, Int64(buffer.count), base)
  }
}
