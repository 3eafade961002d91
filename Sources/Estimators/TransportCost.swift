import Foundation

/// How far two points are from each other.
public enum PointMetric: Sendable, Hashable {
  /// |x − y|
  case euclidean
  /// Every coordinate is an angle in radians: √(Σ min(|Δ|, 2π − |Δ|)²).
  case torus

  /// The squared distance.
  public func squaredDistance(_ a: some Collection<Double>, _ b: some Collection<Double>) -> Double {
    zip(a, b).reduce(0) { sum, pair in
      let apart = self == .torus ? abs((pair.0 - pair.1).remainder(dividingBy: 2 * .pi)) : abs(pair.0 - pair.1)
      return sum + apart * apart
    }
  }
}

/// Squared distances between two sets of points, a block of a row at a time and never all at once.
struct TransportCost {
  /// Shape `[N][D]`; angles are in [0, 2π).
  private let rows: [Double]
  /// Shape `[D][M]`, so that a row of costs is computed without gathers.
  private let columns: [Double]
  private let isPeriodic: Bool
  let dimension: Int
  let rowCount: Int
  let columnCount: Int

  /// - Parameters: points of shapes `[N][D]` and `[M][D]`, flat.
  init(_ rowPoints: [Double], _ columnPoints: [Double], dimension: Int, metric: PointMetric) {
    isPeriodic = metric == .torus
    self.dimension = dimension
    rowCount = rowPoints.count / dimension
    columnCount = columnPoints.count / dimension
    let period = 2 * Double.pi
    func wrapped(_ x: Double) -> Double {
      guard metric == .torus else { return x }
      let y = x - period * (x / period).rounded(.down)
      return y < period ? max(0, y) : 0
    }
    rows = rowPoints.map(wrapped)
    let count = columnCount
    columns = (0..<dimension * count).map { wrapped(columnPoints[($0 % count) * dimension + $0 / count]) }
  }

  /// The same costs between some rows and some columns.
  private init(_ other: TransportCost, rows: [Double], columns: [Double], rowCount: Int, columnCount: Int) {
    (isPeriodic, dimension) = (other.isPeriodic, other.dimension)
    (self.rows, self.columns, self.rowCount, self.columnCount) = (rows, columns, rowCount, columnCount)
  }

  func restricted(rows chosenRows: [Int], columns chosenColumns: [Int]) -> TransportCost {
    TransportCost(
      self, rows: chosenRows.flatMap { rows[$0 * dimension..<($0 + 1) * dimension] },
      columns: (0..<dimension).flatMap { d in chosenColumns.map { columns[d * columnCount + $0] } },
      rowCount: chosenRows.count, columnCount: chosenColumns.count)
  }

  /// Costs among the points of the rows.
  var amongRows: TransportCost {
    TransportCost(
      self, rows: rows, columns: transposed.columns, rowCount: rowCount, columnCount: rowCount)
  }

  /// Costs between the same points the other way round.
  var transposed: TransportCost {
    TransportCost(
      self, rows: (0..<columnCount).flatMap { j in (0..<dimension).map { columns[$0 * columnCount + j] } },
      columns: (0..<dimension).flatMap { d in (0..<rowCount).map { rows[$0 * dimension + d] } },
      rowCount: columnCount, columnCount: rowCount)
  }

  /// Length of the blocks of a row: they and the duals beside them stay in the first-level cache.
  private static let blockLength = 512

  /// cᵢⱼ − vⱼ of all pairs, row after row and in each block after block: `body(i, first j, values)`.
  private func scanRows(minus v: [Double], _ body: (Int, Int, UnsafeBufferPointer<Double>) -> Void) {
    precondition(v.count == columnCount, "one potential for each column")
    withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.blockLength) { block in
      columns.withUnsafeBufferPointer { columns in
        v.withUnsafeBufferPointer { v in
          let sums = block.baseAddress!
          for i in 0..<rowCount {
            for start in stride(from: 0, to: columnCount, by: Self.blockLength) {
              let length = min(Self.blockLength, columnCount - start)
              for k in 0..<length { sums[k] = -v[start + k] }
              for d in 0..<dimension {
                Self.addSquares(
                  from: rows[i * dimension + d], to: columns.baseAddress! + d * columnCount + start, length: length,
                  isPeriodic: isPeriodic, sums: sums)
              }
              body(i, start, UnsafeBufferPointer(start: sums, count: length))
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private static func addSquares(
    from x: Double, to y: UnsafePointer<Double>, length: Int, isPeriodic: Bool, sums: UnsafeMutablePointer<Double>
  ) {
    if isPeriodic {
      let period = 2 * Double.pi
      for k in 0..<length {
        let apart = abs(x - y[k])
        let around = period - apart
        let shorter = apart < around ? apart : around
        sums[k] += shorter * shorter
      }
    } else {
      for k in 0..<length {
        let apart = x - y[k]
        sums[k] += apart * apart
      }
    }
  }

  /// minⱼ (cᵢⱼ − vⱼ) of every row and the column where it is.
  func rowMinima(minus v: [Double]) -> (values: [Double], places: [Int]) {
    var values = [Double](repeating: .infinity, count: rowCount)
    var places = [Int](repeating: 0, count: rowCount)
    scanRows(minus: v) { i, start, block in
      for k in block.indices where block[k] < values[i] {
        values[i] = block[k]
        places[i] = start + k
      }
    }
    return (values, places)
  }

  /// The columns of each row, as many as its count, where cᵢⱼ − vⱼ is smallest and below a bound of the row's own.
  func smallest(_ counts: [Int], minus v: [Double], below bounds: [Double]? = nil) -> [[(column: Int, value: Double)]] {
    var kept = [[(column: Int, value: Double)]](repeating: [], count: rowCount)
    var row: [(column: Int, value: Double)] = []
    var (bound, count, current) = (0.0, 0, -1)
    scanRows(minus: v) { i, start, block in
      if i != current {
        if current >= 0 { kept[current] = row }
        row.removeAll(keepingCapacity: true)
        (current, bound, count) = (i, bounds?[i] ?? .infinity, counts[i])
      }
      for k in block.indices where block[k] < bound {
        // Binary search: a heavy row keeps thousands.
        var (place, end) = (0, row.count)
        while place < end {
          let middle = (place + end) / 2
          if row[middle].value > block[k] { end = middle } else { place = middle + 1 }
        }
        row.insert((start + k, block[k]), at: place)
        if row.count > count { row.removeLast() }
        if row.count == count { bound = row[count - 1].value }
      }
    }
    if current >= 0 { kept[current] = row }
    return kept
  }

  /// cᵢⱼ
  func cost(_ i: Int, _ j: Int) -> Double {
    var sum = 0.0
    for d in 0..<dimension {
      let apart = abs(rows[i * dimension + d] - columns[d * columnCount + j])
      let shorter = isPeriodic ? min(apart, 2 * .pi - apart) : apart
      sum += shorter * shorter
    }
    return sum
  }

  /// No pair costs more.
  var upperBound: Double {
    if isPeriodic { return Double(dimension) * .pi * .pi }
    return (0..<dimension).reduce(0.0) { sum, d in
      let values = (0..<rowCount).map { rows[$0 * dimension + d] } + columns[d * columnCount..<(d + 1) * columnCount]
      let width = values.max()! - values.min()!
      return sum + width * width
    }
  }
}
