/// The Wasserstein distances W₁ and W₂ on a line, exact: (∫₀¹ |F⁻¹(q) − G⁻¹(q)|ᵖ dq)^(1/p) with the quantile functions of
/// both samples merged step by step.
///
/// E-W1 and E-W2 are these for energies in kT. Numbers of points and weights may differ.
///
/// Source: Villani 2003, "Topics in Optimal Transportation", theorem 2.18.
///
/// - Complexity: O(N log N).
public struct LineDistance: EnsembleDistance, Hashable {
  /// p
  public enum Order: Int, Sendable {
    case first = 1
    case second = 2
  }
  public let order: Order

  /// E-W1
  public static let first = LineDistance(order: .first)
  /// E-W2
  public static let second = LineDistance(order: .second)

  public init(order: Order) { self.order = order }

  /// Wₚ, in the units of the values.
  ///
  /// - Throws: `EstimatorError.dimensionMismatch` where points have more than one coordinate.
  public func value(_ ensemble: WeightedPoints, from reference: WeightedPoints) throws(EstimatorError) -> Double {
    for dimension in [ensemble.dimension, reference.dimension] where dimension != 1 {
      throw .dimensionMismatch(expected: 1, found: dimension)
    }
    let masses = TransportMasses(ensemble, reference)
    let a = zip(ensemble.coordinates, masses.supplies).filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }
    let b = zip(reference.coordinates, masses.demands).filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }
    var (i, j) = (0, 0)
    var (left, open) = (a[0].1, b[0].1)
    var sum = 0.0
    while true {
      let moved = min(left, open)
      let apart = abs(a[i].0 - b[j].0)
      sum += Double(moved) * (order == .first ? apart : apart * apart)
      left -= moved
      open -= moved
      if left == 0 {
        i += 1
        if i == a.count { break }
        left = a[i].1
      }
      if open == 0 {
        j += 1
        open = b[j].1
      }
    }
    let mean = sum / Double(masses.total)
    return order == .first ? mean : mean.squareRoot()
  }
}
