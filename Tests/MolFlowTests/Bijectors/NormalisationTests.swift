import Foundation
import MolFlow
import NeuralNetworks
import Randomness
import Testing

/// Densities of flows over a standard normal, or over a uniform circle, integrate to 1.
@Suite struct NormalisationTests {
  static let cases: [BijectorCase] = [
    BijectorCase(name: "one-dimensional spline") {
      Elementwise("e", dimension: 1, by: Spline(MonotoneSpline(ends: .free, bins: 5, lower: -2, upper: 2)), in: &$0)
    },
    BijectorCase(name: "one-dimensional linear rational spline", spread: 0.3) {
      Elementwise(
        "e", dimension: 1,
        by: Spline(MonotoneSpline(kind: .linearRational, ends: .identity, bins: 5, lower: -2, upper: 2)), in: &$0)
    },
    BijectorCase(name: "spline autoregressive", spread: 0.1) {
      MaskedAutoregressive(
        "m", dimension: 2, by: Spline(MonotoneSpline(ends: .identity, bins: 5, lower: -3, upper: 3)), hidden: [8],
        in: &$0)
    },
    BijectorCase(name: "affine couplings", spread: 0.2) {
      Chain([
        Coupling("0", dimension: 2, transforming: [0], by: Affine(largestLogScale: 1), hidden: [8], in: &$0),
        LULinear("1", dimension: 2, permutation: [1, 0], in: &$0),
        Coupling("2", dimension: 2, transforming: [1], by: Affine(largestLogScale: 1), hidden: [8], in: &$0),
      ])
    },
    BijectorCase(name: "planar and radial") {
      Chain([Planar("0", dimension: 2, in: &$0), Radial("1", dimension: 2, in: &$0)])
    },
    BijectorCase(name: "Sylvester") { Sylvester("s", dimension: 2, reflections: 2, in: &$0) },
  ]

  @Test(arguments: cases) func onThePlane(_ bijectorCase: BijectorCase) {
    let trial = BijectorTests.Trial(bijectorCase, count: 1)
    // The trapezoidal rule on a smooth density that vanishes at the border: kinks of the slopes of splines leave 10⁻⁵.
    let half = 28.0
    let points = trial.bijector.dimension == 1 ? 56_001 : 1121
    let axis = (0..<points).map { -half + 2 * half * Double($0) / Double(points - 1) }
    let cell = 2 * half / Double(points - 1)
    var sum = 0.0
    let rows = trial.bijector.dimension == 1 ? [0.0] : axis
    for y in rows {
      let x = trial.bijector.dimension == 1 ? axis : axis + axis.map { _ in y }
      sum +=
        trial.onTape { tape in
          let result = trial.bijector.inverse(trial.variable(x, on: tape), given: nil)
          let z = result.value.values
          return result.logDet.values(samples: points).enumerated().reduce(0.0) { sum, entry in
            let squares = (0..<trial.bijector.dimension).reduce(0.0) { $0 + pow(z[$1 * points + entry.offset], 2) }
            return sum + exp(entry.element - 0.5 * squares)
          }
        }.result
    }
    let integral = sum * pow(cell / (2 * Double.pi).squareRoot(), Double(trial.bijector.dimension))
    #expect(abs(integral - 1) < 2e-4, "\(integral)")
  }

  @Test func onTheTorus() {
    let trial = BijectorTests.Trial(
      BijectorCase(name: "circular", spread: 0.1) {
        Chain([
          Coupling(
            "0", dimension: 2, transforming: [0], by: CircularSpline(bins: 6), periodic: [0, 1], hidden: [8], in: &$0),
          Coupling(
            "1", dimension: 2, transforming: [1], by: CircularSpline(bins: 6), periodic: [0, 1], hidden: [8], in: &$0),
        ])
      })
    let points = 300
    let axis = (0..<points).map { -Double.pi + 2 * Double.pi * (Double($0) + 0.5) / Double(points) }
    var sum = 0.0
    for y in axis {
      sum +=
        trial.onTape { tape in
          trial.bijector.inverse(trial.variable(axis + axis.map { _ in y }, on: tape), given: nil)
            .logDet.values(samples: points).reduce(0.0) { $0 + exp($1) }
        }.result
    }
    #expect(abs(sum / Double(points * points) - 1) < 2e-4)
  }
}
