import Estimators
import Foundation
import Randomness
import Testing

@Suite struct IndependentComponentsTests {
  /// The trajectories of Golden/make_independent_components.py: five mixtures of three sources, the last the sum of two
  /// others.
  static func trajectory(_ seed: UInt64, frames: Int, start: Double) -> [Double] {
    let mixing = [[1.0, 0.3, -0.2], [0.1, 0.8, 0.5], [-0.4, 0.2, 1.1], [0.6, -0.5, 0.3]]
    var random = LinearCongruence(seed)
    var state = [start, -start, 0.0]
    var features: [Double] = []
    for _ in 0..<frames {
      for (k, memory) in [0.97, 0.8, 0.3].enumerated() { state[k] = memory * state[k] + random.bell() }
      var row = mixing.map { $0[0] * state[0] + $0[1] * state[1] + $0[2] * state[2] }
      row[3] += 0.1 * random.bell()
      features += row + [row[0] + row[3]]
    }
    return features
  }

  static let trajectories = [
    trajectory(31, frames: 400, start: 3), trajectory(32, frames: 250, start: -2),
  ]

  @Test("Eigenvalues, timescales and projections equal deeptime's", arguments: IndependentComponentsGoldenValues.all)
  func golden(_ golden: IndependentComponentsGoldenValues) throws {
    let found = try IndependentComponents(
      Self.trajectories, dimension: 5, lag: IndependentComponentsGoldenValues.lag,
      weighting: golden.isKoopman ? .koopman : .equal, scaling: golden.isKineticMap ? .kineticMap : .unitVariance)
    #expect(found.eigenvalues.count == golden.eigenvalues.count)
    for (a, b) in zip(found.eigenvalues, golden.eigenvalues) { #expect(abs(a - b) < 1e-10) }
    for (a, b) in zip(found.timescales, golden.timescales) { #expect(abs(a! - b) < 1e-8) }
    let projected = found.projected(Self.trajectories[0])
    for (place, expected) in golden.projections.enumerated() {
      #expect(abs(projected[place / 2 * 100 + place % 2] - expected) < 1e-9)
    }
  }

  @Test("Koopman weights equal deeptime's, and average to one")
  func koopmanWeights() throws {
    let found = try KoopmanWeights(Self.trajectories, dimension: 5, lag: IndependentComponentsGoldenValues.lag)
    for (a, b) in zip(found.coefficients, IndependentComponentsGoldenValues.koopmanCoefficients) {
      #expect(abs(a - b) < 1e-9)
    }
    #expect(abs(found.constant - IndependentComponentsGoldenValues.koopmanConstant) < 1e-9)
    let weights = Self.trajectories.flatMap { found.weights(of: Array($0.dropLast(5 * 5))) }
    #expect(abs(weights.reduce(0, +) / Double(weights.count) - 1) < 1e-10)
  }

  @Test("The memory of an autoregressive source comes back, whatever it is mixed with")
  func knownTimescale() throws {
    var random = RandomStream(seed: 70)
    var (slow, fast) = (0.0, 0.0)
    var features: [Double] = []
    for _ in 0..<100_000 {
      slow = 0.95 * slow + random.normal()
      fast = 0.5 * fast + random.normal()
      features += [slow + 2 * fast + 100, 0.3 * slow - fast, random.normal()]
    }
    let found = try IndependentComponents([features], dimension: 3, lag: 4, count: 1)
    // λ = 0.95⁴; its error is about √((1 − λ²)/N · (1 + ρ²)/(1 − ρ²)) = 0.008.
    #expect(abs(found.eigenvalues[0] - pow(0.95, 4)) < 5 * 0.008)
    #expect(abs(found.timescales[0]! - -1 / log(0.95)) < 5)
    #expect(found.components.count == 1 && found.eigenvalues.count == 3)
    // Unit variance without the kinetic map, λ² with it.
    let plain = try IndependentComponents([features], dimension: 3, lag: 4, scaling: .unitVariance)
    let projected = plain.projected(features)
    for k in 0..<2 {
      let component = stride(from: k, to: projected.count, by: 2).map { projected[$0] }
      let square = component.reduce(0) { $0 + $1 * $1 } / Double(component.count)
      #expect(abs(square - 1) < 0.01)
    }
    for (a, b) in zip(found.components[0], plain.components[0]) {
      #expect(abs(a - b * found.eigenvalues[0]) < 1e-12)
    }
  }

  @Test("Many features: eigenvectors diagonalise, the sign rule holds, components are uncorrelated")
  func manyFeatures() throws {
    var random = RandomStream(seed: 71)
    let (d, frames) = (40, 3000)
    let mixing = random.normals(d * d)
    var state = [Double](repeating: 0, count: d)
    var features: [Double] = []
    for _ in 0..<frames {
      for k in 0..<d { state[k] = 0.9 * Double(k) / Double(d) * state[k] + random.normal() }
      for row in 0..<d { features.append((0..<d).reduce(0) { $0 + mixing[row * d + $1] * state[$1] }) }
    }
    let found = try IndependentComponents([features], dimension: d, lag: 2, count: nil, scaling: .unitVariance)
    #expect(found.components.count == d)
    #expect(zip(found.eigenvalues, found.eigenvalues.dropFirst()).allSatisfy { abs($0) >= abs($1) })
    #expect(found.components.allSatisfy { $0.max { abs($0) < abs($1) }! > 0 })
    let x = found.projected(features)
    for (a, b) in [(0, 0), (0, 1), (3, 17), (39, 39), (20, 39)] {
      var (zero, lagged) = (0.0, 0.0)
      for t in 0..<frames - 2 {
        let (p, q) = (t * d, (t + 2) * d)
        zero += x[p + a] * x[p + b] + x[q + a] * x[q + b]
        lagged += x[p + a] * x[q + b] + x[q + a] * x[p + b]
      }
      let count = Double(2 * (frames - 2))
      #expect(abs(zero / count - (a == b ? 1 : 0)) < 1e-9)
      #expect(abs(lagged / count - (a == b ? found.eigenvalues[a] : 0)) < 1e-9)
    }
  }

  @Test("Constant and repeated features change nothing")
  func redundantFeatures() throws {
    let plain = try IndependentComponents(Self.trajectories, dimension: 5, lag: 5, count: nil)
    let padded = Self.trajectories.map { features in
      stride(from: 0, to: features.count, by: 5).flatMap { start -> [Double] in
        let row = Array(features[start..<start + 5])
        return [4.0] + row + [0.0, row[2], 0.0] + row
      }
    }
    let found = try IndependentComponents(padded, dimension: 14, lag: 5, count: nil)
    #expect(found.eigenvalues.count == plain.eigenvalues.count)
    for (a, b) in zip(found.eigenvalues, plain.eigenvalues) { #expect(abs(a - b) < 1e-10) }
    for (a, b) in zip(found.projected(padded[1]), plain.projected(Self.trajectories[1])) {
      #expect(abs(abs(a) - abs(b)) < 1e-9)
    }
  }

  @Test("TICA-W2 of an ensemble from itself is 0, and a noise floor goes with it")
  func distanceOfComponents() throws {
    let components = try IndependentComponents(Self.trajectories, dimension: 5, lag: 5)
    let reference = try WeightedPoints(components.projected(Self.trajectories[0]), dimension: 2)
    #expect(try TransportDistance.euclidean.value(reference, from: reference) < 1e-7)
    let other = try WeightedPoints(components.projected(Self.trajectories[1]), dimension: 2)
    #expect(try TransportDistance.euclidean.value(other, from: reference) > 0.05)
    var random = RandomStream(seed: 72)
    #expect(
      try TransportDistance.euclidean.noiseFloor(of: reference, count: 200, random: &random).mean > 0.01)
  }

  @Test("What cannot be analysed says why")
  func errors() throws {
    #expect(throws: EstimatorError.trajectoriesTooShort(longest: 3, lag: 3)) {
      try IndependentComponents([[1, 2, 3], [1]], dimension: 1, lag: 3)
    }
    #expect(throws: EstimatorError.trajectoriesTooShort(longest: 0, lag: 1)) {
      try IndependentComponents([], dimension: 1, lag: 1)
    }
    #expect(throws: EstimatorError.constantFeatures(cutoff: 1e-6)) {
      try IndependentComponents([[Double](repeating: 2, count: 20)], dimension: 2, lag: 1)
    }
    #expect(throws: EstimatorError.countMismatch(expected: 4, found: 3)) {
      try IndependentComponents([[1, 2, 3]], dimension: 2, lag: 1)
    }
    #expect(throws: EstimatorError.notANumber(sample: 3)) {
      try IndependentComponents([[1, 2], [3, .nan]], dimension: 1, lag: 1)
    }
    // Two trajectories that stay where they are: any mixture of them is stationary.
    #expect(throws: EstimatorError.stationaryWeightsUndetermined) {
      try KoopmanWeights([[0, 0, 0], [1, 1, 1]], dimension: 1, lag: 1)
    }
  }
}
