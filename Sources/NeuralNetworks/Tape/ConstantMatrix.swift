/// A matrix that no computation changes (a mask, a table of features), set once on each tape and kept when it is reset.
public final class ConstantMatrix: Sendable {
  public let rows: Int
  public let columns: Int
  public let values: [Double]

  public init(_ values: [Double], rows: Int, columns: Int) {
    precondition(values.count == rows * columns, "rows × columns values")
    self.values = values
    self.rows = rows
    self.columns = columns
  }
}

extension Tape {
  public func variable(_ constant: ConstantMatrix) -> Variable {
    leaf(keptConstant(constant), rows: constant.rows, columns: constant.columns)
  }
}
