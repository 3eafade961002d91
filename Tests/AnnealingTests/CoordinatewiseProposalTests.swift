import Energies
import Foundation
import Randomness
import Sampling
import Testing

/// Densities with edges and on circles: checked coordinate by coordinate against quadrature over an interval.
@Suite struct CoordinatewiseProposalTests {
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let proposal: any CoordinatewiseProposal
    /// Holds all of the density, but for 10⁻⁹.
    let interval: ClosedRange<Double>
    let isPeriodic: Bool
  }

  static let all: [Case] = [
    Case(
      description: "uniform", proposal: UniformProposal([-1...3, 2...2.5]), interval: -1...3, isPeriodic: false),
    Case(
      description: "truncated normal",
      proposal: TruncatedNormalProposal([
        TruncatedNormal(mean: 1, standardDeviation: 0.7, bounds: 0.5...3),
        TruncatedNormal(mean: -1, standardDeviation: 0.5, bounds: -1...4),
      ]), interval: -1...4, isPeriodic: false),
    Case(
      description: "von Mises", proposal: VonMisesProposal(means: [2.5, -1, 0.3], concentrations: [0, 1.7, 120]),
      interval: -Double.pi...Double.pi, isPeriodic: true),
    Case(
      description: "fitted marginals on lines", proposal: FittedMarginalsProposal(skewed), interval: -14...18,
      isPeriodic: false),
    Case(
      description: "fitted marginals on circles", proposal: FittedMarginalsProposal(skewed, periodic: [0, 1]),
      interval: -Double.pi...Double.pi, isPeriodic: true),
  ]

  /// Two skewed coordinates, one over the edge of a turn.
  static let skewed: Configurations = {
    var random = RandomStream(seed: 40)
    var x = Configurations(count: 500, dimension: 2)
    for sample in 0..<500 {
      x[sample, 0] = exp(0.4 * random.normal()) + 1.7
      x[sample, 1] = 0.3 * random.normal() - (random.uniform() < 0.3 ? 2 : 0)
    }
    return x
  }()

  @Test(arguments: all) func normalisationAndMoments(_ test: Case) throws {
    let (x, logQ) = try test.proposal.draw(0..<20_000, from: RandomStream(seed: 41))
    #expect(try test.proposal.logDensities(of: x) == logQ)
    let points = 400_000
    let step = (test.interval.upperBound - test.interval.lowerBound) / Double(points)
    for i in 0..<test.proposal.dimension {
      let functions: [(Double) -> Double] =
        test.isPeriodic ? [{ cos($0) }, { sin($0) }, { sin(2 * $0) }] : [{ $0 }, { $0 * $0 }]
      var mass = 0.0
      var moments = [Double](repeating: 0, count: functions.count)
      for k in 0..<points {
        let t = test.interval.lowerBound + (Double(k) + 0.5) * step
        let p = exp(test.proposal.logDensity(coordinate: i, at: t).value) * step
        mass += p
        for (n, f) in functions.enumerated() { moments[n] += p * f(t) }
      }
      // The midpoint rule errs by a step's share where a density has an edge.
      #expect(abs(mass - 1) < 1e-4, "\(mass)")
      for (f, expected) in zip(functions, moments) {
        // |z| < 5 fails with probability 6e-7 for a wrong choice of seed; the quadrature's error is far below.
        #expect(abs(zScore((0..<x.count).map { f(x[$0, i]) }, expected: expected)) < 5)
      }
    }
  }

  @Test(arguments: all) func slopes(_ test: Case) throws {
    let (x, _) = try test.proposal.draw(0..<100, from: RandomStream(seed: 42))
    var gradient = Configurations(count: 0, dimension: 1)
    _ = try test.proposal.logDensities(of: x, gradient: &gradient)
    let h = 1e-6
    for sample in 0..<x.count {
      for i in 0..<x.dimension {
        let above = test.proposal.logDensity(coordinate: i, at: x[sample, i] + h).value
        let below = test.proposal.logDensity(coordinate: i, at: x[sample, i] - h).value
        // Differences across an edge or a kink are no derivatives.
        let middle = test.proposal.logDensity(coordinate: i, at: x[sample, i]).value
        guard above.isFinite, below.isFinite, abs(above + below - 2 * middle) < 1e-9 else { continue }
        let found = gradient[sample, i]
        #expect(abs((above - below) / (2 * h) - found) < 1e-5 * (1 + abs(found)))
      }
    }
  }

  @Test func productsPutFieldsInTheirPlaces() throws {
    let product = ProductProposal([
      .init([2, 0], NormalProposal(means: [1, -2], widths: [0.5, 2])),
      .init([1], VonMisesProposal(means: [0.5], concentrations: [3])),
    ])
    let (x, logQ) = try product.draw(0..<2000, from: RandomStream(seed: 43))
    let expected = (0..<x.count).map { sample in
      let normal = NormalProposal(means: [1, -2], widths: [0.5, 2])
      let pair = Configurations(count: 1, dimension: 2, coordinates: [x[sample, 2], x[sample, 0]])
      return normal.logDensities(of: pair)[0]
        + VonMisesProposal(means: [0.5], concentrations: [3]).logDensity(coordinate: 0, at: x[sample, 1]).value
    }
    for (a, b) in zip(logQ, expected) { #expect(abs(a - b) < 1e-12) }
    var gradient = Configurations(count: 0, dimension: 1)
    for (a, b) in zip(try product.logDensities(of: x, gradient: &gradient), logQ) { #expect(abs(a - b) < 1e-12) }
    #expect(abs(gradient[7, 0] - (-2 - x[7, 0]) / 4) < 1e-12 && abs(gradient[7, 2] - (1 - x[7, 2]) / 0.25) < 1e-12)
    #expect(abs(zScore((0..<2000).map { x[$0, 2] }, expected: 1)) < 5)
    let part = try product.draw(5..<9, from: RandomStream(seed: 43))
    #expect(part.x == x.slice(5..<9) && part.logQ == Array(logQ[5..<9]))
  }

  /// Where samples are, densities are theirs; where none are, they are small but not zero.
  @Test func fittedMarginalsFollowTheSamples() {
    let fitted = FittedMarginalsProposal(Self.skewed, nodes: 24)
    let (x, _) = fitted.draw(0..<20_000, from: RandomStream(seed: 44))
    for limit in [2.3, 2.7, 3.5] {
      let share = Double((0..<500).count { Self.skewed[$0, 0] < limit }) / 500
      let drawn = Double((0..<20_000).count { x[$0, 0] < limit }) / 20_000
      #expect(abs(share - drawn) < 0.05)
    }
    let far = fitted.logDensity(coordinate: 0, at: 30).value
    #expect(far.isFinite && far < -50)
    #expect(fitted.logDensity(coordinate: 0, at: 1e6).value.isFinite)
  }
}
