import Energies
import Randomness
import Sampling
import Testing

/// Metropolised kernels leave the target as it is, and lead to it. One z-score in 500 lies beyond 5 by chance in 3·10⁻⁴ of
/// all choices of the seeds, which are fixed.
@Suite struct InvarianceTests {
  static let pairs: [(KernelCase, TargetCase)] = KernelCase.metropolised.flatMap { kernel in
    (TargetCase.all + [.wall]).map { (kernel, $0) }
  }

  /// Walkers after `steps` steps from `x`.
  static func walk(
    _ kernel: any Kernel, from x: Configurations, on target: any TargetDensity, steps: Int, seed: UInt64
  ) throws -> Walkers {
    let random = RandomStream(seed: seed)
    var walkers = try kernel.start(at: x, target: target, using: random.child(-1))
    for step in 0..<steps { _ = try kernel.step(&walkers, target: target, using: random.child(step)) }
    return walkers
  }

  @Test("Exact samples stay exact samples", arguments: pairs)
  func invariance(_ kernelCase: KernelCase, _ target: TargetCase) throws {
    let start = target.sample(20_000, RandomStream(seed: 11))
    let kernel = kernelCase.make(start.dimension)
    let walkers = try Self.walk(kernel, from: start, on: target.density, steps: 15, seed: 12)
    #expect(walkers.x != start)
    for observable in target.observables {
      let z = ZScore(observable.values(walkers.x), expected: observable.average)
      #expect(abs(z.value) < 5, "\(observable.name): \(z)")
    }
    if let velocities = walkers.velocities {
      for (c, variance) in kernel.velocityVariances!.enumerated() {
        let v = (0..<walkers.count).map { velocities[$0, c] }
        #expect(abs(ZScore(v, expected: 0).value) < 5)
        #expect(abs(ZScore(v.map { $0 * $0 }, expected: variance).value) < 5)
        // Positions and velocities are independent.
        #expect(abs(ZScore(v.indices.map { v[$0] * walkers.x[$0, c] }, expected: 0).value) < 5)
      }
    }
  }

  @Test("Walkers that all start at one point of one basin reach the target", arguments: pairs)
  func convergence(_ kernelCase: KernelCase, _ target: TargetCase) throws {
    let point = target.sample(1, RandomStream(seed: 21))
    let count = 2000
    let start = Configurations(
      count: count, dimension: point.dimension,
      coordinates: (0..<count).flatMap { _ in point.coordinates })
    let walkers = try Self.walk(
      kernelCase.make(point.dimension), from: start, on: target.density, steps: 160, seed: 22)
    for observable in target.observables {
      let z = ZScore(observable.values(walkers.x), expected: observable.average)
      #expect(abs(z.value) < 5, "\(observable.name): \(z)")
    }
  }

  /// ⟨f(x) g(y)⟩ = ⟨g(x) f(y)⟩ for a step x → y at equilibrium: what the weight of a path with this kernel stands on.
  @Test("Positions of steps with fresh velocities are in detailed balance", arguments: pairs)
  func detailedBalance(_ kernelCase: KernelCase, _ target: TargetCase) throws {
    let start = target.sample(20_000, RandomStream(seed: 31))
    let kernel = kernelCase.make(start.dimension)
    let random = RandomStream(seed: 32)
    var walkers = try kernel.start(at: start, target: target.density, using: random.child(-1))
    _ = try kernel.pathStep(&walkers, target: target.density, using: random.child(0))
    let functions = target.observables.map { (before: $0.values(start), after: $0.values(walkers.x)) }
    for (i, f) in functions.enumerated() {
      for g in functions[..<i] {
        let differences = f.before.indices.map { f.before[$0] * g.after[$0] - g.before[$0] * f.after[$0] }
        #expect(abs(ZScore(differences, expected: 0).value) < 5)
      }
    }
  }

  @Test("The reported probabilities are those with which moves are accepted", arguments: pairs)
  func acceptance(_ kernelCase: KernelCase, _ target: TargetCase) throws {
    let start = target.sample(20_000, RandomStream(seed: 41))
    let kernel = kernelCase.make(start.dimension)
    let random = RandomStream(seed: 42)
    var walkers = try kernel.start(at: start, target: target.density, using: random.child(-1))
    let transition = try kernel.step(&walkers, target: target.density, using: random.child(0))
    let excess = (0..<start.count).map { w in (walkers.x[w, 0] == start[w, 0] ? 0 : 1) - transition.acceptance[w] }
    #expect(abs(ZScore(excess, expected: 0).value) < 5)
    let mean = transition.acceptance.reduce(0, +) / Double(start.count)
    #expect(mean > 0.2 && mean < 0.99, "the registered step decides nothing here")
  }
}
