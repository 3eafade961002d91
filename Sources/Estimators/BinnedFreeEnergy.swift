import Foundation

/// What one- and two-dimensional free-energy surfaces share: bins in one row, their masses, and the errors.
struct BinnedFreeEnergy {
  /// −ln(mass/largest mass), nil in empty bins. Shape `[bins]`.
  let values: [Double?]
  let standardErrors: [Double?]
  /// Masses that sum to 1 over the bins.
  let probabilities: [Double]
  /// Share of the weight of samples that lie in no bin.
  let shareOutside: Double
  let reasonForNoErrors: EstimatorError?

  /// - Parameter axes: one for each coordinate of the points; the last varies fastest.
  init(_ points: WeightedPoints, axes: [HistogramAxis], dependence: SampleDependence) throws(EstimatorError) {
    if case .groups(let groups) = dependence, groups.count != points.count {
      throw .countMismatch(expected: points.count, found: groups.count)
    }
    let bins = (0..<points.count).map { HistogramAxis.bin(of: points.point($0), on: axes) }
    let binCount = axes.reduce(1) { $0 * $1.binCount }
    let shares = points.shares
    var masses = [Double](repeating: 0, count: binCount)
    for (bin, share) in zip(bins, shares) { if let bin { masses[bin] += share } }
    let total = masses.reduce(0, +)
    guard total > 0 else { throw .emptyHistogram(samples: shares.count { $0 > 0 }) }
    let deepest = masses.indices.max { masses[$0] < masses[$1] }!
    // 0 − … rather than a sign: the deepest bin has 0, not −0.
    values = masses.map { $0 > 0 ? 0 - log($0 / masses[deepest]) : nil }
    probabilities = masses.map { $0 / total }
    shareOutside = max(0, 1 - total)

    if case .groups(let groups) = dependence {
      let found = Set(groups).count
      guard found > 1 else {
        standardErrors = [Double?](repeating: nil, count: binCount)
        reasonForNoErrors = .tooFewGroups(found: found, needed: 2)
        return
      }
      (standardErrors, reasonForNoErrors) = Self.jackknifeErrors(
        bins: bins, shares: shares, masses: masses, deepest: deepest, groups: groups)
    } else {
      standardErrors = Self.linearErrors(
        bins: bins, shares: shares, masses: masses, deepest: deepest, groupSize: dependence.pairGroupSize)
      reasonForNoErrors = nil
    }
  }

  /// By the delta method, from residuals e_b = w̃/m_b of the samples in b, less w̃/m_d of those in the deepest bin d:
  /// Σ e² for independent samples, Σ (e₂ₖ − e₂ₖ₊₁)² for pairs.
  ///
  /// With x_b the difference within a pair of what it has in b, over m_b, the error of b is Σ (x_b − x_d)², and x_b vanishes for all but
  /// the two bins of the pair: only these are walked.
  private static func linearErrors(
    bins: [Int?], shares: [Double], masses: [Double], deepest: Int, groupSize: Int?
  ) -> [Double?] {
    var squares = [Double](repeating: 0, count: masses.count)
    var products = squares
    let paired = groupSize.map { bins.count / $0 * $0 } ?? 0
    for first in stride(from: 0, to: paired, by: 2) {
      var x: [(bin: Int, value: Double)] = []
      for (sample, sign) in [(first, 1.0), (first + 1, -1.0)] {
        guard let bin = bins[sample], shares[sample] > 0 else { continue }
        let value = sign * shares[sample] / masses[bin]
        if let place = x.firstIndex(where: { $0.bin == bin }) {
          x[place].value += value
        } else {
          x.append((bin, value))
        }
      }
      let ofDeepest = x.first { $0.bin == deepest }?.value ?? 0
      for (bin, value) in x {
        squares[bin] += value * value
        products[bin] += value * ofDeepest
      }
    }
    for sample in paired..<bins.count {
      guard let bin = bins[sample] else { continue }
      squares[bin] += shares[sample] * shares[sample] / max(masses[bin] * masses[bin], .leastNormalMagnitude)
    }
    return masses.indices.map { bin in
      guard masses[bin] > 0 else { return nil }
      return bin == deepest ? 0 : max(0, squares[bin] + squares[deepest] - 2 * products[bin]).squareRoot()
    }
  }

  /// Each group is left out in turn; a bin that one group holds alone has no error.
  ///
  /// The estimate of bin b without group g differs from that of all by x_gb − x_gd, x_gb = −ln(1 − m_gb/m_b), which
  /// vanishes for the many bins that g never visits: only the others are walked.
  private static func jackknifeErrors(
    bins: [Int?], shares: [Double], masses: [Double], deepest: Int, groups: [Int]
  ) -> ([Double?], EstimatorError?) {
    let binCount = masses.count
    let order = bins.indices.sorted { (groups[$0], $0) < (groups[$1], $1) }
    var sums = [Double](repeating: 0, count: binCount)
    var squares = [Double](repeating: 0, count: binCount)
    var products = [Double](repeating: 0, count: binCount)
    var ofGroup = [Double](repeating: 0, count: binCount)
    var (deepestSum, deepestSquares, groupCount) = (0.0, 0.0, 0.0)
    var alone = [Bool](repeating: false, count: binCount)
    var place = 0
    while place < order.count {
      let group = groups[order[place]]
      var touched: [Int] = []
      while place < order.count, groups[order[place]] == group {
        if let bin = bins[order[place]], shares[order[place]] > 0 {
          if ofGroup[bin] == 0 { touched.append(bin) }
          ofGroup[bin] += shares[order[place]]
        }
        place += 1
      }
      func change(_ bin: Int) -> Double {
        // What rounding leaves of a bin that the group holds alone is no mass.
        let fraction = ofGroup[bin] / masses[bin]
        return fraction < 1 - 1e-12 ? -log1p(-fraction) : .infinity
      }
      let y = change(deepest)
      guard y.isFinite else {
        return ([Double?](repeating: nil, count: binCount), .oneGroupHoldsAll(group: group))
      }
      for bin in touched {
        let x = change(bin)
        if x.isFinite {
          sums[bin] += x
          squares[bin] += x * x
          products[bin] += x * y
        } else {
          alone[bin] = true
        }
        ofGroup[bin] = 0
      }
      deepestSum += y
      deepestSquares += y * y
      groupCount += 1
    }
    let errors = masses.indices.map { bin -> Double? in
      guard masses[bin] > 0, !alone[bin] else { return nil }
      guard bin != deepest else { return 0 }
      let sum = sums[bin] - deepestSum
      let square = squares[bin] - 2 * products[bin] + deepestSquares
      return (max(0, square - sum * sum / groupCount) * (groupCount - 1) / groupCount).squareRoot()
    }
    return (errors, nil)
  }
}
