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
/// Any numbers of points and any weights; points at the same place are one. Masses are rounded to multiples of 2⁻⁶⁰ of the
/// total (equal ones not at all), so that flows are exact.
///
/// Source: Kantorovich 1942; the multiscale start after Schmitzer 2016, doi:10.1007/s10851-016-0653-9, and Gerber &
/// Maggioni 2017, JMLR 18(72).
///
/// - Complexity: memory O(N + M) in practice, a few dozen arcs a point; time about N M for every search among all pairs, ten or so of them.
public struct OptimalTransport: Sendable {
  /// Σ π d², the smallest mean squared distance.
  public let cost: Double
  /// Σ a u + Σ b v of a feasible dual, at most the smallest cost of any transport but for rounding.
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

  /// (`cost` − `lowerBound`)/`cost`; 0 where the cost is 0. Below 1e-9, and mostly 1e-12, unless the largest cost of any pair
  /// is above 10⁵ times `cost`: then a gap of 1e-14 times that largest cost may remain.
  public var relativeGap: Double { cost > 0 ? (cost - lowerBound) / cost : 0 }

  /// - Throws: `EstimatorError.dimensionMismatch`.
  public init(from source: WeightedPoints, to target: WeightedPoints, metric: PointMetric) throws(EstimatorError) {
    guard source.dimension == target.dimension else {
      throw .dimensionMismatch(expected: source.dimension, found: target.dimension)
    }
    let masses = TransportMasses(source, target)
    let sources = DistinctPoints(source, masses: masses.supplies)
    let targets = DistinctPoints(target, masses: masses.demands)
    let cost = TransportCost(
      sources.coordinates, targets.coordinates, dimension: source.dimension, metric: metric)
    var solver = MultiscaleTransport(cost: cost, supplies: sources.masses, demands: targets.masses)
    solver.solve()

    let unit = 1 / Double(masses.total)
    plan = Self.divided(
      solver.plan, sources: sources, targets: targets, supplies: masses.supplies, demands: masses.demands, unit: unit)
    self.cost = unit * solver.plan.reduce(0) { $0 + Double($1.flow) * $1.cost }
    lowerBound =
      unit
      * (zip(sources.masses, solver.u).reduce(0) { $0 + Double($1.0) * $1.1 }
        + zip(targets.masses, solver.v).reduce(0) { $0 + Double($1.0) * $1.1 })
    sourcePotentials = sources.places.map { $0.map { solver.u[$0] } ?? -.infinity }
    targetPotentials = targets.places.map { $0.map { solver.v[$0] } ?? -.infinity }
    pivotCount = solver.pivotCount
    searchCount = solver.searchCount
  }

  /// Flows between distinct places as movements between the points there, in the order of their numbers.
  private static func divided(
    _ flows: [(source: Int, sink: Int, flow: Int64, cost: Double)], sources: DistinctPoints, targets: DistinctPoints,
    supplies: [Int64], demands: [Int64], unit: Double
  ) -> [Movement] {
    var (left, open) = (supplies, demands)
    var (nextSource, nextTarget) = (
      [Int](repeating: 0, count: sources.masses.count), [Int](repeating: 0, count: targets.masses.count)
    )
    var movements: [Movement] = []
    movements.reserveCapacity(flows.count)
    for (from, to, flow, _) in flows {
      var rest = flow
      while rest > 0 {
        let (i, j) = (sources.members[from][nextSource[from]], targets.members[to][nextTarget[to]])
        let amount = min(rest, left[i], open[j])
        if amount > 0 { movements.append(Movement(source: i, target: j, mass: Double(amount) * unit)) }
        rest -= amount
        left[i] -= amount
        open[j] -= amount
        if left[i] == 0 { nextSource[from] += 1 }
        if open[j] == 0 { nextTarget[to] += 1 }
      }
    }
    return movements
  }
}
