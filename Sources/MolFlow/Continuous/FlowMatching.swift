import Energies
import Foundation
import NeuralNetworks
import Randomness

/// Pairs of latents and data, and places on the straight paths between them.
///
/// Latents are brought near to their datum by what changes neither density: rotation, reflection, and permutation of atoms of one
/// class (equivariant optimal transport: Klein, Krämer & Noé 2023, arXiv:2306.15030), found by turns: the cheapest assignment, then the
/// best rotation.
struct MatchingPairs {
  /// Row by row, `[axes][atoms × samples]`.
  var places: [Double]
  var velocities: [Double]
  var times: [Double]

  /// - Parameters:
  ///   - data: scaled mean-free coordinates, x, y, z of one atom after another.
  ///   - classes: atoms that may change places.
  ///   - noise: deviation of places about the paths.
  ///   - power: times are 1 − u^power with u uniform: later ones more often for powers above 1.
  init(
    data: Configurations, latents: Configurations, axes: Int = 3, classes: [[Int]], noise: Double, power: Double,
    numbers: Range<Int>,
    using random: RandomStream
  ) {
    let count = data.count
    let dimension = data.dimension
    places = [Double](repeating: 0, count: dimension * count)
    velocities = places
    times = []
    for sample in 0..<count {
      var stream = random.child(numbers.lowerBound + sample)
      let y = (0..<dimension).map { data[sample, $0] }
      let z = Self.aligned((0..<dimension).map { latents[sample, $0] }, to: y, axes: axes, classes: classes)
      let t = 1 - pow(stream.uniform(), power)
      times.append(t)
      for c in 0..<dimension {
        let column = ((c % axes) * (dimension / axes) + c / axes) * count + sample
        places[column] = (1 - t) * z[c] + t * y[c] + noise * stream.normal()
        velocities[column] = y[c] - z[c]
      }
    }
  }

  static func aligned(_ x: [Double], to y: [Double], axes: Int = 3, classes: [[Int]]) -> [Double] {
    guard axes == 3 else {
      // What is in the plane stays in it: the third axis adds nothing to the overlap.
      func inSpace(_ x: [Double]) -> [Double] {
        var y = [Double](repeating: 0, count: x.count / 2 * 3)
        for c in x.indices { y[c / 2 * 3 + c % 2] = x[c] }
        return y
      }
      let turned = aligned(inSpace(x), to: inSpace(y), classes: classes)
      return turned.indices.filter { $0 % 3 < 2 }.map { turned[$0] }
    }
    var x = Superposition.aligned(x, to: y)
    guard !classes.isEmpty else { return x }
    for _ in 0..<2 {
      let before = x
      for atoms in classes {
        let n = atoms.count
        var cost = [Double](repeating: 0, count: n * n)
        for (row, i) in atoms.enumerated() {
          for (column, j) in atoms.enumerated() {
            // The atom at x[j] goes to the place of y[i].
            cost[row * n + column] = (0..<3).reduce(0) { $0 + pow(y[3 * i + $1] - before[3 * j + $1], 2) }
          }
        }
        for (row, column) in Assignment.cheapest(cost, count: n).enumerated() {
          for axis in 0..<3 { x[3 * atoms[row] + axis] = before[3 * atoms[column] + axis] }
        }
      }
      x = Superposition.aligned(x, to: y)
    }
    return x
  }
}

extension NormalizingFlow {
  /// The mean over samples and coordinates of |v(xₜ, t) − (x₁ − x₀)|² and its gradient: conditional flow matching, whose minimiser
  /// carries latents to data (Lipman et al. 2023, arXiv:2210.02747; Tong et al. 2024, arXiv:2302.00482).
  ///
  /// - Parameter q: coordinates of the chart, `[count][dimension]`.
  public func matchingLoss(
    of q: Configurations, noise: Double, power: Double, metric: PairMetric? = nil, by computation: ShardedComputation,
    using random: RandomStream
  ) throws -> (loss: Double, gradient: [Float]) {
    guard let architecture = architecture as? ContinuousArchitecture else {
      throw TrainingError(description: "flow matching is for continuous flows; this model is none")
    }
    let field = architecture.field
    let classes = field.interchangeable
    let (losses, gradient) = try computation.run(count: q.count, parameters: parameters, wantsGradient: true) {
      tape, range -> Double in
      let y = unscaledConfigurations(matrix(q.slice(range)), samples: range.count)
      let (z, _) = try base.draw(range, from: random.child(0))
      let pairs = MatchingPairs(
        data: y, latents: z, axes: architecture.axes, classes: classes, noise: noise, power: power, numbers: range,
        using: random.child(1))
      let v = field.velocity(
        tape.variable(pairs.places, rows: architecture.axes, columns: field.atoms * range.count),
        times: tape.variable(pairs.times, rows: 1, columns: range.count))
      let scale = 1 / Double(q.count * q.dimension)
      let misses = zip(v.values, pairs.velocities).map { $0 - $1 }
      let (loss, slopes) =
        metric?.squareAndSlopes(of: misses, at: pairs.places, times: pairs.times)
        ?? (misses.reduce(0) { $0 + $1 * $1 }, misses.map { 2 * $0 })
      tape.pullBack([(v, slopes.map { scale * $0 })])
      return loss * scale
    }
    return (losses.reduce(0, +), gradient)
  }
}
