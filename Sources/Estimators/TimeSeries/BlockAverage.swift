/// The standard error of a correlated series' mean from averages over blocks of 1, 2, 4, … values.
///
/// With n blocks of length B and s² the variance of their averages, the error is √(s²/n) with s² over n − 1, and is itself
/// known to a relative 1/√(2(n − 1)). It grows with B until blocks are independent, then stays: the plateau.
///
/// **Plateau**: the smallest B with B³ > 2 N g_B², g_B = (error at B/error at 1)². There the bias that
/// correlation between blocks leaves (∝ 1/B) is about as small as the noise of the error (∝ √(B/N)).
///
/// Sources: Flyvbjerg & Petersen 1989, doi:10.1063/1.457480 (blocking and the error of the error); Lee, Conduit, Nemec,
/// López Ríos, Drummond 2011, doi:10.1103/PhysRevE.83.066706, after Wolff 2004, doi:10.1016/S0010-4655(03)00467-3 (the rule).
public struct BlockAverage: Sendable, Equatable {
  public struct Level: Sendable, Equatable {
    /// B, values in a block.
    public let blockLength: Int
    /// n; what does not fill the last block is left out.
    public let blockCount: Int
    /// Of the mean.
    public let standardError: Double
    /// Of `standardError`.
    public let uncertainty: Double
  }

  public let mean: Double
  /// Block lengths 1, 2, 4, … while there are at least two blocks.
  public let levels: [Level]
  /// The level at the plateau. nil where there is none: the series is too short for its correlation, and the largest error
  /// of all levels is no more than a lower bound.
  public let plateau: Level?

  public var standardError: Double? { plateau?.standardError }
  /// g_B at the plateau: how many values are worth one independent value.
  public var inefficiency: Double? {
    guard let plateau, levels[0].standardError > 0 else { return nil }
    let ratio = plateau.standardError / levels[0].standardError
    return ratio * ratio
  }

  /// - Throws: `EstimatorError.tooFewSamples` below 2 values, `.notANumber`, `.constantSeries`.
  public init(of series: [Double]) throws(EstimatorError) {
    let n = series.count
    guard n >= 2 else { throw .tooFewSamples(found: n, needed: 2) }
    if let sample = series.firstIndex(where: { !$0.isFinite }) { throw .notANumber(sample: sample) }
    guard series.contains(where: { $0 != series[0] }) else { throw .constantSeries(samples: n) }
    let total = series.reduce(0, +)
    var blocks = series
    var length = 1
    var levels: [Level] = []
    while blocks.count >= 2 {
      let count = Double(blocks.count)
      let mean = blocks.reduce(0, +) / count
      let variance = blocks.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
      let error = (variance / count).squareRoot()
      levels.append(
        Level(
          blockLength: length, blockCount: blocks.count, standardError: error,
          uncertainty: error / (2 * (count - 1)).squareRoot()))
      for i in 0..<blocks.count / 2 { blocks[i] = 0.5 * (blocks[2 * i] + blocks[2 * i + 1]) }
      blocks.removeLast(blocks.count - blocks.count / 2)
      length *= 2
    }
    let first = levels[0].standardError
    mean = total / Double(n)
    self.levels = levels
    plateau = levels.first { level in
      let ratio = level.standardError / first
      let b = Double(level.blockLength)
      return b * b * b > 2 * Double(n) * ratio * ratio * ratio * ratio
    }
  }
}
