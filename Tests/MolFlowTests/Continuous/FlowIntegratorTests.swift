import Foundation
import MolFlow
import Testing

/// Paths whose end is known: dx/dt = a(t) x has x(1) = x(0) e^{∫a} and ∇·v = 3 a(t) for three coordinates.
@Suite struct FlowIntegratorTests {
  static let integral = 0.7 + 0.9 * (1 - cos(3.0)) / 3

  static func field(_ x: [Double], _ time: Double) -> (velocity: [Double], divergence: [Double]) {
    let a = 0.7 + 0.9 * sin(3 * time)
    return (x.map { a * $0 }, [Double](repeating: 3 * a, count: x.count / 3))
  }

  static let start: [Double] = [1, -2, 0.3, 4, 0.5, -0.1]

  static func error(_ method: FlowIntegrator.Method, from: Double = 0, to: Double = 1) -> (x: Double, logDet: Double) {
    let result = FlowIntegrator(method).integrate(start, samples: 2, from: from, to: to, field: field)
    let sign = to > from ? 1.0 : -1.0
    #expect(!result.isLost.contains(true))
    return (
      zip(result.x, start).map { abs($0 - $1 * exp(sign * integral)) }.max()!,
      result.logDet.map { abs($0 - sign * 3 * integral) }.max()!
    )
  }

  @Test("Equal steps converge with the order of the method, in both directions")
  func orders() {
    for (order, make) in [
      (4.0, { FlowIntegrator.Method.rungeKutta(steps: $0) }), (2.0, { FlowIntegrator.Method.heun(steps: $0) }),
    ] {
      for direction in [(0.0, 1.0), (1.0, 0.0)] {
        let coarse = Self.error(make(20), from: direction.0, to: direction.1)
        let fine = Self.error(make(40), from: direction.0, to: direction.1)
        #expect(abs(log2(coarse.x / fine.x) - order) < 0.3, "order \(order): \(coarse.x), \(fine.x)")
        #expect(coarse.logDet / fine.logDet > pow(2, order - 0.5))
      }
    }
  }

  @Test("Adaptive steps keep to the tolerance, there and back", arguments: [1e-3, 1e-5, 1e-8])
  func tolerance(_ tolerance: Double) {
    for direction in [(0.0, 1.0), (1.0, 0.0)] {
      let found = Self.error(.dormandPrince(tolerance: tolerance), from: direction.0, to: direction.1)
      #expect(found.x < 100 * tolerance && found.logDet < 100 * tolerance, "\(found)")
    }
  }

  @Test("A sample that leaves for infinity is lost, and the others arrive")
  func lost() {
    // dx/dt = x² reaches infinity at t = 1/x(0): before 1 for the second sample, never for the first.
    let start: [Double] = [0.5, 4, -1, 5, 0, 3]
    let result = FlowIntegrator(.dormandPrince(tolerance: 1e-6)).integrate(
      start, samples: 2, from: 0, to: 1
    ) { x, _ -> (velocity: [Double], divergence: [Double]) in
      let sums = [x[0] + x[2] + x[4], x[1] + x[3] + x[5]]
      return (x.map { $0 * $0 }, sums.map { 2 * $0 })
    }
    #expect(result.isLost == [false, true])
    #expect(abs(result.x[0] - 1) < 1e-4 && abs(result.x[2] + 0.5) < 1e-4 && result.x[4] == 0)
    let coarse = FlowIntegrator(.rungeKutta(steps: 4)).integrate(start, samples: 2, from: 0, to: 1) { x, _ in
      (x.map { $0 > 3 ? .nan : $0 }, [0, 0])
    }
    #expect(coarse.isLost == [false, true] && coarse.x.allSatisfy(\.isFinite))
  }

  @Test func wrongStart() {
    let result = FlowIntegrator(.heun(steps: 2)).integrate(
      [.nan, 1, 0, 1, 0, 1], samples: 2, from: 0, to: 1, field: Self.field)
    #expect(result.isLost == [true, false])
  }
}
