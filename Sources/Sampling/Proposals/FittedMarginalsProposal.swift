import Energies
import Foundation
import Randomness

/// Independent coordinates, each with the density of its values in given samples: piecewise linear between equally spaced
/// nodes, mixed with a broad density that goes everywhere, so that nothing the samples lack is excluded.
///
/// p = (1 − ε) p_nodes + ε p_broad; on the circle p_broad is uniform, else normal with the samples' mean and twice their
/// deviation.
public struct FittedMarginalsProposal: CoordinatewiseProposal, Equatable, Codable {
  public static let broadShare = 0.05

  private struct Marginal: Sendable, Equatable, Codable {
    var lower: Double
    var spacing: Double
    /// Densities at the nodes, which integrate to 1.
    var nodes: [Double]
    var isPeriodic: Bool
    var mean: Double
    var deviation: Double
  }

  private let marginals: [Marginal]

  /// - Parameters:
  ///   - samples: `[count][dimension]`, at least two.
  ///   - periodic: which coordinates are angles, rad.
  ///   - nodes: of each coordinate.
  public init(_ samples: borrowing Configurations, periodic: Set<Int> = [], nodes: Int = 48) {
    precondition(samples.count > 1 && nodes > 3)
    let samples = copy samples
    marginals = (0..<samples.dimension).map { i in
      Self.fitted((0..<samples.count).map { samples[$0, i] }, isPeriodic: periodic.contains(i), count: nodes)
    }
  }

  private static func fitted(_ values: [Double], isPeriodic: Bool, count: Int) -> Marginal {
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    let deviation = max(variance.squareRoot(), 1e-6 * max(1, abs(mean)))
    let least = values.min()!, most = values.max()!
    // On a line the first and last node are zero, outside of all values.
    let margin = (most - least) / Double(count - 2) + 1e-3 * deviation
    let lower = isPeriodic ? -Double.pi : least - margin
    let spacing = isPeriodic ? 2 * Double.pi / Double(count) : (most - least + 2 * margin) / Double(count - 1)
    var nodes = [Double](repeating: 0, count: count)
    for value in values {
      // Each value is shared by the nodes on both sides of it.
      let place = ((isPeriodic ? wrapped(value) : value) - lower) / spacing
      let k = min(Int(place), isPeriodic ? count - 1 : count - 2)
      let t = min(1, place - Double(k))
      nodes[k] += 1 - t
      nodes[(k + 1) % count] += t
    }
    if !isPeriodic { (nodes[0], nodes[count - 1]) = (0, 0) }
    let scale = 1 / (nodes.reduce(0, +) * spacing)
    return Marginal(
      lower: lower, spacing: spacing, nodes: nodes.map { $0 * scale }, isPeriodic: isPeriodic, mean: mean,
      deviation: 2 * deviation)
  }

  private static func wrapped(_ angle: Double) -> Double {
    let rest = remainder(angle, 2 * Double.pi)
    return rest < Double.pi ? rest : -Double.pi
  }

  public var dimension: Int { marginals.count }

  public func draw(coordinate i: Int, using random: inout RandomStream) -> Double {
    let marginal = marginals[i]
    if random.uniform() < Self.broadShare {
      return marginal.isPeriodic
        ? 2 * Double.pi * random.uniform() - Double.pi : marginal.mean + marginal.deviation * random.normal()
    }
    // A node by its density, then a triangle about it: that is what piecewise linear means.
    var rest = random.uniform() / marginal.spacing
    var k = 0
    for (node, density) in marginal.nodes.enumerated() where density > 0 {
      k = node
      if rest < density { break }
      rest -= density
    }
    let x = marginal.lower + marginal.spacing * (Double(k) + random.uniform() - random.uniform())
    return marginal.isPeriodic ? Self.wrapped(x) : x
  }

  public func logDensity(coordinate i: Int, at x: Double) -> (value: Double, slope: Double) {
    let marginal = marginals[i]
    let count = marginal.nodes.count
    let place = ((marginal.isPeriodic ? Self.wrapped(x) : x) - marginal.lower) / marginal.spacing
    var (fitted, fittedSlope) = (0.0, 0.0)
    if place >= 0, place < Double(marginal.isPeriodic ? count : count - 1) {
      let k = Int(place)
      let (left, right) = (marginal.nodes[k], marginal.nodes[(k + 1) % count])
      fitted = left + (right - left) * (place - Double(k))
      fittedSlope = (right - left) / marginal.spacing
    }
    let z = (x - marginal.mean) / marginal.deviation
    let broad =
      marginal.isPeriodic
      ? 1 / (2 * Double.pi) : exp(-0.5 * z * z) / (marginal.deviation * (2 * Double.pi).squareRoot())
    let broadSlope = marginal.isPeriodic ? 0 : -broad * z / marginal.deviation
    let density = (1 - Self.broadShare) * fitted + Self.broadShare * broad
    if density > 0 {
      return (log(density), ((1 - Self.broadShare) * fittedSlope + Self.broadShare * broadSlope) / density)
    }
    // So far out that the normal density is no number any more, but its logarithm is.
    let logBroad = -0.5 * z * z - log(marginal.deviation) - 0.5 * log(2 * Double.pi)
    return (log(Self.broadShare) + logBroad, -z / marginal.deviation)
  }
}
