/// The squared base-2 Jensen–Shannon distance between populations of k-means states fitted on a reference.
///
/// TICA-k-JSD on two independent components; torus-k-JSD on sines and cosines of all φ, ψ and ω
/// (`WeightedPoints.sinesAndCosines`). 20 clusters, and 1e-10 is added to every count, as published values have it. The
/// clusters are those of this library's k-means for its seed: other programs' differ, and values with them by a few per
/// cent.
public struct StateDistance: EnsembleDistance {
  public let states: KMeans

  /// Added to the count of each state.
  private static let addedCount = 1e-10

  public init(states: KMeans) { self.states = states }

  /// - Throws: `EstimatorError.tooFewSamples` for fewer points than clusters.
  public init(fittedTo reference: WeightedPoints, clusterCount: Int = 20, seed: UInt64 = 0) throws(EstimatorError) {
    states = try KMeans(reference, clusterCount: clusterCount, seed: seed)
  }

  /// In bits.
  ///
  /// - Throws: `EstimatorError.dimensionMismatch`.
  public func value(_ ensemble: WeightedPoints, from reference: WeightedPoints) throws(EstimatorError) -> Double {
    try JensenShannonDivergence(try counts(ensemble), try counts(reference)).bits
  }

  /// Count of each state, N times its share of the weight. Shape `[K]`.
  public func counts(_ points: WeightedPoints) throws(EstimatorError) -> [Double] {
    guard points.dimension == states.centers[0].count else {
      throw .dimensionMismatch(expected: states.centers[0].count, found: points.dimension)
    }
    var counts = [Double](repeating: Self.addedCount, count: states.centers.count)
    for (sample, share) in points.shares.enumerated() where share > 0 {
      counts[states.state(of: points.point(sample))] += share * Double(points.count)
    }
    return counts
  }
}
