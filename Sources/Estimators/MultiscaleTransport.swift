import Foundation
import Randomness

/// The levels and searches behind `OptimalTransport`.
struct MultiscaleTransport {
  private let cost: TransportCost
  private let supplies: [Int64]
  private let demands: [Int64]

  private(set) var u: [Double] = []
  private(set) var v: [Double] = []
  private(set) var plan: [(source: Int, sink: Int, flow: Int64, cost: Double)] = []
  private(set) var pivotCount = 0
  private(set) var searchCount = 0

  /// Arcs of smallest reduced cost that a row or a column brings in at first; more where its mass needs more partners.
  private static let candidates = 12
  /// Arcs of most negative reduced cost that a row brings in at each search.
  private static let additions = 6
  /// Pairs that are few enough to be all given to the simplex.
  private static let fewPairs = 40_000
  private static let coarsening = 4

  init(cost: TransportCost, supplies: [Int64], demands: [Int64]) {
    (self.cost, self.supplies, self.demands) = (cost, supplies, demands)
  }

  mutating func solve() {
    // Points in a random order, the same for the same numbers: the first ones of it are a coarse picture of all.
    var random = RandomStream(seed: 0x7472_616E)
    func shuffled(_ count: Int) -> [Int] {
      var order = Array(0..<count)
      for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, random.integer(below: i + 1)) }
      return order
    }
    let (rows, columns) = (shuffled(cost.rowCount), shuffled(cost.columnCount))
    var levels = [(cost.rowCount, cost.columnCount)]
    while levels.last!.0 * levels.last!.1 > Self.fewPairs {
      let (n, m) = levels.last!
      levels.append((max(n / Self.coarsening, min(n, 50)), max(m / Self.coarsening, min(m, 50))))
    }

    let transposed = cost.transposed
    // The rows of the level before and their potentials.
    var (coarseRows, coarseU): ([Int], [Double]) = ([], [])
    for (level, (n, m)) in levels.enumerated().reversed() {
      let isFinest = level == 0
      let chosenRows = isFinest ? Array(0..<n) : Array(rows[..<n])
      let chosenColumns = isFinest ? Array(0..<m) : Array(columns[..<m])
      let part = isFinest ? cost : cost.restricted(rows: chosenRows, columns: chosenColumns)
      let levelV =
        coarseRows.isEmpty
        ? [Double](repeating: 0, count: m)
        : transposed.restricted(rows: chosenColumns, columns: coarseRows).rowMinima(minus: coarseU).values
      improve(
        part, supplies: isFinest ? supplies : Self.gathered(supplies, at: chosenRows, cost.amongRows),
        demands: isFinest ? demands : Self.gathered(demands, at: chosenColumns, transposed.amongRows),
        startingFrom: levelV)
      (coarseRows, coarseU) = (chosenRows, u)
    }
    // Feasible for every pair, whatever rounding the simplex left.
    v = transposed.rowMinima(minus: u).values
  }

  /// Masses of all points, each given to the nearest of some of them.
  private static func gathered(_ masses: [Int64], at chosen: [Int], _ cost: TransportCost) -> [Int64] {
    let nearest = cost.restricted(rows: Array(masses.indices), columns: chosen)
      .rowMinima(minus: [Double](repeating: 0, count: chosen.count)).places
    var gathered = [Int64](repeating: 0, count: chosen.count)
    for (point, place) in nearest.enumerated() { gathered[place] += masses[point] }
    return gathered
  }

  /// Solves one level: sets `u`, `v` and `plan`.
  private mutating func improve(
    _ cost: TransportCost, supplies: [Int64], demands: [Int64], startingFrom startV: [Double]
  ) {
    let (n, m) = (cost.rowCount, cost.columnCount)
    func arc(_ i: Int, _ j: Int) -> TransportArc {
      TransportArc(source: Int32(i), sinkNode: Int32(n + j), cost: cost.cost(i, j))
    }
    // Feasible potentials, tight somewhere in every row and column, and the arcs that are nearly tight under them.
    func counts(_ masses: [Int64], partners: [Int64], least: Int) -> [Int] {
      let mean = Double(partners.reduce(0, +)) / Double(partners.count)
      return masses.map { min(partners.count, max(least, Int(2 * Double($0) / mean))) }
    }
    let byRow = cost.smallest(
      n * m <= Self.fewPairs
        ? [Int](repeating: m, count: n) : counts(supplies, partners: demands, least: Self.candidates), minus: startV)
    u = byRow.map { $0[0].value }
    let byColumn = cost.transposed.smallest(
      counts(demands, partners: supplies, least: Self.candidates), minus: u)
    v = byColumn.map { $0[0].value }
    var candidates: [(arc: TransportArc, reduced: Double)] = []
    for i in 0..<n {
      for (j, _) in byRow[i] { candidates.append((arc(i, j), cost.cost(i, j) - u[i] - v[j])) }
    }
    for j in 0..<m {
      for (i, value) in byColumn[j] { candidates.append((arc(i, j), value - v[j])) }
    }
    candidates.sort {
      ($0.reduced, $0.arc.source, $0.arc.sinkNode) < ($1.reduced, $1.arc.source, $1.arc.sinkNode)
    }

    var (left, open) = (supplies, demands)
    var sent: [(arc: TransportArc, flow: Int64)] = []
    for (arc, _) in candidates {
      let (i, j) = (Int(arc.source), Int(arc.sinkNode) - n)
      let amount = min(left[i], open[j])
      if amount > 0 {
        sent.append((arc, amount))
        left[i] -= amount
        open[j] -= amount
      }
    }
    let scale = cost.upperBound
    let tree = TransportTree(
      supplies: supplies, demands: demands, u: u, v: v,
      penalty: 1.001 * (scale - u.min()! - v.min()!) + .leastNormalMagnitude, sent: sent)
    var network = TransportNetwork(startingFrom: tree)
    network.add(candidates.map(\.arc))
    let additions = counts(supplies, partners: demands, least: Self.additions)
    let unit = 1 / Double(supplies.reduce(0, +))
    var tolerance = 1e-13 * scale
    var addedBefore = false
    while true {
      let pivotsBefore = network.pivotCount
      network.optimize(tolerance: tolerance)
      (u, v) = tree.dual
      let missing = cost.smallest(additions, minus: v, below: u.map { $0 - tolerance })
      searchCount += 1
      var added: [TransportArc] = []
      for i in 0..<n { for (j, _) in missing[i] { added.append(arc(i, j)) } }
      if added.isEmpty {
        // Where few points lie far out, the range of costs says little about their mean: go on as far as rounding allows.
        let mean = unit * tree.plan.reduce(0) { $0 + Double($1.flow) * $1.cost }
        let finer = max(1e-11 * mean, 1e-14 * scale)
        guard finer < tolerance else { break }
        tolerance = finer
      } else if network.pivotCount == pivotsBefore && addedBefore {
        // What looks negative is rounding: the arcs are there already.
        break
      }
      network.add(added)
      addedBefore = !added.isEmpty
    }
    precondition(tree.isComplete, "the penalty keeps flow off artificial arcs")
    pivotCount += network.pivotCount
    plan = tree.plan
  }
}
