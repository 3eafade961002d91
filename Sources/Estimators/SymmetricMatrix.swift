import COpenBLAS

/// A small symmetric matrix, all of its elements stored, with what LAPACK does to it
/// (LAPACK Users' Guide, Anderson et al. 1999).
package struct SymmetricMatrix: Sendable, Equatable {
  package let order: Int
  /// Shape `[order][order]`.
  package var elements: [Double]

  package init(order: Int, elements: [Double]) {
    precondition(elements.count == order * order)
    self.order = order
    self.elements = elements
  }

  package subscript(i: Int, j: Int) -> Double {
    get { elements[i * order + j] }
    set { elements[i * order + j] = newValue }
  }

  /// A⁻¹ b by Cholesky's factorisation; nil where A is not positive definite to rounding.
  ///
  /// - Parameter b: one column, or several one after another.
  package func solving(_ b: [Double]) -> [Double]? {
    guard order > 0 else { return [] }
    precondition(b.count.isMultiple(of: order))
    var uplo = CChar(UInt8(ascii: "U"))
    var n = Int32(order)
    var columns = Int32(b.count / order)
    var factor = elements
    var solution = b
    var info: Int32 = 0
    var leading = n
    var rows = n
    dposv_(&uplo, &n, &columns, &factor, &leading, &solution, &rows, &info)
    return info == 0 && solution.allSatisfy(\.isFinite) ? solution : nil
  }

  /// Eigenvalues in ascending order (of the lower triangle, row-major) and, in row m of `vectors` (shape `[order][order]`), the eigenvector of the m-th; nil
  /// where the iteration fails, which needs an element that is not finite.
  package func eigensystem() -> (values: [Double], vectors: [Double])? {
    guard order > 0 else { return ([], []) }
    guard elements.allSatisfy(\.isFinite) else { return nil }
    var job = CChar(UInt8(ascii: "V"))
    var uplo = CChar(UInt8(ascii: "U"))
    var n = Int32(order)
    var vectors = elements
    var values = [Double](repeating: 0, count: order)
    var leading = n
    var info: Int32 = 0
    // The sizes that LAPACK's documentation gives for eigenvectors.
    var workCount = Int32(1 + 6 * order + 2 * order * order)
    var integerCount = Int32(3 + 5 * order)
    var work = [Double](repeating: 0, count: Int(workCount))
    var integers = [Int32](repeating: 0, count: Int(integerCount))
    dsyevd_(
      &job, &uplo, &n, &vectors, &leading, &values, &work, &workCount, &integers, &integerCount, &info)
    return info == 0 ? (values, vectors) : nil
  }
}
