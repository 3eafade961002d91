import Foundation
import Randomness

/// A density on the circle, piecewise linear between equally spaced nodes; node k stands at −π + 2πk/K.
struct CircularGridDensity {
  private(set) var nodes: [Double]

  init(nodeCount: Int) { nodes = [Double](repeating: 1 / (2 * Double.pi), count: nodeCount) }

  private var spacing: Double { 2 * Double.pi / Double(nodes.count) }

  /// Density ∝ (1 − floor) e^{−u}/Σ e^{−u} + floor/count at the nodes, from reduced energies there; zero at nodes outside
  /// `allowed`.
  mutating func set(reducedEnergies u: UnsafeBufferPointer<Double>, floor: Double, allowed: Range<Int>) {
    let lowest = u[allowed].min()!
    var sum = 0.0
    for k in nodes.indices {
      nodes[k] = allowed.contains(k) ? exp(lowest - u[k]) : 0
      sum += nodes[k]
    }
    // The integral of a piecewise linear periodic function is the sum of its nodes times their spacing.
    let scale = (1 - floor) / (sum * spacing)
    let uniform = floor / (Double(allowed.count) * spacing)
    for k in allowed { nodes[k] = nodes[k] * scale + uniform }
  }

  /// An angle in [−π, π) by inversion of the cumulative distribution.
  func draw(using random: inout RandomStream) -> Double {
    let count = nodes.count
    let wanted = random.uniform() / spacing
    var cumulative = 0.0
    let lastCell = (0..<count).last { nodes[$0] + nodes[$0 + 1 == count ? 0 : $0 + 1] > 0 }
    for k in 0..<count {
      let left = nodes[k], right = nodes[k + 1 == count ? 0 : k + 1]
      let mass = 0.5 * (left + right)
      // The last cell takes what rounding leaves over.
      guard mass > 0, cumulative + mass >= wanted || k == lastCell else {
        cumulative += mass
        continue
      }
      // Solves left t + (right − left) t²/2 = wanted − cumulative for t in [0, 1].
      let rest = min(max(wanted - cumulative, 0), mass)
      let slope = right - left
      let t = 2 * rest / (left + max(0, left * left + 2 * slope * rest).squareRoot())
      return -Double.pi + spacing * (Double(k) + min(t, 1))
    }
    preconditionFailure("the cells cover the circle")
  }

  func logDensity(_ angle: Double) -> Double {
    let position = (angle + Double.pi) / spacing
    guard position.isFinite else { return -.infinity }
    let floor = position.rounded(.down)
    let count = nodes.count
    let k = ((Int(floor) % count) + count) % count
    let t = position - floor
    return log(nodes[k] * (1 - t) + nodes[k + 1 == count ? 0 : k + 1] * t)
  }
}
