/// The Jensen–Shannon divergence in bits between histograms of one, two or more coordinates.
public struct HistogramDistance: EnsembleDistance, Hashable {
  /// One for each coordinate of the points.
  public let axes: [HistogramAxis]

  public init(axes: [HistogramAxis]) { self.axes = axes }

  /// - Throws: `EstimatorError.dimensionMismatch`; `.emptyHistogram` where no weight lies in the range of the axes.
  public func value(_ ensemble: WeightedPoints, from reference: WeightedPoints) throws(EstimatorError) -> Double {
    try JensenShannonDivergence(try masses(ensemble), try masses(reference)).bits
  }

  /// Weight in each bin, the last axis fastest; what lies outside is left out.
  public func masses(_ points: WeightedPoints) throws(EstimatorError) -> [Double] {
    guard points.dimension == axes.count else {
      throw .dimensionMismatch(expected: axes.count, found: points.dimension)
    }
    var masses = [Double](repeating: 0, count: axes.reduce(1) { $0 * $1.binCount })
    for (sample, share) in points.shares.enumerated() where share > 0 {
      if let bin = HistogramAxis.bin(of: points.point(sample), on: axes) { masses[bin] += share }
    }
    guard masses.contains(where: { $0 > 0 }) else { throw .emptyHistogram(samples: points.count) }
    return masses
  }
}
