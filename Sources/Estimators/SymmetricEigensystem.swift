import COpenBLAS
import Foundation

/// All eigenvalues and eigenvectors of a real symmetric matrix: A = Σ λₖ xₖ xₖᵀ.
///
/// Householder reduction to tridiagonal form, then the implicit QL iteration (Bowdler, Martin, Reinsch, Wilkinson 1968,
/// doi:10.1007/BF02219770; Dubrulle, Martin, Wilkinson 1968, doi:10.1007/BF02165404). The vectors are orthonormal to
/// rounding, the values accurate to a few units of 1e-16 of the largest.
///
/// - Complexity: O(n³).
struct SymmetricEigensystem {
  /// λ, largest first.
  let values: [Double]
  /// Row k is the unit eigenvector of `values[k]`. Shape `[n][n]`, flat.
  let vectors: [Double]

  /// - Parameters:
  ///   - matrix: shape `[n][n]`, flat; its lower triangle is read.
  ///   - size: n
  init(_ matrix: [Double], size: Int) {
    precondition(size > 0 && matrix.count == size * size, "a square matrix")
    var reflected = matrix
    var (diagonal, offDiagonal, basis) = Self.tridiagonalized(&reflected, size)
    Self.iterate(&diagonal, &offDiagonal, &basis, size)
    let order = diagonal.indices.sorted { (diagonal[$1], $0) < (diagonal[$0], $1) }
    values = order.map { diagonal[$0] }
    vectors = order.flatMap { basis[$0 * size..<($0 + 1) * size] }
  }

  /// A = Q T Qᵀ: the diagonal of T, the elements below it, and Qᵀ row by row.
  private static func tridiagonalized(_ a: inout [Double], _ n: Int) -> ([Double], [Double], [Double]) {
    var diagonal = [Double](repeating: 0, count: n)
    var offDiagonal = [Double](repeating: 0, count: n)
    var basis = [Double](repeating: 0, count: n * n)
    for k in 0..<n { basis[k * n + k] = 1 }
    var reflections: [(first: Int, vector: [Double])] = []
    let stride = Int32(n)

    a.withUnsafeMutableBufferPointer { a in
      let a = a.baseAddress!
      for k in 0..<n {
        diagonal[k] = a[k * n + k]
        let rest = n - k - 1
        guard rest > 0 else { break }
        // Reflects column k below the diagonal onto its first element: H = 1 − v vᵀ with |v|² = 2.
        var v = (0..<rest).map { a[(k + 1 + $0) * n + k] }
        let norm = cblas_dnrm2(Int32(rest), v, 1)
        let tail = rest > 1 ? cblas_dnrm2(Int32(rest - 1), Array(v[1...]), 1) : 0
        guard tail > 0 else {
          offDiagonal[k] = v[0]
          continue
        }
        offDiagonal[k] = v[0] > 0 ? -norm : norm
        v[0] -= offDiagonal[k]
        cblas_dscal(Int32(rest), 2.0.squareRoot() / cblas_dnrm2(Int32(rest), v, 1), &v, 1)
        // H A H = A − v wᵀ − w vᵀ, w = A v − ½ (vᵀ A v) v
        let corner = a + (k + 1) * n + k + 1
        var w = [Double](repeating: 0, count: rest)
        cblas_dsymv(CblasRowMajor, CblasLower, Int32(rest), 1, corner, stride, v, 1, 0, &w, 1)
        cblas_daxpy(Int32(rest), -0.5 * cblas_ddot(Int32(rest), v, 1, w, 1), v, 1, &w, 1)
        cblas_dsyr2(CblasRowMajor, CblasLower, Int32(rest), -1, v, 1, w, 1, corner, stride)
        reflections.append((k + 1, v))
      }
    }
    // Qᵀ = … H₁ H₀; from the last on, each touches only the corner that is not yet the identity.
    basis.withUnsafeMutableBufferPointer { basis in
      for (first, v) in reflections.reversed() {
        let rest = Int32(n - first)
        let corner = basis.baseAddress! + first * n + first
        var w = [Double](repeating: 0, count: n - first)
        cblas_dgemv(CblasRowMajor, CblasNoTrans, rest, rest, 1, corner, stride, v, 1, 0, &w, 1)
        cblas_dger(CblasRowMajor, rest, rest, -1, w, 1, v, 1, corner, stride)
      }
    }
    return (diagonal, offDiagonal, basis)
  }

  /// Chases the elements below the diagonal to zero; the rotations turn the rows of `basis` into eigenvectors.
  private static func iterate(_ d: inout [Double], _ e: inout [Double], _ basis: inout [Double], _ n: Int) {
    basis.withUnsafeMutableBufferPointer { basis in
      for low in 0..<n {
        var sweeps = 0
        while true {
          // The block that begins at `low` ends where an element is negligible.
          var high = low
          while high < n - 1, abs(e[high]) > 0x1p-53 * (abs(d[high]) + abs(d[high + 1])) { high += 1 }
          guard high > low else { break }
          sweeps += 1
          precondition(sweeps < 100, "the QL iteration of a finite symmetric matrix converges in a few sweeps")
          // Wilkinson's shift, the eigenvalue of the first two rows nearer to d[low].
          let half = (d[low + 1] - d[low]) / (2 * e[low])
          let root = hypot(half, 1)
          var bulge = d[high] - d[low] + e[low] / (half < 0 ? half - root : half + root)
          var (sine, cosine, shift) = (1.0, 1.0, 0.0)
          var deflated = false
          for i in stride(from: high - 1, through: low, by: -1) {
            let outer = sine * e[i]
            let inner = cosine * e[i]
            let length = hypot(outer, bulge)
            e[i + 1] = length
            if length == 0 {
              d[i + 1] -= shift
              e[high] = 0
              deflated = true
              break
            }
            sine = outer / length
            cosine = bulge / length
            let base = d[i + 1] - shift
            let step = (d[i] - base) * sine + 2 * cosine * inner
            shift = sine * step
            d[i + 1] = base + shift
            bulge = cosine * step - inner
            cblas_drot(Int32(n), basis.baseAddress! + (i + 1) * n, 1, basis.baseAddress! + i * n, 1, cosine, sine)
          }
          if !deflated {
            d[low] -= shift
            e[low] = bulge
            e[high] = 0
          }
        }
      }
    }
  }
}
