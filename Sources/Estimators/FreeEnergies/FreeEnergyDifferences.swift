/// ΔF_ij = f_j − f_i between all pairs of states, with errors. kT.
public struct FreeEnergyDifferences: Sendable, Equatable {
  public let stateCount: Int
  /// Row-major, shape `[K][K]`, antisymmetric.
  public let values: [Double]
  /// Asymptotic standard errors, row-major, shape `[K][K]`.
  public let standardErrors: [Double]
  /// Θ, shape `[K][K]`: the covariance of two differences is Θ_jl + Θ_ik − Θ_jk − Θ_il for f_j − f_i and f_l − f_k.
  public let covariance: [Double]
  private let estimates: [FreeEnergyEstimate]

  /// ΔF from state i to state j with all that is known of it.
  public subscript(i: Int, j: Int) -> FreeEnergyEstimate { estimates[i * stateCount + j] }

  init(freeEnergies f: [Double], covariance: SymmetricMatrix, overlap: OverlapMatrix, effectiveSamples: [Double]) {
    let k = f.count
    var values = [Double](repeating: 0, count: k * k)
    var errors = values
    for i in 0..<k {
      for j in 0..<k where i != j {
        values[i * k + j] = f[j] - f[i]
        // Rounding may leave a difference of equal states slightly below zero.
        errors[i * k + j] = max(0, covariance[i, i] + covariance[j, j] - 2 * covariance[i, j]).squareRoot()
      }
    }
    stateCount = k
    self.values = values
    standardErrors = errors
    self.covariance = covariance.elements
    estimates = (0..<k * k).map { place in
      FreeEnergyEstimate(
        deltaF: values[place], standardError: errors[place], overlap: overlap.bottlenecks[place],
        effectiveSamples: min(effectiveSamples[place / k], effectiveSamples[place % k]))
    }
  }

  private init(_ other: FreeEnergyDifferences, estimates: [FreeEnergyEstimate]) {
    stateCount = other.stateCount
    values = other.values
    standardErrors = other.standardErrors
    covariance = other.covariance
    self.estimates = estimates
  }

  /// With the bootstrap of all ΔF_ij, i < j, row by row.
  func with(_ bootstrap: [Bootstrap.Estimate]) -> FreeEnergyDifferences {
    var estimates = self.estimates
    var next = 0
    for i in 0..<stateCount {
      for j in i + 1..<stateCount {
        let one = bootstrap[next]
        estimates[i * stateCount + j] = self[i, j].with(one)
        let mirrored = Bootstrap.Estimate(
          standardError: one.standardError, interval: -one.interval.upperBound...(-one.interval.lowerBound),
          succeeded: one.succeeded)
        estimates[j * stateCount + i] = self[j, i].with(mirrored)
        next += 1
      }
    }
    return FreeEnergyDifferences(self, estimates: estimates)
  }
}
