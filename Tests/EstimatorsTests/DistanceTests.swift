import Estimators
import Foundation
import Randomness
import Testing

@Suite struct DistanceTests {
  /// The points and weights of Golden/make_distances.py.
  static func ensembles(seed: UInt64, n: Int, m: Int, dimension: Int, isWeighted: Bool) throws -> (
    WeightedPoints, WeightedPoints
  ) {
    var random = LinearCongruence(seed)
    func points(_ count: Int, spread: Double, shift: Double) -> [Double] {
      (0..<count).flatMap { i in
        (0..<dimension).map { _ in (i % 3 == 0 ? -2 : shift) + spread * random.bell() }
      }
    }
    func logWeights(_ count: Int) -> [Double]? {
      guard isWeighted else { return nil }
      return random.uniforms(count).enumerated().map { $0 % 11 == 5 ? -.infinity : 2 * $1 }
    }
    let (a, b) = (points(n, spread: 1.1, shift: 1.0), points(m, spread: 0.8, shift: 1.4))
    let (v, w) = (logWeights(n), logWeights(m))
    return (
      try WeightedPoints(a, dimension: dimension, logWeights: v),
      try WeightedPoints(b, dimension: dimension, logWeights: w)
    )
  }

  @Test("W1 and W2 on a line equal SciPy's and POT's", arguments: DistanceGoldenValues.lines)
  func lines(_ golden: DistanceGoldenValues.Line) throws {
    let (a, b) = try Self.ensembles(
      seed: golden.seed, n: golden.n, m: golden.m, dimension: 1, isWeighted: golden.isWeighted)
    #expect(abs(try LineDistance.first.value(a, from: b) - golden.first) < 1e-12)
    #expect(abs(try LineDistance.second.value(a, from: b) - golden.second) < 1e-12)
    #expect(try LineDistance.second.value(a, from: b) == LineDistance.second.value(b, from: a))
    // The same by transport in one dimension.
    let transport = try OptimalTransport(from: a, to: b, metric: .euclidean)
    #expect(abs(transport.distance - golden.second) < 1e-12)
  }

  @Test("Jensen–Shannon divergences equal SciPy's", arguments: DistanceGoldenValues.divergences)
  func divergences(_ golden: DistanceGoldenValues.Divergence) throws {
    var random = LinearCongruence(golden.seed)
    let p = (0..<golden.bins).map { $0 % 7 == 3 ? 0 : random.uniform() }
    let q = (0..<golden.bins).map { $0 % 5 == 2 ? 0 : pow(random.uniform(), 2) }
    let found = try JensenShannonDivergence(p, q)
    #expect(abs(found.nats - golden.nats) < 1e-14)
    #expect(abs(found.bits - golden.bits) < 1e-14)
    #expect(try JensenShannonDivergence(p.map { 7 * $0 }, p).nats < 1e-15)
  }

  @Test("Histograms that share no bin are one bit apart, and a shared half is what the formula says")
  func divergenceLimits() throws {
    #expect(abs(try JensenShannonDivergence([1, 0], [0, 5]).bits - 1) < 1e-15)
    // p = (1, 0), q = (½, ½): m = (¾, ¼), JSD = ½ log₂(4/3) + ¼ log₂(2/3) + ¼ log₂ 2.
    let expected = 0.5 * log2(4.0 / 3) + 0.25 * log2(2.0 / 3) + 0.25
    #expect(abs(try JensenShannonDivergence([3, 0], [1, 1]).bits - expected) < 1e-15)
    #expect(throws: EstimatorError.countMismatch(expected: 2, found: 1)) { try JensenShannonDivergence([1, 1], [1]) }
    #expect(throws: EstimatorError.notANumber(sample: 1)) { try JensenShannonDivergence([1, -1], [1, 1]) }
    #expect(throws: EstimatorError.emptyHistogram(samples: 0)) { try JensenShannonDivergence([1, 1], [0, 0]) }
  }

  @Test("Histogram distances in one and two dimensions, with weights")
  func histograms() throws {
    let line = HistogramDistance(axes: [.linear(0...4, bins: 4)])
    let a = try WeightedPoints([0.5, 1.5, 9], logWeights: [0, log(3), 0])
    let b = try WeightedPoints([1.2, 0.1, 0.2, 0.3])
    // Inside the axis a is (¼, ¾) and b is (¾, ¼).
    #expect(abs(try line.value(a, from: b) - (try JensenShannonDivergence([1, 3], [3, 1]).bits)) < 1e-15)
    let plane = HistogramDistance(axes: [.circular(bins: 2), .linear(0...1, bins: 3)])
    let c = try WeightedPoints([-1, 0.1, 1, 0.5, 7, 1], dimension: 2)
    #expect(try plane.masses(c).map { Int(($0 * 3).rounded()) } == [1, 0, 0, 0, 1, 1])
    #expect(throws: EstimatorError.dimensionMismatch(expected: 2, found: 1)) { try plane.value(a, from: b) }
    #expect(throws: EstimatorError.emptyHistogram(samples: 1)) { try line.masses(try WeightedPoints([7])) }
  }

  @Test("A shifted Gaussian is as far as the shift, to rounding for equal samples and to sampling for others")
  func shiftedGaussians() throws {
    var random = RandomStream(seed: 50)
    let x = random.normals(4000)
    let a = try WeightedPoints(x)
    let shifted = try WeightedPoints(x.map { $0 + 1.7 })
    #expect(abs(try LineDistance.second.value(shifted, from: a) - 1.7) < 1e-12)
    #expect(abs(try LineDistance.first.value(shifted, from: a) - 1.7) < 1e-12)
    let other = try WeightedPoints(random.normals(3000).map { $0 + 1.7 })
    // W₁ is the difference of the means wherever the quantiles do not cross; its error is √(1/4000 + 1/3000) = 0.024.
    #expect(abs(try LineDistance.first.value(other, from: a) - 1.7) < 5 * 0.0242)
    // N(0, 1) and N(0, 4): W₂² = 1. Sampling errors of the standard deviations are 0.012 and 0.026.
    let wide = try WeightedPoints(random.normals(3000).map { 2 * $0 })
    #expect(abs(try LineDistance.second.value(wide, from: a) - 1) < 5 * 0.029)
  }

  @Test("Weights and copies of points are the same to every distance")
  func weightsAreCopies() throws {
    let copies = try WeightedPoints([0.1, 0.1, 0.1, 0.9, 2.0, 2.0])
    let weighted = try WeightedPoints([2.0, 0.1, 0.9, 5.0], logWeights: [log(2), log(3), 0, -.infinity])
    let other = try WeightedPoints([0.2, 1.1, 0.7, 2.5])
    let distances: [any EnsembleDistance] = [
      LineDistance.first, LineDistance.second, TransportDistance.torus, TransportDistance.euclidean,
      HistogramDistance(axes: [.linear(0...3, bins: 5)]), try StateDistance(fittedTo: copies, clusterCount: 3),
    ]
    for distance in distances {
      let expected = try distance.value(copies, from: other)
      // 1e-10 counts of different totals.
      #expect(abs(try distance.value(weighted, from: other) - expected) < 1e-9)
      #expect(abs(try distance.value(weighted, from: copies)) < 1e-7)
      #expect(expected > 0.01)
    }
  }

  @Test("The noise floor is what independent samples are apart, and a seed gives the same one")
  func noiseFloors() throws {
    var random = RandomStream(seed: 51)
    let reference = try WeightedPoints(random.normals(20_000))
    var draws = RandomStream(seed: 52)
    let floor = try LineDistance.second.noiseFloor(of: reference, count: 1000, repetitions: 40, random: &draws)
    var again = RandomStream(seed: 52)
    let same = try LineDistance.second.noiseFloor(of: reference, count: 1000, repetitions: 40, random: &again)
    #expect(floor == same && floor.values.count == 40 && floor.count == 1000)
    let fresh = try (0..<40).map { _ in
      try LineDistance.second.value(
        try WeightedPoints(random.normals(1000)), from: try WeightedPoints(random.normals(1000)))
    }
    let mean = fresh.reduce(0, +) / 40
    // Both means of 40 have an error of about the standard deviation/√40: |z| < 5, 6e-7 if it were known exactly.
    #expect(abs(floor.mean - mean) < 5 * floor.standardDeviation! * (2.0 / 40).squareRoot())

    let halves = try LineDistance.first.noiseFloor(of: reference, count: 10_000, repetitions: 1, random: &draws)
    #expect(halves.standardDeviation == nil && halves.mean > 0 && halves.mean < 0.1)
    #expect(throws: EstimatorError.tooFewSamples(found: 20_000, needed: 20_002)) {
      try LineDistance.first.noiseFloor(of: reference, count: 10_001, random: &draws)
    }
    #expect(throws: EstimatorError.tooFewSamples(found: 0, needed: 1)) {
      try LineDistance.first.noiseFloor(of: reference, count: 0, random: &draws)
    }
    let bootstrap = try LineDistance.second.noiseFloor(
      of: reference, count: 1000, pairs: .bootstrap, repetitions: 40, random: &draws)
    #expect(abs(bootstrap.mean - mean) < 5 * bootstrap.standardDeviation! * (2.0 / 40).squareRoot())
  }

  @Test("Halves of whole walkers are as far apart as walkers make them")
  func noiseFloorOfWalkers() throws {
    // 40 walkers that stand still: a half is 20 of their places, each 50 times.
    var random = RandomStream(seed: 53)
    let places = random.normals(40)
    let reference = try WeightedPoints((0..<2000).map { places[$0 / 50] })
    let walkers = (0..<2000).map { $0 / 50 }
    func floor(_ pairs: ReferencePairs) throws -> NoiseFloor {
      var draws = RandomStream(seed: 54)
      return try LineDistance.second.noiseFloor(
        of: reference, count: 1000, pairs: pairs, repetitions: 40, random: &draws)
    }
    let splits = try (0..<40).map { _ in
      var order = places
      order.shuffle(using: &random)
      return try LineDistance.second.value(
        try WeightedPoints(Array(order.prefix(20))), from: try WeightedPoints(Array(order.suffix(20))))
    }
    let apart = try floor(.disjointGroups(walkers))
    // Two means of 40 splits of the same places: |z| < 5 fails with probability 6e-7 if the error were known exactly.
    #expect(
      abs(apart.mean - splits.reduce(0, +) / 40) < 5 * apart.standardDeviation! * (2.0 / 40).squareRoot(),
      "\(apart.mean), \(splits)")
    #expect(try floor(.disjoint).mean < 0.3 * apart.mean)
    #expect(throws: EstimatorError.tooFewSamples(found: 1000, needed: 1001)) {
      var draws = RandomStream(seed: 54)
      _ = try LineDistance.second.noiseFloor(
        of: reference, count: 1001, pairs: .disjointGroups(walkers), random: &draws)
    }
  }

  @Test("A weighted reference is resampled by its weights")
  func weightedNoiseFloor() throws {
    // Half of the points have no weight and lie far away.
    let points = (0..<2000).map { $0 % 2 == 0 ? Double($0) / 2000 : 1e6 }
    let reference = try WeightedPoints(points, logWeights: (0..<2000).map { $0 % 2 == 0 ? 0 : -.infinity })
    var random = RandomStream(seed: 53)
    for pairs in [ReferencePairs.disjoint, .bootstrap] {
      let floor = try LineDistance.first.noiseFloor(of: reference, count: 500, pairs: pairs, random: &random)
      #expect(floor.mean > 0 && floor.mean < 0.2)
    }
  }

  @Test("Points are checked")
  func pointsAreChecked() throws {
    #expect(throws: EstimatorError.countMismatch(expected: 4, found: 3)) {
      try WeightedPoints([1, 2, 3], dimension: 2)
    }
    #expect(throws: EstimatorError.tooFewSamples(found: 0, needed: 1)) { try WeightedPoints([]) }
    #expect(throws: EstimatorError.countMismatch(expected: 2, found: 1)) {
      try WeightedPoints([1, 2], logWeights: [0])
    }
    #expect(throws: EstimatorError.notANumber(sample: 1)) { try WeightedPoints([1, 2, .nan, 0], dimension: 2) }
    #expect(throws: EstimatorError.tooLarge(sample: 1)) { try WeightedPoints([1, -1e151]) }
    #expect(throws: EstimatorError.allWeightsZero(samples: 1)) { try WeightedPoints([1], logWeights: [-.infinity]) }
    #expect(try WeightedPoints([1, .nan], logWeights: [0, -.infinity]).shares == [1, 0])
    #expect(throws: EstimatorError.dimensionMismatch(expected: 1, found: 2)) {
      try LineDistance.first.value(try WeightedPoints([1, 2], dimension: 2), from: try WeightedPoints([1]))
    }
    #expect(throws: EstimatorError.dimensionMismatch(expected: 2, found: 1)) {
      try TransportDistance.torus.value(try WeightedPoints([1, 2], dimension: 2), from: try WeightedPoints([1]))
    }
  }
}
