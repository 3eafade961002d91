import Foundation

extension RandomStream {
  /// An exponential number of rate 1, by inversion: −ln u with u in (0, 1), hence at most 36.8.
  ///
  /// Bytes are the same wherever the mathematics library's `log` is.
  public mutating func exponential() -> Double { -log(uniformOpen()) }
}
