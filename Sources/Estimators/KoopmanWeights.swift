import COpenBLAS
import Foundation

/// Weights of frames that turn averages over short trajectories, which did not start from equilibrium, into averages over
/// the stationary distribution: w(x) = uᵀ x + u₀.
///
/// With x whitened and extended by the constant, the Koopman matrix is K = ((A, 0), (b, 1)); the weights are its left
/// eigenvector of eigenvalue 1, Aᵀ u + b = u, scaled to one for the constant. They may be negative for single frames.
///
/// Source: Wu, Nüske, Paul, Klus, Koltai, Noé 2017, doi:10.1063/1.4979344.
public struct KoopmanWeights: Sendable, Equatable {
  /// u, shape `[D]`.
  public let coefficients: [Double]
  /// u₀
  public let constant: Double

  /// - Parameters: as those of `IndependentComponents`.
  public init(
    _ trajectories: [[Double]], dimension: Int, lag: Int, cutoff: Double = 1e-6
  ) throws(EstimatorError) {
    try IndependentComponents.check(trajectories, dimension: dimension, lag: lag)
    let covariances = LaggedCovariances(trajectories, dimension: dimension, lag: lag, weight: nil, symmetrized: false)
    let whitening = try SpectralWhitening(covariances.instantaneous, dimension: dimension, cutoff: cutoff)
    let rank = whitening.rank
    let a = whitening.transformed(covariances.lagged)
    let drift = zip(covariances.laggedMean, covariances.mean).map { $0 - $1 }
    var u = (0..<rank).map { k in
      (0..<dimension).reduce(0) { $0 + whitening.directions[k * dimension + $1] * drift[$1] }
    }

    // (1 − Aᵀ) u = b: LAPACK reads columns, so 1 − A row by row is the matrix it wants.
    var matrix = a.map { -$0 }
    for k in 0..<rank { matrix[k * rank + k] += 1 }
    let largest = max(1, matrix.map(abs).max()!)
    var (n, info) = (Int32(rank), Int32(0))
    var pivots = [Int32](repeating: 0, count: rank)
    dgetrf_(&n, &n, &matrix, &n, &pivots, &info)
    let smallest = (0..<rank).map { abs(matrix[$0 * rank + $0]) }.min()!
    guard info == 0, smallest > 1e-12 * largest else { throw .stationaryWeightsUndetermined }
    for (row, pivot) in pivots.enumerated() { u.swapAt(row, Int(pivot) - 1) }
    cblas_dtrsv(CblasColMajor, CblasLower, CblasNoTrans, CblasUnit, n, matrix, n, &u, 1)
    cblas_dtrsv(CblasColMajor, CblasUpper, CblasNoTrans, CblasNonUnit, n, matrix, n, &u, 1)

    coefficients = whitening.inInputBasis(u)
    constant = 1 - zip(coefficients, covariances.mean).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// w of every frame of features `[T][D]`, flat. Shape `[T]`.
  public func weights(of features: [Double]) -> [Double] {
    let dimension = coefficients.count
    precondition(features.count % dimension == 0, "frames of \(dimension) features")
    return (0..<features.count / dimension).map { weight(of: features, frame: $0) }
  }

  func weight(of features: [Double], frame: Int) -> Double {
    var sum = constant
    for (d, u) in coefficients.enumerated() { sum += u * features[frame * coefficients.count + d] }
    return sum
  }
}
