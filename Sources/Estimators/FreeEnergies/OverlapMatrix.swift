/// O_ij = N_j Σ_n W_in W_jn: the probability that a sample of state i is taken for one of state j. Rows sum to 1; columns of
/// states without samples are zero.
///
/// Source: Klimovich, Shirts, Mobley 2015, doi:10.1007/s10822-015-9840-9.
public struct OverlapMatrix: Sendable, Equatable {
  public let stateCount: Int
  /// Row-major, shape `[K][K]`.
  public let values: [Double]
  /// Of O, descending; the first is 1.
  public let eigenvalues: [Double]
  /// 1 − the second eigenvalue: 0 where the states fall into two parts, 1 where all sampled states are the same.
  public let scalar: Double
  /// O_ij + O_ji of the worst step on the best path from i to j. Row-major, shape `[K][K]`, 1 on the diagonal.
  public let bottlenecks: [Double]

  public subscript(i: Int, j: Int) -> Double { values[i * stateCount + j] }

  init(gram: SymmetricMatrix, counts: [Int], gaps: [Double]) {
    let k = gram.order
    stateCount = k
    var o = [Double](repeating: 0, count: k * k)
    for i in 0..<k { for j in 0..<k { o[i * k + j] = Double(counts[j]) * gram[i, j] } }
    values = o
    let unsampled = [Double](repeating: 0, count: k - gaps.count - 1)
    eigenvalues = ([1] + gaps.map { 1 - $0 } + unsampled).sorted(by: >)
    scalar = gaps.first ?? 1

    var best = [Double](repeating: 1, count: k * k)
    for i in 0..<k { for j in 0..<k where i != j { best[i * k + j] = min(1, o[i * k + j] + o[j * k + i]) } }
    for middle in 0..<k {
      for i in 0..<k {
        for j in 0..<k where i != j {
          best[i * k + j] = max(best[i * k + j], min(best[i * k + middle], best[middle * k + j]))
        }
      }
    }
    bottlenecks = best
  }
}
