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

  /// What may be done to a latent without changing the density that it is drawn from.
  struct Symmetries {
    var axes = 3
    /// Whether it may be turned, reflected, and its atoms of one class permuted.
    var isInSpace = true
    var classes: [[Int]] = []
    /// Coordinates of plain vectors that may grow by whole turns.
    var circular: [Int] = []

    /// A latent brought near to a datum.
    func nearest(_ z: [Double], to y: [Double]) -> [Double] {
      var z = isInSpace ? MatchingPairs.aligned(z, to: y, axes: axes, classes: classes) : z
      for c in circular { z[c] = y[c] - remainder(y[c] - z[c], 2 * Double.pi) }
      return z
    }
  }

  /// - Parameters:
  ///   - data: scaled coordinates, those of one atom after another.
  ///   - assigned: whether latents and data are paired for the least sum of squared distances, instead of as they come: optimal transport
  ///     of a minibatch (Pooladian et al. 2023, arXiv:2304.14772; Tong et al. 2024, arXiv:2302.00482).
  ///   - noise: deviation of places about the paths.
  ///   - power: times are 1 − u^power with u uniform: later ones more often for powers above 1.
  init(
    data: Configurations, latents: Configurations, symmetries: Symmetries, assigned: Bool = false, noise: Double,
    power: Double, numbers: Range<Int>, using random: RandomStream
  ) {
    let count = data.count
    let dimension = data.dimension
    let axes = symmetries.axes
    func row(_ x: Configurations, _ sample: Int) -> [Double] { (0..<dimension).map { x[sample, $0] } }
    places = [Double](repeating: 0, count: dimension * count)
    velocities = places
    times = []
    var partners = Array(0..<count)
    if assigned {
      let z = (0..<count).map { row(latents, $0) }
      let costs = (0..<count).flatMap { sample -> [Double] in
        let y = row(data, sample)
        return z.map { zip(symmetries.nearest($0, to: y), y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
      }
      partners = Assignment.cheapest(costs, count: count)
    }
    for sample in 0..<count {
      var stream = random.child(numbers.lowerBound + sample)
      let y = row(data, sample)
      let z = symmetries.nearest(row(latents, partners[sample]), to: y)
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
  /// - Parameters:
  ///   - q: coordinates of the chart, `[count][dimension]`.
  ///   - assigned: whether latents are paired with data by optimal transport within each shard.
  public func matchingLoss(
    of q: Configurations, noise: Double, power: Double, assigned: Bool = false, metric: PairMetric? = nil,
    by computation: ShardedComputation, using random: RandomStream
  ) throws -> (loss: Double, gradient: [Float]) {
    let (losses, gradient) = try computation.run(count: q.count, parameters: parameters, wantsGradient: true) {
      tape, range in
      try matchingLoss(
        of: q.slice(range), numbers: range, among: q.count, noise: noise, power: power, assigned: assigned,
        metric: metric, on: tape, using: random)
    }
    return (losses.reduce(0, +), gradient)
  }

  /// What some of `all` samples add to the loss, by the parameters of a tape; the gradient goes to the tape's.
  ///
  /// - Parameter numbers: of the samples' latents in the sequence that `random` defines.
  func matchingLoss(
    of q: Configurations, numbers: Range<Int>, among all: Int, noise: Double, power: Double, assigned: Bool = false,
    metric: PairMetric? = nil, wantsGradient: Bool = true, on tape: Tape, using random: RandomStream
  ) throws -> Double {
    guard let architecture = architecture as? ContinuousArchitecture else {
      throw TrainingError(description: "flow matching is for continuous flows; this model is none")
    }
    let field = architecture.field
    let symmetries = MatchingPairs.Symmetries(
      axes: architecture.axes, isInSpace: field.hasSymmetriesOfSpace, classes: field.interchangeable,
      circular: field.circular)
    let y = unscaledConfigurations(matrix(q), samples: q.count)
    let (z, _) = try base.draw(numbers, from: random.child(0))
    let pairs = MatchingPairs(
      data: y, latents: z, symmetries: symmetries, assigned: assigned, noise: noise, power: power, numbers: numbers,
      using: random.child(1))
    let scale = 1 / Double(all * q.dimension)
    var sum = 0.0
    for first in Swift.stride(from: 0, to: q.count, by: field.samplesInCache) {
      let samples = first..<min(first + field.samplesInCache, q.count)
      func part(_ whole: [Double]) -> [Double] {
        (0..<q.dimension).flatMap { whole[$0 * q.count + samples.lowerBound..<$0 * q.count + samples.upperBound] }
      }
      let (places, times) = (part(pairs.places), Array(pairs.times[samples]))
      tape.isRecording = wantsGradient
      sum += tape.rewinding { () -> Double in
        let v = field.velocity(
          tape.variable(places, rows: architecture.axes, columns: field.atoms * samples.count),
          times: tape.variable(times, rows: 1, columns: samples.count))
        let misses = zip(v.values, part(pairs.velocities)).map { $0 - $1 }
        let (loss, slopes) =
          metric?.squareAndSlopes(of: misses, at: places, times: times)
          ?? (misses.reduce(0) { $0 + $1 * $1 }, misses.map { 2 * $0 })
        if wantsGradient { tape.pullBack([(v, slopes.map { scale * $0 })]) }
        return loss * scale
      }
    }
    return sum
  }
}
