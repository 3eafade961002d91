import COpenBLAS
import Foundation

/// The transformation W of a covariance matrix C to the identity, Wᵀ C W = 1, on the directions of not too small variance.
struct SpectralWhitening {
  /// Row k is a direction over the root of its variance, largest variance first. Shape `[rank][D]`, flat.
  let directions: [Double]
  let rank: Int
  private let dimension: Int

  /// - Parameter cutoff: directions of smaller variance are dropped, and all up to the size of the most negative
  ///   eigenvalue, which only rounding can make.
  /// - Throws: `EstimatorError.constantFeatures` where nothing is left.
  init(_ covariance: [Double], dimension: Int, cutoff: Double) throws(EstimatorError) {
    let system = SymmetricEigensystem(covariance, size: dimension)
    let smallest = max(cutoff, -system.values.last! + 1e-16)
    rank = system.values.prefix { $0 >= smallest }.count
    guard rank > 0 else { throw .constantFeatures(cutoff: cutoff) }
    var directions = Array(system.vectors[..<(rank * dimension)])
    for k in 0..<rank {
      let scale = 1 / system.values[k].squareRoot()
      for d in 0..<dimension { directions[k * dimension + d] *= scale }
    }
    self.directions = directions
    self.dimension = dimension
  }

  /// Wᵀ M W, shape `[rank][rank]`, flat.
  func transformed(_ matrix: [Double]) -> [Double] {
    let (r, d) = (Int32(rank), Int32(dimension))
    var half = [Double](repeating: 0, count: rank * dimension)
    var result = [Double](repeating: 0, count: rank * rank)
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, r, d, d, 1, directions, d, matrix, d, 0, &half, d)
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, r, r, d, 1, half, d, directions, d, 0, &result, r)
    return result
  }

  /// W c for coefficients of the whitened directions, row by row: shape `[n][rank]` → `[n][D]`, flat.
  func inInputBasis(_ coefficients: [Double]) -> [Double] {
    let n = coefficients.count / rank
    var result = [Double](repeating: 0, count: n * dimension)
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(n), Int32(dimension), Int32(rank), 1, coefficients, Int32(rank),
      directions, Int32(dimension), 0, &result, Int32(dimension))
    return result
  }
}
