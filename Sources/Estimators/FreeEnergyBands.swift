import Foundation
import Randomness

/// Bootstrap bands of a free-energy profile: quantiles of F_b − F_d over replicates, d the deepest bin of the profile itself.
///
/// Replicates multiply the weights by the factors of `SampleDependence.bootstrapFactors`, so that correlated samples and pairs of one
/// stratum keep what they have in common. Unlike ± standard errors, bands are not symmetric where few samples are in a bin.
///
/// Source: Efron & Tibshirani 1986, doi:10.1214/ss/1177013815; Rubin 1981, doi:10.1214/aos/1176345338.
public struct FreeEnergyBands: Sendable, Equatable {
  /// Lower and upper quantiles, kT, `[bins]`; nil in empty bins; upper is nil where a replicate at the quantile has nothing in the bin.
  public let lower: [Double?]
  public let upper: [Double?]

  /// - Parameters:
  ///   - profile: the estimate, whose axis and deepest bin are used.
  ///   - coordinate: of the samples that the profile is from, `[N]`; `logWeights` and `dependence` the same.
  ///   - confidence: probability that a band is to hold at each bin by itself.
  /// - Throws: what `WeightedPoints` throws.
  public init(
    of profile: FreeEnergyProfile, coordinate: [Double], logWeights: [Double]?, dependence: SampleDependence,
    replicates: Int = 200, confidence: Double = 0.95, random: inout RandomStream
  ) throws(EstimatorError) {
    precondition(replicates >= 20 && confidence > 0 && confidence < 1)
    let shares = try WeightedPoints(coordinate, logWeights: logWeights).shares
    let bins = coordinate.map { profile.axis.bin(of: $0) }
    let deepest = profile.values.indices.first { profile.values[$0] == 0 }!
    var values = [[Double]](repeating: [], count: profile.values.count)
    for _ in 0..<replicates {
      let factors = dependence.bootstrapFactors(count: shares.count, using: &random)
      var masses = [Double](repeating: 0, count: values.count)
      for sample in shares.indices {
        if let bin = bins[sample] { masses[bin] += shares[sample] * factors[sample] }
      }
      for bin in values.indices {
        values[bin].append(masses[bin] > 0 ? log(masses[deepest] / masses[bin]) : .infinity)
      }
    }
    let place = (1 - confidence) / 2 * Double(replicates - 1)
    var lower = [Double?](repeating: nil, count: values.count)
    var upper = lower
    for bin in values.indices where profile.values[bin] != nil {
      let sorted = values[bin].sorted()
      lower[bin] = sorted[Int(place.rounded())]
      upper[bin] = sorted[replicates - 1 - Int(place.rounded())]
      if lower[bin] == .infinity { lower[bin] = nil }
      if upper[bin] == .infinity { upper[bin] = nil }
    }
    (self.lower, self.upper) = (lower, upper)
  }
}
