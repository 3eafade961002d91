import Foundation

/// A free-energy profile along one coordinate: F = −ln p of each bin in kT, 0 at the deepest, with standard errors.
///
/// The error is that of the number given, the difference from the deepest bin, and so 0 there: for independent samples and
/// pairs by the delta method, for groups of samples by the jackknife over them (see `RegionFreeEnergy`).
public struct FreeEnergyProfile: Sendable, Equatable {
  public let axis: HistogramAxis
  /// F in kT, nil in empty bins. Shape `[bins]`.
  public let values: [Double?]
  /// In kT; nil in empty bins, and in those that a single group holds alone. Shape `[bins]`.
  public let standardErrors: [Double?]
  /// Masses of the bins, summing to 1. Shape `[bins]`.
  public let probabilities: [Double]
  /// Share of the weight that lies outside a linear axis.
  public let shareOutside: Double
  /// Why no bin has an error; nil where they have.
  public let reasonForNoErrors: EstimatorError?

  /// - Parameters:
  ///   - coordinate: shape `[N]`; in radians for a circular axis.
  ///   - logWeights: ln w, shape `[N]`; nil for equal weights.
  ///   - dependence: of the samples on each other.
  /// - Throws: `EstimatorError.emptyHistogram`, `.countMismatch`, `.notANumber`; what `LogWeights` throws.
  public init(
    of coordinate: [Double], axis: HistogramAxis, logWeights: [Double]? = nil,
    dependence: SampleDependence = .independent
  ) throws(EstimatorError) {
    let points = try WeightedPoints(coordinate, logWeights: logWeights)
    let found = try BinnedFreeEnergy(points, axes: [axis], dependence: dependence)
    self.axis = axis
    values = found.values
    standardErrors = found.standardErrors
    probabilities = found.probabilities
    shareOutside = found.shareOutside
    reasonForNoErrors = found.reasonForNoErrors
  }
}
