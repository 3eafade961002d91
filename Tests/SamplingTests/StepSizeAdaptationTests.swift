import Energies
import Foundation
import Randomness
import Sampling
import Synchronization
import Testing

@Suite struct StepSizeAdaptationTests {
  static let target = TargetCase.doubleWell(tilt: 0.4)

  static func tune(
    _ kernel: any Kernel, startingAt step: Double, seed: UInt64
  ) throws -> (kernel: any Kernel, walkers: Walkers, report: StepSizeAdaptation.Report) {
    // Opens the existential, because a kernel is tuned in place.
    func tune<Move: Kernel>(_ kernel: Move) throws -> (any Kernel, Walkers, StepSizeAdaptation.Report) {
      var kernel = kernel
      kernel.stepSize = step
      var walkers = try kernel.start(
        at: target.sample(200, RandomStream(seed: 120)), target: target.density, using: RandomStream(seed: 121))
      let report = try StepSizeAdaptation(targetAcceptance: 0.65, iterations: 300)
        .tune(&kernel, walkers: &walkers, target: target.density, using: RandomStream(seed: seed))
      return (kernel, walkers, report)
    }
    return try tune(kernel)
  }

  /// The mean of 200 × 100 acceptance probabilities is known to 0.003 or better.
  @Test(
    "The acceptance comes within 0.03 of the one wanted, from steps much too long or too short",
    arguments: KernelCase.metropolised, [0.03, 30])
  func reachesTarget(_ kernelCase: KernelCase, _ factor: Double) throws {
    let initial = kernelCase.make(2).stepSize * factor
    let result = try Self.tune(kernelCase.make(2), startingAt: initial, seed: 122)
    var walkers = result.walkers
    var sum = 0.0
    for step in 0..<100 {
      sum += try result.kernel.step(&walkers, target: Self.target.density, using: RandomStream(seed: 123).child(step))
        .acceptance.reduce(0, +)
    }
    #expect(abs(sum / 20_000 - 0.65) < 0.03, "\(sum / 20_000)")
    #expect(abs(result.report.acceptance - 0.65) < 0.03)
    #expect(result.report.stepSize == result.kernel.stepSize && result.report.initialStepSize == initial)
    #expect(result.report.targetAcceptance == 0.65 && result.report.iterations == 300)
    #expect(result.report.evaluations == 300 * 200 * result.kernel.evaluationsPerStep)
  }

  @Test("The same seed gives the same step, another seed another")
  func deterministic() throws {
    let kernel = KernelCase.metropolised[1].make(2)
    let first = try Self.tune(kernel, startingAt: 1, seed: 124)
    let second = try Self.tune(kernel, startingAt: 1, seed: 124)
    #expect(first.report == second.report && first.walkers == second.walkers)
    #expect(try Self.tune(kernel, startingAt: 1, seed: 125).report.stepSize != first.report.stepSize)
  }

  /// A kernel whose acceptance is given, and which remembers its steps.
  struct ScriptedKernel: Kernel {
    static let name = "scripted"
    static let isMetropolised = true
    static let usesGradient = false
    var velocityVariances: [Double]? { nil }
    var evaluationsPerStep: Int { 3 }
    var stepSize = 2.0
    let log = Log()

    final class Log: Sendable {
      let steps = Mutex<[Double]>([])
    }

    func step(
      _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
    ) throws -> Transition {
      let number = log.steps.withLock { steps in
        steps.append(stepSize)
        return steps.count
      }
      return try acceptances(number, walkers, target)
    }

    /// Transitions have no public initialiser; those of a far too short or long random walk are 1 or 0 for certain.
    private func acceptances(_ number: Int, _ walkers: Walkers, _ target: some TargetDensity) throws -> Transition {
      var copy = walkers
      return try RandomWalkMetropolis(stepSize: number % 3 == 0 ? 1e9 : 1e-30)
        .step(&copy, target: target, using: RandomStream(seed: 126))
    }

    func pathStep(
      _ walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
    ) throws -> PathTransition {
      preconditionFailure("not part of an adaptation")
    }
  }

  @Test("The recursion is Robbins and Monro's and the step its geometric mean over the second half")
  func recursion() throws {
    var kernel = ScriptedKernel()
    let x = Self.target.sample(2, RandomStream(seed: 127))
    var walkers = try kernel.start(at: x, target: Self.target.density, using: RandomStream(seed: 128))
    let report = try StepSizeAdaptation(targetAcceptance: 0.3, iterations: 10, decay: 0.75)
      .tune(&kernel, walkers: &walkers, target: Self.target.density, using: RandomStream(seed: 129))
    var expected = [log(2.0)]
    for n in 1..<10 { expected.append(expected.last! + ((n % 3 == 0 ? 0 : 1) - 0.3) / pow(Double(n), 0.75)) }
    let steps = kernel.log.steps.withLock { $0 }
    for (step, logStep) in zip(steps, expected) { #expect(abs(log(step) - logStep) < 1e-12) }
    #expect(steps.count == 10)
    #expect(abs(log(report.stepSize) - expected[5...].reduce(0, +) / 5) < 1e-12)
    #expect(report.stepSize == kernel.stepSize && report.evaluations == 60)
    #expect(abs(report.acceptance - 0.6) < 1e-12)
  }
}
