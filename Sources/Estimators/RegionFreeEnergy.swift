import Foundation

/// The free-energy difference between a region and all that lies outside, ΔF = −ln(p/(1 − p)) in kT, p = Σ w inside/Σ w.
///
/// Standard error: for independent samples and for pairs by the delta method (`SampleDependence`) from the residuals
/// w̃ᵢ (fᵢ − p)/(p (1 − p)), f = 1 inside and 0 outside, w̃ the normalised weights; for groups (walkers, blocks) by the jackknife, each group left out in turn (Quenouille 1956, doi:10.1093/biomet/43.3-4.353; Efron & Stein 1981,
/// doi:10.1214/aos/1176345462).
public struct RegionFreeEnergy: Sendable, Equatable {
  /// ΔF in kT, positive where the region is the less likely side.
  public let value: Double
  /// p
  public let probability: Double
  /// In kT; nil where it cannot be known, see `reasonForNoError`.
  public let standardError: Double?
  public let reasonForNoError: EstimatorError?

  /// - Parameters:
  ///   - inside: whether a sample lies in the region, shape `[N]`.
  ///   - logWeights: ln w, shape `[N]`; nil for equal weights.
  ///   - dependence: of the samples on each other.
  /// - Throws: `EstimatorError.oneSided` where all weight lies on one side; `.countMismatch`; what `LogWeights` throws.
  public init(inside: [Bool], logWeights: [Double]? = nil, dependence: SampleDependence = .independent)
    throws(EstimatorError)
  {
    let weights = try LogWeights(logWeights ?? [Double](repeating: 0, count: inside.count))
    let groupCount = if case .groups(let groups) = dependence { groups.count } else { inside.count }
    for count in [inside.count, groupCount] where count != weights.count {
      throw .countMismatch(expected: weights.count, found: count)
    }
    let shares = weights.values.map { exp($0 - weights.logSum) }
    // Each side is summed by itself: 1 − p would lose the digits of a rare outside.
    var (within, without) = (0.0, 0.0)
    for (sample, share) in shares.enumerated() {
      if inside[sample] { within += share } else { without += share }
    }
    guard within > 0, without > 0 else { throw .oneSided(inside: without == 0) }
    value = log(without / within)
    probability = within / (within + without)

    guard case .groups(let groups) = dependence else {
      // (f − p)/(p (1 − p)) is 1/p inside and −1/(1 − p) outside.
      let residuals = shares.indices.map { shares[$0] / (inside[$0] ? within : -without) }
      (standardError, reasonForNoError) = (dependence.standardError(ofSum: residuals), nil)
      return
    }
    var byGroup: [Int: (within: Double, without: Double)] = [:]
    for (sample, share) in shares.enumerated() {
      if inside[sample] {
        byGroup[groups[sample], default: (0, 0)].within += share
      } else {
        byGroup[groups[sample], default: (0, 0)].without += share
      }
    }
    guard byGroup.count > 1 else {
      (standardError, reasonForNoError) = (nil, .tooFewGroups(found: byGroup.count, needed: 2))
      return
    }
    var changes: [Double] = []
    // In order of their numbers, so that sums round the same way every time.
    for (group, mass) in byGroup.sorted(by: { $0.key < $1.key }) {
      let change = log1p(-mass.without / without) - log1p(-mass.within / within)
      // What rounding leaves of a side that one group holds alone is no mass.
      guard change.isFinite, max(mass.within / within, mass.without / without) < 1 - 1e-12 else {
        (standardError, reasonForNoError) = (nil, .oneGroupHoldsAll(group: group))
        return
      }
      changes.append(change)
    }
    (standardError, reasonForNoError) = (Jackknife.standardError(ofReplicates: changes), nil)
  }

  /// ΔF between an arc of an angle and the rest of the circle.
  ///
  /// - Parameters:
  ///   - angles: radians, shape `[N]`.
  ///   - region: for ΔF(φ) of alanine dipeptide and the like, `CircularRange(from: 0, to: 2)`.
  ///   - bins: where given, angles are first put in this many equal bins of [−π, π), and a bin belongs to the region where
  ///     its centre does: published values use 100.
  public init(
    angles: [Double], region: CircularRange, bins: Int? = nil, logWeights: [Double]? = nil,
    dependence: SampleDependence = .independent
  ) throws(EstimatorError) {
    let axis: HistogramAxis? = if let bins { .circular(bins: bins) } else { nil }
    var inside: [Bool] = []
    inside.reserveCapacity(angles.count)
    for (sample, angle) in angles.enumerated() {
      if !angle.isFinite {
        // A clash has no angle and needs none.
        guard let logWeights, sample < logWeights.count, logWeights[sample] == -.infinity else {
          throw .notANumber(sample: sample)
        }
        inside.append(false)
      } else if let axis, let bin = axis.bin(of: angle) {
        inside.append(region.contains(axis.centers[bin]))
      } else {
        inside.append(region.contains(angle))
      }
    }
    try self.init(inside: inside, logWeights: logWeights, dependence: dependence)
  }
}
