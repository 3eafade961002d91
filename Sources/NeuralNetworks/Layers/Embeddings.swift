import Foundation

extension Variable {
  /// sin kθ and cos kθ of angles, k = 1 … harmonics: features that do not know where the circle is cut.
  ///
  /// Shape: `[rows][columns]` to `[2 × harmonics × rows][columns]`; first all sines of k = 1, then its cosines, and so on.
  public func periodicEmbedding(harmonics: Int) -> Variable {
    precondition(harmonics > 0)
    return tape.stacking(
      (1...harmonics).flatMap { k in
        let angle = k == 1 ? self : Double(k) * self
        return [angle.applying(.sine), angle.applying(.cosine)]
      })
  }

  /// Sines and cosines of a time in [0, 1] with frequencies in geometric progression from 1 to `highest` radians
  /// (Vaswani et al. 2017, arXiv:1706.03762).
  ///
  /// Shape: `[1][columns]` to `[features][columns]`, an even number of features.
  public func timeEmbedding(features: Int, highest: Double = 100) -> Variable {
    precondition(rows == 1 && features > 0 && features.isMultiple(of: 2))
    let half = features / 2
    let frequencies = (0..<half).map { half == 1 ? 1 : pow(highest, Double($0) / Double(half - 1)) }
    let angles = tape.variable(frequencies, rows: half, columns: 1) * self
    return angles.applying(.sine).stacked(with: angles.applying(.cosine))
  }
}
