/// Log weights of all samples of several states towards one target by MBAR, and the same with each group of samples left
/// out in turn: what a jackknife over independent groups needs, the free energies of the states solved anew each time.
///
/// Errors of averages under weights that MBAR made have a part from the states' free energies; an error from the scatter of
/// samples alone misses it, most of all for umbrella windows.
///
/// Source: Shirts & Chodera 2008, doi:10.1063/1.2978177; jackknife: Efron & Stein 1981, doi:10.1214/aos/1176345462.
public struct GroupedReweighting: Sendable {
  /// ln w of every sample, normalised, `[N]`.
  public let logWeights: [Double]
  /// `[group][N]`, −∞ for the samples left out; empty for fewer than two groups.
  public let leaveOneOut: [[Double]]
  /// Of all samples.
  public let mbar: MBAR?

  /// - Parameters:
  ///   - values: u of every sample in every state, `[K][N]`, the samples of one state after those of the other.
  ///   - counts: samples of each state, `[K]`; one state needs no MBAR.
  ///   - target: u of every sample in the target, `[N]`.
  ///   - groups: number of the group that each sample belongs to, `[N]`.
  public init(
    values: [Double], counts: [Int], target: [Double], groups: [Int], threads: Int = 1
  ) throws(EstimatorError) {
    let count = counts.reduce(0, +)
    for found in [target.count, groups.count] where found != count {
      throw .countMismatch(expected: count, found: found)
    }
    guard counts.count > 1 else {
      guard values.count == count else { throw .countMismatch(expected: count, found: values.count) }
      // One state: its weights are plain ratios of densities.
      let ratios = (0..<count).map { values[$0] - target[$0] }
      let all = try LogWeights(ratios)
      mbar = nil
      logWeights = all.normalized
      leaveOneOut = Self.groupNumbers(groups).map { left in
        zip(ratios, groups).map { $1 == left ? -.infinity : $0 }
      }
      return
    }
    let potentials = try ReducedPotentials(values: values, counts: counts)
    let solved = try MBAR(potentials, threads: threads)
    mbar = solved
    logWeights = try solved.logWeights(reducedPotential: target)
    var replicates: [[Double]] = []
    for left in Self.groupNumbers(groups) {
      let kept = (0..<count).filter { groups[$0] != left }
      var values: [Double] = []
      values.reserveCapacity(kept.count * potentials.stateCount)
      for k in 0..<potentials.stateCount {
        for n in kept { values.append(potentials.values[k * count + n]) }
      }
      let counts = (0..<potentials.stateCount).map { k in
        potentials.samples(of: k).count { groups[$0] != left }
      }
      let part = try MBAR(ReducedPotentials(values: values, counts: counts), threads: threads)
      let weights = try part.logWeights(reducedPotential: kept.map { target[$0] })
      var all = [Double](repeating: -.infinity, count: count)
      for (place, n) in kept.enumerated() { all[n] = weights[place] }
      replicates.append(all)
    }
    leaveOneOut = replicates
  }

  private static func groupNumbers(_ groups: [Int]) -> [Int] {
    let numbers = Set(groups).sorted()
    return numbers.count > 1 ? numbers : []
  }

  /// Value and jackknife error of whatever log weights decide; the error is nil where a replicate has no value.
  public func estimate(
    _ statistic: ([Double]) -> Double?
  ) -> (value: Double?, standardError: Double?) {
    let value = statistic(logWeights)
    let replicates = leaveOneOut.map(statistic)
    guard value != nil, replicates.count > 1, replicates.allSatisfy({ $0 != nil }) else { return (value, nil) }
    return (value, Jackknife.standardError(ofReplicates: replicates.map { $0! }))
  }
}
