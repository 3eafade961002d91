import Energies
import Foundation
import Randomness
import Sampling
import Testing

/// Kernels without a Metropolis decision err by what theory says, and no more. Of 40 z-scores one lies beyond 5 by chance
/// in 2·10⁻⁵ of all choices of the seeds, which are fixed.
@Suite struct UnadjustedBiasTests {
  /// Averages of functions of each walker over time, after it has forgotten where it started: `[function][walker]`.
  static func timeAverages(
    _ kernel: any Kernel, from start: Configurations, on target: any TargetDensity, burnIn: Int, steps: Int,
    seed: UInt64, functions: [@Sendable (Walkers) -> [Double]]
  ) throws -> [[Double]] {
    let random = RandomStream(seed: seed)
    var walkers = try kernel.start(at: start, target: target, using: random.child(-1))
    var sums = functions.map { _ in [Double](repeating: 0, count: start.count) }
    for step in 0..<burnIn + steps {
      _ = try kernel.step(&walkers, target: target, using: random.child(step))
      guard step >= burnIn else { continue }
      for (k, function) in functions.enumerated() {
        for (w, value) in function(walkers).enumerated() { sums[k][w] += value / Double(steps) }
      }
    }
    return sums
  }

  /// By how much ⟨|∇u|²⟩ over walkers that start as exact samples has changed after some path steps, relative to itself.
  ///
  /// With the weights w of these paths ⟨w f⟩ is the exact average, so the change is ⟨(1 − w) f⟩, whose noise vanishes with
  /// the step as the change itself does.
  static func change(_ kernel: any Kernel, on target: TargetCase, pathSteps: Int) throws -> ZScore {
    let random = RandomStream(seed: 71)
    let start = target.sample(40_000, random.child(-2))
    var walkers = try kernel.start(at: start, target: target.density, using: random.child(-1))
    func squaredGradients() -> [Double] {
      (0..<walkers.count).map { w in
        (0..<walkers.dimension).reduce(0) { $0 + walkers.gradient[w, $1] * walkers.gradient[w, $1] }
      }
    }
    let mean = squaredGradients().reduce(0, +) / Double(walkers.count)
    var logWeights = walkers.reducedPotentials
    for step in 0..<pathSteps {
      let ratios = try kernel.pathStep(&walkers, target: target.density, using: random.child(step)).logPathRatios
      for w in ratios.indices { logWeights[w] += ratios[w] }
    }
    for w in logWeights.indices { logWeights[w] -= walkers.reducedPotentials[w] }
    return ZScore(zip(squaredGradients(), logWeights).map { -expm1($1) * ($0 / mean - 1) }, expected: 0)
  }

  /// A path step of length s leads as far in time as sᵖ: p = 1 for the step of a diffusion, 2 for dynamics with velocities
  /// drawn anew each time.
  @Test("The error of averages falls with the stated power of the step", arguments: KernelCase.unadjusted)
  func order(_ kernelCase: KernelCase) throws {
    let bias = kernelCase.bias!
    for halvings in 0..<3 {
      var kernel = kernelCase.make(2)
      kernel.stepSize = bias.coarseStep / Double(1 << halvings)
      let change = try Self.change(kernel, on: .mixture, pathSteps: 4 << (bias.order * halvings))
      let bound = bias.coarseError / Double(1 << (bias.order * halvings))
      #expect(abs(change.mean) < bound + 5 * change.error, "\(change)")
      #expect(abs(change.mean) > 8 * change.error, "the error cannot be seen: \(change)")
    }
  }

  @Test("Langevin trajectories of one length have errors of O(h²) or less", arguments: [0.2, 2.0])
  func langevinOrder(_ friction: Double) throws {
    for halvings in 0..<3 {
      let kernel = LangevinDynamics(
        velocityVariances: KernelCase.variances(2), stepSize: 0.6 / Double(1 << halvings), friction: friction,
        stepsPerPathStep: 4 << halvings)
      let change = try Self.change(kernel, on: .mixture, pathSteps: 1)
      let bound = 0.1 / Double(1 << (2 * halvings))
      #expect(abs(change.mean) < bound + 5 * change.error && change.error < 0.1 * bound, "\(change)")
    }
  }

  @Test("Overdamped Langevin in a parabola has the variance 1/(k (1 − ε k/2))", arguments: [0.1, 0.4, 0.9])
  func overdampedParabola(_ step: Double) throws {
    let k = 1.6
    let averages = try Self.timeAverages(
      OverdampedLangevin(stepSize: step), from: Configurations(count: 3000, dimension: 1),
      on: ModelDensity(model: HarmonicOscillator(dimension: 1, stiffness: k)), burnIn: Int(10 / step), steps: 100,
      seed: 73, functions: [{ $0.x.coordinates }, { $0.x.coordinates.map { $0 * $0 } }])
    #expect(abs(ZScore(averages[0], expected: 0).value) < 5)
    let z = ZScore(averages[1], expected: 1 / (k * (1 - 0.5 * step * k)))
    #expect(abs(z.value) < 5 && z.error < 0.02 * z.mean, "\(z)")
  }

  /// The stationary density of y = x − ε u′(x) + √(2ε) η by iteration of its transition density on a grid. Functions are
  /// analytic and vanish at the ends, so the trapezoidal rule's error is below 10⁻⁸.
  @Test("Overdamped Langevin in a skewed density has the moments of its own stationary density")
  func overdampedStationaryDensity() throws {
    let step = 0.2
    let target = TargetCase.skewed
    let grid = stride(from: -14.0, through: 4, by: 0.1).map { $0 }
    let transition = grid.map { x in
      grid.map { y in
        let deviation = y - x + step * (exp(x) - 2)
        return 0.1 * exp(-deviation * deviation / (4 * step)) / (4 * Double.pi * step).squareRoot()
      }
    }
    var density = grid.map { exp(2 * $0 - exp($0)) }
    for _ in 0..<200 {
      var next = [Double](repeating: 0, count: grid.count)
      for (i, p) in density.enumerated() { for j in grid.indices { next[j] += p * transition[i][j] } }
      let sum = next.reduce(0, +)
      density = next.map { $0 / sum }
    }
    let averages = try Self.timeAverages(
      OverdampedLangevin(stepSize: step), from: target.sample(4000, RandomStream(seed: 74)), on: target.density,
      burnIn: 50, steps: 300, seed: 75,
      functions: target.observables.dropFirst().map { observable in { observable.values($0.x) } })
    for (average, observable) in zip(averages, target.observables.dropFirst()) {
      let expected = zip(grid, density).reduce(0) { $0 + $1.1 * observable.value([$1.0]) }
      let z = ZScore(average, expected: expected)
      #expect(abs(z.value) < 5, "\(observable.name): \(z)")
      #expect(abs(z.mean - observable.average) > 8 * z.error, "the step's error cannot be seen")
    }
  }

  /// Leimkuhler & Matthews 2013, doi:10.1063/1.4802990, with ω² = σ² k.
  @Test(
    "Langevin in a parabola: positions exact at any step, ⟨v²⟩ = σ² (1 − ω²h²/4)",
    arguments: [(0.4, 1.0), (1.0, 0.3), (1.6, 2.0), (1.6, 0.2)])
  func langevinParabola(_ omegaStep: Double, _ friction: Double) throws {
    let (k, variance) = (1.6, 0.7)
    let step = omegaStep / (k * variance).squareRoot()
    let model = HarmonicOscillator(dimension: 1, stiffness: k, mean: 0.5)
    let averages = try Self.timeAverages(
      LangevinDynamics(velocityVariances: [variance], stepSize: step, friction: friction),
      from: Configurations(count: 3000, dimension: 1), on: ModelDensity(model: model),
      burnIn: Int(10 / (friction * step)) + 20, steps: 150, seed: 76,
      functions: [
        { $0.x.coordinates }, { $0.x.coordinates.map { ($0 - 0.5) * ($0 - 0.5) } },
        { $0.velocities!.coordinates.map { $0 * $0 } },
      ])
    #expect(abs(ZScore(averages[0], expected: 0.5).value) < 5)
    let position = ZScore(averages[1], expected: 1 / k)
    #expect(abs(position.value) < 5 && position.error < 0.02 / k, "\(position)")
    let velocity = ZScore(averages[2], expected: variance * (1 - omegaStep * omegaStep / 4))
    #expect(abs(velocity.value) < 5 && velocity.error < 0.02 * variance, "\(velocity)")
  }

  /// u = ¼ x⁴ + ½ x² + ½ x; strong friction makes the velocities of successive steps nearly independent.
  @Test("Langevin's velocities in an anharmonic well are colder by O(h²)")
  func langevinVelocities() throws {
    let model = AsymmetricDoubleWell(dimension: 1, a: 1, b: -1, c: 0.5)
    let deficits = try [0.3, 0.15].map { step in
      var random = RandomStream(seed: 77)
      let averages = try Self.timeAverages(
        LangevinDynamics(velocityVariances: [1], stepSize: step, friction: 20),
        from: model.exactSamples(4000, using: &random), on: ModelDensity(model: model), burnIn: 10, steps: 400,
        seed: 78, functions: [{ $0.velocities!.coordinates.map { $0 * $0 } }])
      return ZScore(averages[0], expected: 1)
    }
    let (coarse, fine) = (1 - deficits[0].mean, 1 - deficits[1].mean)
    #expect(coarse > 20 * deficits[0].error)
    #expect(abs(fine - coarse / 4) < 0.1 * coarse / 4 + 5 * deficits[1].error)
  }
}
