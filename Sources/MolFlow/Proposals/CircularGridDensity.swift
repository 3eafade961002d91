import Foundation
import Randomness

/// A density on the circle, piecewise linear between equally spaced nodes; node k stands at −π + 2πk/K.
struct CircularGridDensity {
  private(set) var nodes: [Double]

  init(nodeCount: Int) { nodes = [Double](repeating: 1 / (2 * Double.pi), count: nodeCount) }

  private var spacing: Double { 2 * Double.pi / Double(nodes.count) }

  /// Density (1 − floor) e^{−u}/Σ + floor/2π at the nodes, from reduced energies there.
  mutating func set(reducedEnergies u: UnsafeBufferPointer<Double>, floor: Double) {
    let lowest = u.min()!
    var sum = 0.0
    for k in nodes.indices {
      nodes[k] = exp(lowest - u[k])
      sum += nodes[k]
    }
    // The integral of a piecewise linear periodic function is the sum of its nodes times their spacing.
    let scale = (1 - floor) / (sum * spacing)
    for k in nodes.indices { nodes[k] = nodes[k] * scale + floor / (2 * Double.pi) }
  }

  /// An angle in [−π, π) by inversion of the cumulative distribution.
  func draw(using random: inout RandomStream) -> Double {
    let count = nodes.count
    let wanted = random.uniform() / spacing
    var cumulative = 0.0
    for k in 0..<count {
      let left = nodes[k], right = nodes[k + 1 == count ? 0 : k + 1]
      let mass = 0.5 * (left + right)
      // The last cell takes what rounding leaves over.
      guard cumulative + mass >= wanted || k + 1 == count else {
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
