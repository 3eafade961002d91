import Energies
import Foundation
import Randomness
import Sampling
import Testing

/// A proposal without a gradient, uniform in a box: log q is −∞ outside.
struct BoxProposal: Proposal {
  let dimension: Int
  let halfWidth: Double

  func draw(_ range: Range<Int>, from random: RandomStream) -> (x: Configurations, logQ: [Double]) {
    var x = Configurations(count: range.count, dimension: dimension)
    for (sample, index) in range.enumerated() {
      var stream = random.child(index)
      for i in 0..<dimension { x[sample, i] = halfWidth * (2 * stream.uniform() - 1) }
    }
    return (x, logDensities(of: x))
  }

  func logDensities(of x: borrowing Configurations) -> [Double] {
    (0..<x.count).map { sample in
      let inside = (0..<dimension).allSatisfy { abs(x[sample, $0]) <= halfWidth }
      return inside ? -Double(dimension) * log(2 * halfWidth) : -.infinity
    }
  }
}

@Suite struct AnnealingPathTests {
  @Test("both ends are exact, whatever the other end says")
  func endsAreExact() throws {
    let path = GeometricPath(from: BoxProposal(dimension: 1, halfWidth: 3), to: GammaDensity())
    // Impossible for the target, possible for both, outside the box, and impossible for both.
    let x = Configurations(count: 4, dimension: 1, coordinates: [-1, 1, 5, -5])
    let box = log(6.0), u = [2.0, 10 - 2 * log(5)]
    #expect(try PathDensity(path, beta: 0).reducedPotentials(of: x) == [box, box, .infinity, .infinity])
    #expect(try PathDensity(path, beta: 1).reducedPotentials(of: x) == [.infinity, u[0], u[1], .infinity])
    let middle = try PathDensity(path, beta: 0.25).reducedPotentials(of: x)
    #expect(middle == [.infinity, 0.75 * box + 0.25 * u[0], .infinity, .infinity])

    let smooth = GeometricPath(from: NormalProposal(dimension: 1, width: 2), to: GammaDensity())
    var gradient = Configurations(count: 0, dimension: 1)
    _ = try PathDensity(smooth, beta: 0).reducedPotentials(of: x, gradient: &gradient)
    #expect(gradient.coordinates == [-0.25, 0.25, 1.25, -1.25])
    _ = try PathDensity(smooth, beta: 1).reducedPotentials(of: x, gradient: &gradient)
    #expect(gradient.coordinates[1] == 0 && abs(gradient.coordinates[2] - 1.6) < 1e-15)
  }

  static let model = density(of: AsymmetricDoubleWell())
  static let paths: [any AnnealingPath] = [
    GeometricPath(from: NormalProposal(means: [0.5, -1], widths: [2, 1.5]), to: model),
    LinearPath(from: density(of: HarmonicOscillator(stiffness: [0.3, 2], mean: [1, 0])), to: model),
    TemperaturePath(
      AsymmetricDoubleWell(), from: ThermodynamicState(temperature: 5 / Units.gasConstant), to: .unit),
  ]

  @Test("gradients along the path are those of its potentials", arguments: 0..<3)
  func gradients(_ index: Int) throws {
    func check(_ path: some AnnealingPath) throws {
      var random = RandomStream(seed: 63)
      let x = Configurations(count: 20, dimension: 2, coordinates: random.normals(40).map { 1.5 * $0 })
      for beta in [0, 0.3, 1] {
        let density = PathDensity(path, beta: beta)
        var gradient = Configurations(count: 0, dimension: 1)
        let u = try density.reducedPotentials(of: x, gradient: &gradient)
        let again = try density.reducedPotentials(of: x)
        #expect(u == again)
        for i in 0..<2 {
          var above = x, below = x
          for sample in 0..<x.count {
            above[sample, i] += 1e-5
            below[sample, i] -= 1e-5
          }
          let difference = zip(
            try density.reducedPotentials(of: above), try density.reducedPotentials(of: below))
          for (sample, (a, b)) in difference.enumerated() {
            // u of some hundred kT rounds at 1e-14, and u‴ is below 50.
            #expect(abs((a - b) / 2e-5 - gradient[sample, i]) < 1e-7)
          }
        }
      }
    }
    try check(Self.paths[index])
  }

  @Test("a temperature path is linear in 1/T")
  func temperatures() throws {
    let hot = ThermodynamicState(temperature: 4 / Units.gasConstant)
    let path = TemperaturePath(AsymmetricDoubleWell(), from: hot, to: .unit)
    let x = Configurations(count: 1, dimension: 2, coordinates: [1.1, 0.7])
    let u = try Self.model.reducedPotentials(of: x)[0]
    for (beta, factor) in [(0, 0.25), (0.5, 0.625), (1, 1)] {
      #expect(abs(try PathDensity(path, beta: beta).reducedPotentials(of: x)[0] - factor * u) < 1e-13)
    }
  }

  @Test("a kernel with gradients cannot start from a proposal without")
  func proposalsWithoutGradient() throws {
    let box = BoxProposal(dimension: 2, halfWidth: 5)
    let schedule = AnnealingSchedule(levels: 3)
    #expect(throws: SamplingError.noGradient(proposal: "BoxProposal")) {
      try AnnealedImportanceSampler(kernel: MetropolisAdjustedLangevin(stepSize: 0.1), schedule: schedule)
        .sample(10, from: box, to: Self.model, using: RandomStream(seed: 1))
    }
    let samples = try AnnealedImportanceSampler(kernel: RandomWalkMetropolis(stepSize: 0.5), schedule: schedule)
      .sample(10, from: box, to: Self.model, using: RandomStream(seed: 1))
    #expect(samples.logWeights.allSatisfy { $0.isFinite })
  }

  @Test("schedules ascend to 1 exactly, or say why not")
  func schedules() throws {
    for levels in [1, 3, 7, 1000] {
      for power in [1, 2.5, 0.7] {
        let schedule = AnnealingSchedule(levels: levels, power: power)
        #expect(schedule.betas.count == levels && schedule.betas.last == 1)
        #expect(try AnnealingSchedule(schedule.betas) == schedule)
      }
    }
    #expect(throws: AnnealingScheduleError.endsBeforeTarget(last: 0.9)) { try AnnealingSchedule([0.5, 0.9]) }
    #expect(throws: AnnealingScheduleError.endsBeforeTarget(last: 0)) { try AnnealingSchedule([Double]()) }
    #expect(throws: AnnealingScheduleError.notAscending(level: 1, beta: 0.5)) { try AnnealingSchedule([0.5, 0.5, 1]) }
    #expect(throws: AnnealingScheduleError.notAscending(level: 0, beta: 0)) { try AnnealingSchedule([0, 1]) }
    #expect(throws: AnnealingScheduleError.notAscending(level: 1, beta: 1.5)) { try AnnealingSchedule([0.5, 1.5]) }
    #expect(throws: AnnealingScheduleError.stepSizes(expected: 2, found: 1)) {
      try AnnealingSchedule([0.5, 1], stepSizes: [0.1])
    }
    #expect(throws: AnnealingScheduleError.self) { try AnnealingSchedule([.nan, 1]) }
  }
}
