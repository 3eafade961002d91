extension RandomStream {
  /// Draws an index with probability proportional to weights whose running sums are given.
  ///
  /// Index i is drawn with probability (Cᵢ − Cᵢ₋₁)/C_last, so an index of zero weight is never drawn.
  ///
  /// - Parameter cumulativeWeights: C₀ ≤ C₁ ≤ … , at least one of them; the last is positive and finite.
  /// - Returns: the offset from the start of the collection.
  /// - Complexity: O(log n).
  public mutating func categorical<C: RandomAccessCollection>(cumulativeWeights: C) -> Int
  where C.Element == Double, C.Index == Int {
    guard let total = cumulativeWeights.last, total > 0, total.isFinite else {
      preconditionFailure("the total weight must be positive and finite")
    }
    // uniform() ≤ 1 − 2⁻⁵³, and that times the total rounds to less than the total: some Cᵢ is larger.
    let mark = uniform() * total
    var low = cumulativeWeights.startIndex
    var high = cumulativeWeights.endIndex - 1
    while low < high {
      let middle = low + (high - low) / 2
      if cumulativeWeights[middle] > mark { high = middle } else { low = middle + 1 }
    }
    return low - cumulativeWeights.startIndex
  }
}
