/// The Wasserstein distance W₂ of points in the plane, in space or on a torus, by exact optimal transport.
///
/// T-W2 is `.torus` over all φ and then all ψ of a molecule in radians; TICA-W2 is `.euclidean` over two independent
/// components. Any numbers of points and any weights: nothing is resampled.
public struct TransportDistance: EnsembleDistance, Hashable {
  public let metric: PointMetric

  /// T-W2
  public static let torus = TransportDistance(metric: .torus)
  /// TICA-W2
  public static let euclidean = TransportDistance(metric: .euclidean)

  public init(metric: PointMetric) { self.metric = metric }

  /// W₂, in the units of the points.
  ///
  /// - Throws: `EstimatorError.dimensionMismatch`.
  public func value(_ ensemble: WeightedPoints, from reference: WeightedPoints) throws(EstimatorError) -> Double {
    try OptimalTransport(from: ensemble, to: reference, metric: metric).distance
  }
}
