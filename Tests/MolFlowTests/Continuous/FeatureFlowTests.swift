import Energies
import Foundation
import MolFlow
import NeuralNetworks
import Randomness
import Testing

/// Positions together with types of atoms.
@Suite struct FeatureFlowTests {
  static let atoms = 3
  static let features = 2

  private static func flow(width: Int = 16, layers: Int = 2, length: Double = 0.08, noise: Float = 0) -> FeatureFlow {
    var builder = ParameterBuilder(seed: 3)
    let field = FeatureField(atoms: atoms, features: features, width: width, layers: layers, in: &builder)
    var store = builder.store
    var random = RandomStream(seed: 4)
    // Away from what vanishes at the start.
    store.values = store.values.map { $0 + noise * Float(random.normal()) }
    return FeatureFlow(
      field: field, parameters: store, integrator: FlowIntegrator(.dormandPrince(tolerance: 1e-4)), length: length)
  }

  /// Two A and a B in three of four, nm: A–A 0.1, A–B 0.15, B–B 0.2 apart, a hundredth of a nanometre about, in any place, turn and order.
  private static func data(_ count: Int, seed: UInt64) -> (x: Configurations, types: [[Int]]) {
    var random = RandomStream(seed: seed)
    var x = Configurations(count: count, dimension: 9)
    var types: [[Int]] = []
    for sample in 0..<count {
      let isRare = random.uniform() < 0.25
      // The atom that is alone at the tip, the two of one type at the base.
      let base = (isRare ? 0.2 : 0.1) + 0.01 * random.normal()
      let side = 0.15 + 0.01 * random.normal()
      let height = (side * side - base * base / 4).squareRoot()
      let places = [SIMD3(0, height, 0), SIMD3(-base / 2, 0, 0), SIMD3(base / 2, 0, 0)]
      let own = isRare ? [0, 1, 1] : [1, 0, 0]
      var q = SIMD4((0..<4).map { _ in random.normal() })
      q /= (q * q).sum().squareRoot()
      func turned(_ v: SIMD3<Double>) -> SIMD3<Double> {
        let u = SIMD3(q.y, q.z, q.w)
        func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
          SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
        }
        let t = 2 * cross(u, v)
        return v + q.x * t + cross(u, t)
      }
      var order = [0, 1, 2]
      order.shuffle(using: &random)
      for (atom, from) in order.enumerated() {
        let place = turned(places[from])
        for axis in 0..<3 { x[sample, 3 * atom + axis] = place[axis] + 0.5 }
      }
      types.append(order.map { own[$0] })
    }
    return (x, types)
  }

  @Test func `Densities do not see motions, reflections or the order of atoms, and are those of drawing`() throws {
    let flow = Self.flow(noise: 0.05)
    let drawn = try flow.samples(0..<20, from: RandomStream(seed: 1))
    let back = try flow.logDensities(of: drawn.positions, features: drawn.features)
    for (there, again) in zip(drawn.logDensities, back) { #expect(abs(there - again) < 0.02) }
    // A turn about z with a reflection of z, a shift, and the atoms in another order.
    let (c, s) = (cos(0.7), sin(0.7))
    var moved = drawn.positions
    let order = [2, 0, 1]
    for sample in 0..<moved.count {
      for (atom, from) in order.enumerated() {
        let p = drawn.positions.position(sample: sample, atom: from)
        let place = [c * p.x - s * p.y + 0.3, s * p.x + c * p.y - 0.1, -p.z + 2]
        for axis in 0..<3 { moved[sample, 3 * atom + axis] = place[axis] }
      }
    }
    let features = drawn.features.map { own in order.flatMap { own[$0 * Self.features..<($0 + 1) * Self.features] } }
    let other = try flow.logDensities(of: moved, features: features)
    for (one, other) in zip(back, other) { #expect(abs(one - other) < 0.02) }
    #expect(Set(drawn.types.joined()).count == 2)
  }

  @Test func `The divergence is that of central differences`() {
    let flow = Self.flow(noise: 0.2)
    let rows = 3 + Self.features
    var random = RandomStream(seed: 7)
    let x = (0..<rows * Self.atoms).map { _ in random.normal() }
    VelocityFieldTests.withTape(flow.parameters.values.map(Double.init)) { tape in
      func velocity(_ x: [Double]) -> [Double] {
        tape.rewinding {
          flow.field.velocity(
            tape.variable(x, rows: rows, columns: Self.atoms), times: tape.constant(0.4, rows: 1, columns: 1)
          ).values
        }
      }
      var sum = 0.0
      for c in x.indices {
        var (ahead, behind) = (x, x)
        ahead[c] += 1e-5
        behind[c] -= 1e-5
        sum += (velocity(ahead)[c] - velocity(behind)[c]) / 2e-5
      }
      let found = flow.field.velocityAndDivergence(
        tape.variable(x, rows: rows, columns: Self.atoms, needsAdjoint: true),
        times: tape.constant(0.4, rows: 1, columns: 1)
      ).divergence[0]
      #expect(abs(found - sum) < 1e-6 * max(1, abs(sum)), "\(found), expected \(sum)")
      #expect(abs(sum) > 0.01)
    }
  }

  @Test func `Types and the distances that go with them are learned together`() throws {
    let (x, types) = Self.data(4096, seed: 11)
    var flow = Self.flow(width: 32, layers: 3, length: 0.07)
    let computation = ShardedComputation(shardSize: 64, threads: 2)
    var optimizer = AdamW(count: flow.parameters.count)
    var average = ExponentialMovingAverage(decay: 0.99, values: flow.parameters.values)
    let (few, fewTypes) = Self.data(64, seed: 12)
    func bound() throws -> Double {
      var random = RandomStream(seed: 13)
      let features = fewTypes.map { flow.dequantised($0, using: &random) }
      return try flow.logDensities(of: few, features: features, threads: 2).reduce(0, +) / 64
    }
    let before = try bound()
    let steps = 800
    for step in 0..<steps {
      let rows = (0..<128).map { (step * 128 + $0) % 4096 }
      let (_, gradient) = try flow.matchingLoss(
        of: x.rows(rows), types: rows.map { types[$0] }, by: computation, using: RandomStream(seed: 5).child(step))
      optimizer.update(
        &flow.parameters, gradient: gradient, rate: 4e-3 * (1 - Double(step) / Double(steps)))
      average.update(flow.parameters.values)
    }
    flow.parameters.values = average.values
    let after = try bound()
    #expect(after > before + 5, "ln p of positions and types \(before) before, \(after) after")

    let drawn = try flow.samples(0..<600, from: RandomStream(seed: 2), threads: 2)
    let counts = drawn.types.map { $0.count { $0 == 1 } }
    let valid = counts.indices.filter { counts[$0] == 1 || counts[$0] == 2 }
    #expect(Double(valid.count) > 0.95 * 600, "\(valid.count) of 600 have both types")
    // A share of 1/4 of 600: 4.5 deviations are 0.08, and what training leaves.
    let share = Double(valid.count { counts[$0] == 2 }) / Double(valid.count)
    #expect(abs(share - 0.25) < 0.1, "share of the rarer composition \(share)")
    func meanDistance(_ a: Int, _ b: Int) -> Double {
      var distances: [Double] = []
      for sample in valid {
        for i in 0..<3 {
          for j in i + 1..<3 where Set([drawn.types[sample][i], drawn.types[sample][j]]) == Set([a, b]) {
            let d =
              drawn.positions.position(sample: sample, atom: i) - drawn.positions.position(sample: sample, atom: j)
            distances.append((d * d).sum().squareRoot())
          }
        }
      }
      return distances.reduce(0, +) / Double(distances.count)
    }
    for (a, b, expected) in [(0, 0, 0.1), (0, 1, 0.15), (1, 1, 0.2)] {
      let found = meanDistance(a, b)
      #expect(abs(found - expected) < 0.015, "types \(a) and \(b): \(found) nm, expected \(expected)")
    }
  }
}
