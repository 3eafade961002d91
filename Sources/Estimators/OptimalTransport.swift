import Foundation
import Randomness

/// The exact optimal transport between two sets of weighted points for the squared distance, with a proof.
///
/// Costs are never stored: the network simplex works on a set of candidate arcs that grows. Coarse problems, between some
/// of the points with the masses of their neighbours, come first; the potentials of each, extended to all points of the
/// next by vⱼ = minᵢ (cᵢⱼ − uᵢ), say which arcs are worth a try. On all points, arcs of negative reduced cost are then
/// searched among all pairs and added until there are none. At the end the potentials are made feasible for all N × M
/// pairs, and Σ a u + Σ b v, a lower bound of any transport, is compared with the cost of the flow found.
///
/// Any numbers of points and any weights. Masses are rounded to multiples of 2⁻⁶⁰ of the total (equal ones not at all), so
/// that flows are exact.
///
/// Source: Kantorovich 1942; the multiscale start after Schmitzer 2016, doi:10.1007/s10851-016-0653-9, and Gerber &
/// Maggioni 2017, JMLR 18(72).
///
/// - Complexity: memory O(N + M); time about N M for every search among all pairs, ten or so of them.
public struct OptimalTransport: Sendable {
  /// Σ π d², the smallest mean squared distance.
  public let cost: Double
  /// Σ a u + Σ b v of a feasible dual, at most the smallest cost of any transport.
  public let lowerBound: Double
  /// uᵢ, shape `[N]`: with vⱼ the certificate, uᵢ + vⱼ ≤ cᵢⱼ for all pairs. −∞ where a point has no mass.
  public let sourcePotentials: [Double]
  /// vⱼ, shape `[M]`.
  public let targetPotentials: [Double]
  /// Pairs between which mass moves, and the mass; masses sum to 1.
  public let plan: [Movement]
  /// Changes of basis over all levels, and searches among all pairs: what the work was.
  public let pivotCount: Int
  public let searchCount: Int

  public struct Movement: Sendable, Equatable {
    public let source: Int
    public let target: Int
    public let mass: Double
  }

  /// √`cost`
  public var distance: Double { max(0, cost).squareRoot() }

  /// (`cost` − `lowerBound`)/`cost`; 0 where the cost is 0.
  public var relativeGap: Double { cost > 0 ? (cost - lowerBound) / cost : 0 }

  /// - Throws: `EstimatorError.dimensionMismatch`.
  public init(from source: WeightedPoints, to target: WeightedPoints, metric: PointMetric) throws(EstimatorError) {
    guard source.dimension == target.dimension else {
      throw .dimensionMismatch(expected: source.dimension, found: target.dimension)
    }
    let masses = TransportMasses(source, target)
    let sources = masses.sources
    let targets = masses.targets
    let all = TransportCost(
      sources.flatMap { source.point($0) }, targets.flatMap { target.point($0) }, dimension: source.dimension,
      metric: metric)
    var solver = MultiscaleTransport(cost: all, supplies: masses.supplies, demands: masses.demands)
    solver.solve()

    let unit = 1 / Double(masses.total)
    plan = solver.plan.map {
      Movement(source: sources[$0.source], target: targets[$0.sink], mass: Double($0.flow) * unit)
    }
    cost = unit * solver.plan.reduce(0) { $0 + Double($1.flow) * $1.cost }
    lowerBound =
      unit
      * (zip(masses.supplies, solver.u).reduce(0) { $0 + Double($1.0) * $1.1 }
        + zip(masses.demands, solver.v).reduce(0) { $0 + Double($1.0) * $1.1 })
    var u = [Double](repeating: -.infinity, count: source.count)
    var v = [Double](repeating: -.infinity, count: target.count)
    for (point, value) in zip(sources, solver.u) { u[point] = value }
    for (point, value) in zip(targets, solver.v) { v[point] = value }
    (sourcePotentials, targetPotentials) = (u, v)
    pivotCount = solver.pivotCount
    searchCount = solver.searchCount
  }
}

/// Integer masses of two sets of points with equal totals; points without mass are left out.
struct TransportMasses {
  let sources: [Int]
  let targets: [Int]
  let supplies: [Int64]
  let demands: [Int64]
  let total: Int64

  init(_ source: WeightedPoints, _ target: WeightedPoints) {
    if source.logWeights == nil && target.logWeights == nil {
      sources = Array(0..<source.count)
      targets = Array(0..<target.count)
      var (divisor, rest) = (source.count, target.count)
      while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
      supplies = [Int64](repeating: Int64(target.count / divisor), count: source.count)
      demands = [Int64](repeating: Int64(source.count / divisor), count: target.count)
      total = Int64(source.count) * supplies[0]
      return
    }
    let whole: Int64 = 1 << 60
    func masses(_ shares: [Double]) -> (points: [Int], masses: [Int64]) {
      var rounded = shares.map { Int64(($0 * Double(whole)).rounded()) }
      let largest = rounded.indices.max { rounded[$0] < rounded[$1] }!
      rounded[largest] += whole - rounded.reduce(0, +)
      let points = rounded.indices.filter { rounded[$0] > 0 }
      return (points, points.map { rounded[$0] })
    }
    (sources, supplies) = masses(source.shares)
    (targets, demands) = masses(target.shares)
    total = whole
  }
}
