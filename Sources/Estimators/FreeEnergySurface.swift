import Foundation

/// A free-energy surface over two coordinates, such as a Ramachandran map: F = −ln p of each bin in kT, 0 at the deepest.
///
/// Errors as those of `FreeEnergyProfile`. Bins are stored row by row, y fastest.
public struct FreeEnergySurface: Sendable, Equatable {
  public let xAxis: HistogramAxis
  public let yAxis: HistogramAxis
  /// F in kT, nil in empty bins. Shape `[x bins][y bins]`, flat.
  public let values: [Double?]
  /// In kT; nil in empty bins, and in those that a single group holds alone. Shape `[x bins][y bins]`, flat.
  public let standardErrors: [Double?]
  /// Masses of the bins, summing to 1. Shape `[x bins][y bins]`, flat.
  public let probabilities: [Double]
  /// Share of the weight that lies outside the axes.
  public let shareOutside: Double
  /// Why no bin has an error; nil where they have.
  public let reasonForNoErrors: EstimatorError?

  /// - Parameters:
  ///   - x: shape `[N]`; in radians for a circular axis. `y` the same.
  ///   - logWeights: ln w, shape `[N]`; nil for equal weights.
  ///   - dependence: of the samples on each other.
  /// - Throws: `EstimatorError.emptyHistogram`, `.countMismatch`, `.notANumber`; what `LogWeights` throws.
  public init(
    x: [Double], y: [Double], xAxis: HistogramAxis, yAxis: HistogramAxis, logWeights: [Double]? = nil,
    dependence: SampleDependence = .independent
  ) throws(EstimatorError) {
    guard x.count == y.count else { throw .countMismatch(expected: x.count, found: y.count) }
    let points = try WeightedPoints(zip(x, y).flatMap { [$0, $1] }, dimension: 2, logWeights: logWeights)
    let found = try BinnedFreeEnergy(points, axes: [xAxis, yAxis], dependence: dependence)
    (self.xAxis, self.yAxis) = (xAxis, yAxis)
    values = found.values
    standardErrors = found.standardErrors
    probabilities = found.probabilities
    shareOutside = found.shareOutside
    reasonForNoErrors = found.reasonForNoErrors
  }

  /// F of a bin in kT; nil where it is empty.
  public subscript(xBin: Int, yBin: Int) -> Double? {
    precondition((0..<yAxis.binCount).contains(yBin), "there is no bin \(yBin) along y")
    return values[xBin * yAxis.binCount + yBin]
  }
}
