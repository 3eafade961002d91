/// Asymptotic covariances of everything that MBAR's weights determine.
///
/// An estimate depends on the samples through an influence y_n with Σ y = 0 (W_j − W_i for a free-energy difference,
/// W (A − ⟨A⟩) for an average), and the covariance of two is yᵀ (I − Wᵀ N W)⁺ z. With the eigenvalues 1 − λ_m and
/// eigenvectors v_m of N^½ W Wᵀ N^½ of the sampled states this is
///
///     y·z + Σ_m (v_m·a)(v_m·b)/λ_m,   a = N^½ W y, b = N^½ W z,
///
/// a sum of positive terms for y = z. The λ_m are eigenvalues of the scaled Hessian N^−½ H N^−½, which is known without
/// cancellation; the smallest is zero and belongs to the direction in which all f shift together.
///
/// Source: Shirts & Chodera 2008, doi:10.1063/1.2978177, equation 8 and appendix D.
struct MBARCovariance: Sendable {
  /// λ_m > 0 without the zero, ascending: one less than there are states with samples.
  let gaps: [Double]
  /// v_m, shape `[gaps][states]`.
  private let vectors: [Double]
  private let states: [Int]
  private let rootCounts: [Double]
  private let sampleCount: Int

  init(laplacian: SymmetricMatrix, responsibilities: Responsibilities) throws(EstimatorError) {
    let k = laplacian.order
    let roots = responsibilities.counts.map { $0.squareRoot() }
    var scaled = laplacian
    for i in 0..<k { for j in 0..<k { scaled[i, j] /= roots[i] * roots[j] } }
    guard let (values, all) = scaled.eigensystem() else { throw .notConverged(iterations: 0, residual: .infinity) }
    // Rounding may leave a gap at or below zero: as small as can be told from it.
    gaps = values.dropFirst().map { max($0, .ulpOfOne) }
    vectors = Array(all.dropFirst(k))
    states = responsibilities.states
    rootCounts = roots
    sampleCount = responsibilities.sampleCount
  }

  /// v_m·a for a = N^½ W y, given W y of the states with samples. Shape `[gaps]`.
  func projections(_ wy: [Double]) -> [Double] {
    let k = rootCounts.count
    return gaps.indices.map { m in
      var sum = 0.0
      for i in 0..<k { sum += vectors[m * k + i] * rootCounts[i] * wy[i] }
      return sum
    }
  }

  /// The covariance of two influences with inner product y·z and the given projections.
  func value(_ product: Double, _ a: [Double], _ b: [Double]) -> Double {
    var sum = product
    for m in gaps.indices { sum += a[m] * b[m] / gaps[m] }
    return sum
  }

  /// Θ, the covariance of ln Σ_n exp(−u_kn)/D_n for all states, from their W Wᵀ. Shape `[K][K]`. Only differences have a
  /// meaning: var(f_j − f_i) = Θ_ii + Θ_jj − 2 Θ_ij.
  func ofLogarithms(_ gram: SymmetricMatrix) -> SymmetricMatrix {
    let k = gram.order
    let projected = (0..<k).map { a in projections(states.map { gram[$0, a] }) }
    var theta = gram
    for a in 0..<k {
      for b in a..<k {
        theta[a, b] = value(gram[a, b], projected[a], projected[b]) - 1 / Double(sampleCount)
        theta[b, a] = theta[a, b]
      }
    }
    return theta
  }
}
