/// All eigenvalues and eigenvectors of a real symmetric matrix, A = Σ λₖ xₖ xₖᵀ, largest first, by LAPACK's divide and
/// conquer.
///
/// - Complexity: O(n³).
struct SymmetricEigensystem {
  /// λ, largest first.
  let values: [Double]
  /// Row k is the unit eigenvector of `values[k]`. Shape `[n][n]`, flat.
  let vectors: [Double]

  /// - Parameters:
  ///   - matrix: shape `[n][n]`, flat, finite; its lower triangle is read.
  ///   - size: n
  init(_ matrix: [Double], size: Int) {
    precondition(size > 0 && matrix.count == size * size, "a square matrix")
    guard let ascending = SymmetricMatrix(order: size, elements: matrix).eigensystem() else {
      preconditionFailure("the matrix has elements that are not finite")
    }
    values = ascending.values.reversed()
    vectors = (0..<size).reversed().flatMap { ascending.vectors[$0 * size..<($0 + 1) * size] }
  }
}
