/// The assignment of n rows to n columns of least total cost: the Hungarian method with potentials, n³ steps.
///
/// Source: Kuhn 1955, doi:10.1002/nav.3800020109; Jonker & Volgenant 1987, doi:10.1007/BF02278710.
enum Assignment {
  /// The column of each row.
  ///
  /// - Parameter cost: row by row, finite.
  static func cheapest(_ cost: [Double], count n: Int) -> [Int] {
    // Rows and columns count from 1; column 0 is where a search begins.
    var ofRows = [Double](repeating: 0, count: n + 1)
    var ofColumns = ofRows
    var rowOfColumn = [Int](repeating: 0, count: n + 1)
    var previous = rowOfColumn
    for row in 1...n {
      rowOfColumn[0] = row
      var column = 0
      var shortest = [Double](repeating: .infinity, count: n + 1)
      var isDone = [Bool](repeating: false, count: n + 1)
      repeat {
        isDone[column] = true
        let from = rowOfColumn[column]
        var step = Double.infinity
        var next = 0
        for candidate in 1...n where !isDone[candidate] {
          let reduced = cost[(from - 1) * n + candidate - 1] - ofRows[from] - ofColumns[candidate]
          if reduced < shortest[candidate] { (shortest[candidate], previous[candidate]) = (reduced, column) }
          if shortest[candidate] < step { (step, next) = (shortest[candidate], candidate) }
        }
        for other in 0...n {
          if isDone[other] {
            ofRows[rowOfColumn[other]] += step
            ofColumns[other] -= step
          } else {
            shortest[other] -= step
          }
        }
        column = next
      } while rowOfColumn[column] != 0
      while column != 0 {
        rowOfColumn[column] = rowOfColumn[previous[column]]
        column = previous[column]
      }
    }
    var result = [Int](repeating: 0, count: n)
    for column in 1...n { result[rowOfColumn[column] - 1] = column - 1 }
    return result
  }
}
