import MolFlow

extension RoundTripError {
  /// One line of a table.
  var text: String {
    "log q \(significant(logDensity, 2)) rms, \(significant(largestLogDensity, 2)) at most; positions "
      + "\(significant(1e4 * position, 2))·10⁻⁴ nm rms; \(samples) samples, \(lost) lost"
  }
}
