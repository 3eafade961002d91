import Energies
import Foundation
import NeuralNetworks
import Randomness
import Testing

@testable import MolFlow

/// The guide of the four-atom molecule of `ContinuousFlowTests`.
@Suite struct HarmonicGuideTests {
  static let classes = PairClasses(ContinuousFlowTests.system.molecule)
  static let statistics = try! CartesianStatistics(ContinuousFlowTests.frames, classes: classes)
  static let guide = HarmonicGuide(statistics, classes: classes, stiffness: 0.3)!

  static func places(_ samples: Int) -> [Double] {
    var random = RandomStream(seed: 12)
    return (0..<12 * samples).map { _ in random.normal() }
  }

  @Test(
    "The divergence is the trace of the Jacobian, by differences of order four", arguments: [0.02, 0.4, 0.9, 0.999])
  func divergence(_ time: Double) {
    let x = Self.places(3)
    let times = [Double](repeating: time, count: 3)
    let (_, divergence) = Self.guide.velocities(of: x, times: times, wantsDivergence: true)
    var expected = [Double](repeating: 0, count: 3)
    let step = 1e-3
    for row in 0..<12 {
      for (place, weight) in [(-2.0, 1.0 / 12), (-1, -2.0 / 3), (1, 2.0 / 3), (2, -1.0 / 12)] {
        var moved = x
        for sample in 0..<3 { moved[3 * row + sample] += place * step }
        let v = Self.guide.velocities(of: moved, times: times, wantsDivergence: false).velocity
        for sample in 0..<3 { expected[sample] += weight * v[3 * row + sample] / step }
      }
    }
    for (found, wanted) in zip(divergence, expected) {
      #expect(abs(found - wanted) < 1e-7 * max(1, abs(wanted)), "\(found), expected \(wanted)")
    }
  }

  @Test("It turns with the atoms, has no mean, and does not see translations")
  func symmetries() {
    let x = Self.places(1)
    let v = Self.guide.velocities(of: x, times: [0.7], wantsDivergence: false).velocity
    for axis in 0..<3 { #expect(abs(v[4 * axis..<4 * axis + 4].reduce(0, +)) < 1e-9) }
    let (c, s) = (cos(0.7), sin(0.7))
    func turned(_ x: [Double]) -> [Double] {
      (0..<4).map { -(c * x[$0] - s * x[4 + $0]) } + (0..<4).map { -(s * x[$0] + c * x[4 + $0]) }
        + (8..<12).map { -x[$0] }
    }
    let moved = turned(x).enumerated().map { $1 + Double($0 / 4) * 0.4 }
    let other = Self.guide.velocities(of: moved, times: [0.7], wantsDivergence: false).velocity
    for (found, wanted) in zip(other, turned(v)) { #expect(abs(found - wanted) < 1e-9) }
  }

  /// Straight paths from latents to frames: the guide is nearer to their velocities than no velocity, and than an expansion alone,
  /// where the frames show through and their own width does not yet hide it.
  @Test("The guide knows most of the velocity along stiff pairs", arguments: [0.5, 0.7, 0.8])
  func error(_ time: Double) throws {
    let flow = try ContinuousFlowTests.flow(ContinuousFlowTests.recipes[0], steps: 0)
    let q = flow.chart.inverseAndLogDet(ContinuousFlowTests.frames.slice(0..<500)).value
    let y = flow.unscaledConfigurations(flow.matrix(q), samples: q.count)
    let (z, _) = try flow.base.draw(0..<500, from: RandomStream(seed: 1))
    // A power that makes all times alike: t = 1 − u⁰ = 0 is no place to look, so places are made here.
    let pairs = MatchingPairs(
      data: y, latents: z, symmetries: .init(), noise: 0, power: 1, numbers: 0..<500, using: RandomStream(seed: 2))
    var (with, without) = (0.0, 0.0)
    for sample in 0..<500 where abs(pairs.times[sample] - time) < 0.05 {
      let x = (0..<12).map { pairs.places[$0 * 500 + sample] }
      let u = (0..<12).map { pairs.velocities[$0 * 500 + sample] }
      let v = Self.guide.velocities(of: x, times: [pairs.times[sample]], wantsDivergence: false).velocity
      // Of the bond between the first two atoms.
      let n = (0..<3).map { x[4 * $0] - x[4 * $0 + 1] }
      let length = n.reduce(0) { $0 + $1 * $1 }.squareRoot()
      func along(_ w: [Double]) -> Double { (0..<3).reduce(0) { $0 + n[$1] / length * (w[4 * $1] - w[4 * $1 + 1]) } }
      with += pow(along(u) - along(v), 2)
      without += pow(along(u), 2)
    }
    #expect(with < 0.7 * without, "\(with / without)")
  }
}
