import COpenBLAS
import Foundation

/// Time-lagged independent component analysis (TICA): the linear combinations of features with the largest
/// autocorrelation at a lag τ, C(τ) r = λ C(0) r.
///
/// Pairs of frames count in both directions (reversible dynamics), so both matrices are symmetric. C(0) is whitened first
/// and its directions of variance below `cutoff` are dropped, as in deeptime, whose numbers these are.
///
/// Frames have equal weights, or those of `KoopmanWeights`. The published TICA-W2 of transferable samplers is said to use
/// the latter; its code hands them to deeptime 0.4 in a place that is not read, so that its numbers are those of equal
/// weights: compare with `.equal`.
///
/// Source: Molgedey & Schuster 1994, doi:10.1103/PhysRevLett.72.3634; Pérez-Hernández, Paul, Giorgino, De Fabritiis, Noé
/// 2013, doi:10.1063/1.4811489; scaling: Noé & Clementi 2015, doi:10.1021/acs.jctc.5b00553.
public struct IndependentComponents: Sendable, Equatable {
  /// What a pair of frames counts.
  public enum Weighting: Sendable, Hashable {
    case equal
    /// `KoopmanWeights` of its first frame.
    case koopman
  }

  /// The length of the components.
  public enum Scaling: Sendable, Hashable {
    /// Unit variance over the (weighted) frames.
    case unitVariance
    /// Variance λ²: distances are kinetic distances. deeptime's default.
    case kineticMap
  }

  /// λ of every direction that was kept, largest magnitude first; not only of the components. Shape `[rank]`.
  public let eigenvalues: [Double]
  /// Row k maps features less their mean to component k. Before scaling its entry of largest magnitude is positive.
  /// Shape `[K][D]`.
  public let components: [[Double]]
  /// μ, shape `[D]`.
  public let mean: [Double]
  /// τ in frames.
  public let lag: Int

  /// −τ/ln |λ| in frames, of each eigenvalue; nil where |λ| ≥ 1.
  public var timescales: [Double?] {
    eigenvalues.map { abs($0) < 1 ? -Double(lag) / log(abs($0)) : nil }
  }

  /// - Parameters:
  ///   - trajectories: each `[T][D]`, flat, T its own; no pair reaches from one into the next.
  ///   - dimension: D
  ///   - lag: τ ≥ 1 in frames.
  ///   - count: K, number of components; fewer come out where fewer directions were kept. nil for all.
  ///   - cutoff: smallest variance of a direction that is kept.
  /// - Throws: `EstimatorError.trajectoriesTooShort`, `.constantFeatures`, `.notANumber` (with the frame's number, counted
  ///   over all trajectories), `.countMismatch`; `.stationaryWeightsUndetermined` for Koopman weights.
  public init(
    _ trajectories: [[Double]], dimension: Int, lag: Int, count: Int? = 2, weighting: Weighting = .equal,
    scaling: Scaling = .kineticMap, cutoff: Double = 1e-6
  ) throws(EstimatorError) {
    try Self.check(trajectories, dimension: dimension, lag: lag)
    let weights: KoopmanWeights? =
      if weighting == .koopman {
        try KoopmanWeights(trajectories, dimension: dimension, lag: lag, cutoff: cutoff)
      } else { nil }
    let covariances = LaggedCovariances(
      trajectories, dimension: dimension, lag: lag, weight: weights.map { w in { w.weight(of: $0, frame: $1) } },
      symmetrized: true)
    let whitening = try SpectralWhitening(covariances.instantaneous, dimension: dimension, cutoff: cutoff)
    let rank = whitening.rank
    let system = SymmetricEigensystem(whitening.transformed(covariances.lagged), size: rank)
    let order = (0..<rank).sorted { (abs(system.values[$1]), $0) < (abs(system.values[$0]), $1) }
    eigenvalues = order.map { system.values[$0] }
    let kept = order.prefix(count ?? rank)
    let vectors = whitening.inInputBasis(kept.flatMap { system.vectors[$0 * rank..<($0 + 1) * rank] })
    components = kept.indices.map { k in
      let vector = Array(vectors[k * dimension..<(k + 1) * dimension])
      let largest = vector.max { abs($0) < abs($1) }!
      let scale = (largest < 0 ? -1 : 1) * (scaling == .kineticMap ? system.values[kept[k]] : 1)
      return vector.map { $0 * scale }
    }
    mean = covariances.mean
    self.lag = lag
  }

  /// The components of frames `[T][D]`, flat: shape `[T][K]`, flat.
  public func projected(_ features: [Double]) -> [Double] {
    let dimension = mean.count
    precondition(features.count % dimension == 0, "frames of \(dimension) features")
    var result: [Double] = []
    result.reserveCapacity(features.count / dimension * components.count)
    for start in stride(from: 0, to: features.count, by: dimension) {
      for component in components {
        var sum = 0.0
        for d in 0..<dimension { sum += component[d] * (features[start + d] - mean[d]) }
        result.append(sum)
      }
    }
    return result
  }

  static func check(_ trajectories: [[Double]], dimension: Int, lag: Int) throws(EstimatorError) {
    precondition(dimension > 0 && lag > 0, "features and a lag of at least one frame are needed")
    var frame = 0
    for features in trajectories {
      let rest = features.count % dimension
      guard rest == 0 else { throw .countMismatch(expected: features.count + dimension - rest, found: features.count) }
      for (place, x) in features.enumerated() where !x.isFinite { throw .notANumber(sample: frame + place / dimension) }
      frame += features.count / dimension
    }
    let longest = trajectories.map { $0.count / dimension }.max() ?? 0
    guard longest > lag else { throw .trajectoriesTooShort(longest: longest, lag: lag) }
  }
}
