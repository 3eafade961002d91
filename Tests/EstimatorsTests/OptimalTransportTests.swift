import Estimators
import Foundation
import Randomness
import Testing

@Suite struct OptimalTransportTests {
  /// The certificate, checked from scratch over all pairs: u + v ≤ c, and Σ a u + Σ b v as large as the cost of the plan,
  /// whose margins are the masses.
  static func expectOptimal(
    _ found: OptimalTransport, _ a: WeightedPoints, _ b: WeightedPoints, _ metric: PointMetric
  ) {
    let dimension = a.dimension
    func cost(_ i: Int, _ j: Int) -> Double {
      var sum = 0.0
      for d in 0..<dimension {
        let apart = a.coordinates[i * dimension + d] - b.coordinates[j * dimension + d]
        let shorter = metric == .torus ? apart - 2 * .pi * (apart / (2 * .pi)).rounded() : apart
        sum += shorter * shorter
      }
      return sum
    }
    var worst = -Double.infinity
    for i in 0..<a.count {
      for j in 0..<b.count { worst = max(worst, found.sourcePotentials[i] + found.targetPotentials[j] - cost(i, j)) }
    }
    #expect(worst < 1e-12)
    var (out, into) = ([Double](repeating: 0, count: a.count), [Double](repeating: 0, count: b.count))
    var total = 0.0
    for movement in found.plan {
      out[movement.source] += movement.mass
      into[movement.target] += movement.mass
      total += movement.mass * cost(movement.source, movement.target)
    }
    #expect(zip(out, a.shares).allSatisfy { abs($0 - $1) < 1e-14 })
    #expect(zip(into, b.shares).allSatisfy { abs($0 - $1) < 1e-14 })
    #expect(abs(total - found.cost) <= 1e-12 * max(1, total))
    let dual =
      zip(a.shares, found.sourcePotentials).reduce(0) { $1.0 > 0 ? $0 + $1.0 * $1.1 : $0 }
      + zip(b.shares, found.targetPotentials).reduce(0) { $1.0 > 0 ? $0 + $1.0 * $1.1 : $0 }
    #expect(abs(dual - found.lowerBound) < 1e-12 * max(1, total))
    #expect(abs(found.cost - dual) <= 1e-9 * found.cost + 1e-13)
    #expect(abs(found.relativeGap) <= 1e-9 || found.cost < 1e-4)
  }

  @Test("Costs equal POT's network simplex", arguments: DistanceGoldenValues.transports)
  func golden(_ golden: DistanceGoldenValues.Transport) throws {
    let (a, b) = try DistanceTests.ensembles(
      seed: golden.seed, n: golden.n, m: golden.m, dimension: golden.dimension, isWeighted: golden.isWeighted)
    let metric: PointMetric = golden.isTorus ? .torus : .euclidean
    let found = try OptimalTransport(from: a, to: b, metric: metric)
    #expect(abs(found.cost - golden.cost) < 1e-11)
    Self.expectOptimal(found, a, b, metric)
  }

  @Test("Two thousand random points: the dual proves the optimum", arguments: [PointMetric.torus, .euclidean])
  func certificate(_ metric: PointMetric) throws {
    var random = RandomStream(seed: 60)
    // Uneven: a third of the second cloud is elsewhere, so that mass has to travel.
    let a = try WeightedPoints(random.normals(4000), dimension: 2)
    let b = try WeightedPoints((0..<4000).map { 0.7 * random.normal() + ($0 % 6 < 2 ? 2.5 : 0) }, dimension: 2)
    Self.expectOptimal(try OptimalTransport(from: a, to: b, metric: metric), a, b, metric)
    // Unequal numbers and weights, some of them zero.
    let c = try WeightedPoints(
      random.normals(2400), dimension: 2,
      logWeights: (0..<1200).map { $0 % 9 == 0 ? -.infinity : 1.5 * random.normal() })
    Self.expectOptimal(try OptimalTransport(from: c, to: b, metric: metric), c, b, metric)
  }

  @Test("Three (φ, ψ) pairs at two thousand points")
  func sixAngles() throws {
    var random = RandomStream(seed: 61)
    func draw(_ count: Int) -> [Double] {
      (0..<count).flatMap { _ in
        (0..<6).map { _ in random.vonMises(concentration: 3) + (random.uniform() < 0.3 ? 2.5 : -1) }
      }
    }
    let (a, b) = (try WeightedPoints(draw(2000), dimension: 6), try WeightedPoints(draw(1500), dimension: 6))
    Self.expectOptimal(try OptimalTransport(from: a, to: b, metric: .torus), a, b, .torus)
  }

  @Test("Small problems equal the best of all assignments")
  func allPermutations() throws {
    func permutations(_ n: Int) -> [[Int]] {
      n == 0 ? [[]] : permutations(n - 1).flatMap { p in (0..<n).map { p[..<$0] + [n - 1] + p[$0...] } }
    }
    var random = RandomStream(seed: 62)
    for metric in [PointMetric.torus, .euclidean] {
      for _ in 0..<20 {
        let a = try WeightedPoints((0..<12).map { _ in 8 * random.uniform() }, dimension: 2)
        let b = try WeightedPoints((0..<12).map { _ in 8 * random.uniform() }, dimension: 2)
        let best = permutations(6).map { order in
          order.enumerated().reduce(0) { $0 + metric.squaredDistance(a.point($1.offset), b.point($1.element)) } / 6
        }.min()!
        #expect(abs(try OptimalTransport(from: a, to: b, metric: metric).cost - best) < 1e-12)
      }
    }
  }

  @Test("Points translated around the torus are as far as the translation, the short way round")
  func translatedOnTheTorus() throws {
    var random = RandomStream(seed: 63)
    let x = (0..<3000).map { _ in random.vonMises(concentration: 1) }
    let a = try WeightedPoints(x, dimension: 2)
    // A translation by a vector of length 0.05 · √2 is optimal only while it is short beside the spacing of points: on a
    // ring of equally spaced points any shift of less than half the spacing is.
    let ring = (0..<100).map { 2 * Double.pi * Double($0) / 100 }
    let moved = try WeightedPoints(ring.map { $0 + 0.03 })
    #expect(abs(try TransportDistance.torus.value(try WeightedPoints(ring), from: moved) - 0.03) < 1e-12)
    // One turn is no distance; −π and π are one point.
    let turned = try WeightedPoints(x.map { $0 + 2 * .pi }, dimension: 2)
    #expect(try TransportDistance.torus.value(turned, from: a) < 1e-7)
    let single = try WeightedPoints([.pi - 0.1, 0.2], dimension: 2)
    let across = try WeightedPoints([-.pi + 0.2, 0.6], dimension: 2)
    #expect(abs(try TransportDistance.torus.value(single, from: across) - 0.5) < 1e-14)
    // A Euclidean translation is always optimal: W₂ is its length.
    let shifted = try WeightedPoints(x.enumerated().map { $1 + ($0 % 2 == 0 ? 3 : -4) }, dimension: 2)
    #expect(abs(try TransportDistance.euclidean.value(shifted, from: a) - 5) < 1e-12)
  }

  @Test("A few points a thousand times farther out than the rest: as exact as rounding allows")
  func outliers() throws {
    var random = RandomStream(seed: 65)
    func draw() -> [Double] { (0..<1600).map { random.normal() + ($0 < 6 ? 3000 : 0) } }
    let (a, b) = (try WeightedPoints(draw(), dimension: 2), try WeightedPoints(draw(), dimension: 2))
    let found = try OptimalTransport(from: a, to: b, metric: .euclidean)
    #expect(found.cost < 1 && abs(found.relativeGap) < 1e-9)
    let line = try OptimalTransport(
      from: try WeightedPoints(a.coordinates), to: try WeightedPoints(b.coordinates), metric: .euclidean)
    let exact = try LineDistance.second.value(
      try WeightedPoints(a.coordinates), from: try WeightedPoints(b.coordinates))
    // Costs reach 9e6 and their mean is 0.005: 1e-14 of the former is what the simplex leaves.
    #expect(abs(line.cost - exact * exact) < 9e-8 && line.relativeGap < 1e-4)
  }

  @Test("Degenerate inputs: identical clouds, one place only, single points")
  func degenerate() throws {
    var random = RandomStream(seed: 64)
    let cloud = try WeightedPoints(random.normals(1400), dimension: 2)
    #expect(try OptimalTransport(from: cloud, to: cloud, metric: .torus).cost < 1e-15)
    let heap = try WeightedPoints([Double](repeating: 0.5, count: 600), dimension: 2)
    let found = try OptimalTransport(from: heap, to: heap, metric: .euclidean)
    #expect(found.cost == 0 && found.relativeGap == 0 && found.distance == 0)
    // From one point everything has to go: the mean square.
    let point = try WeightedPoints([0, 0], dimension: 2)
    let meanSquare = cloud.coordinates.reduce(0) { $0 + $1 * $1 } / 700
    #expect(abs(try OptimalTransport(from: point, to: cloud, metric: .euclidean).cost - meanSquare) < 1e-12)
    // Resampled points come several times.
    let copies = try cloud.equallyWeighted(cloud.resampled(700, random: &random))
    Self.expectOptimal(try OptimalTransport(from: copies, to: cloud, metric: .torus), copies, cloud, .torus)
  }
}
