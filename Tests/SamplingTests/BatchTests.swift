import Energies
import Randomness
import Sampling
import Testing

/// What holds for every kernel and every walker, bit for bit.
@Suite struct BatchTests {
  static let target = TargetCase.doubleWell(tilt: 0.4)

  /// Some steps and path steps of walkers `range` of an unlimited population.
  static func walk(
    _ kernel: any Kernel, _ range: Range<Int>, of x: Configurations
  ) throws -> (walkers: Walkers, reports: [[Double]]) {
    let random = RandomStream(seed: 91)
    var walkers = try kernel.start(
      at: x.slice(range), first: range.lowerBound, target: target.density, using: random.child(-1))
    var reports: [[Double]] = []
    for step in 0..<4 {
      reports.append(try kernel.step(&walkers, target: target.density, using: random.child(2 * step)).acceptance)
      let transition = try kernel.pathStep(&walkers, target: target.density, using: random.child(2 * step + 1))
      reports += [transition.acceptance, transition.logPathRatios]
    }
    return (walkers, reports)
  }

  @Test("A batch cut in parts gives the same bytes", arguments: KernelCase.all)
  func parts(_ kernelCase: KernelCase) throws {
    let x = Self.target.sample(64, RandomStream(seed: 92))
    let kernel = kernelCase.make(2)
    let whole = try Self.walk(kernel, 0..<64, of: x)
    let left = try Self.walk(kernel, 0..<32, of: x)
    let right = try Self.walk(kernel, 32..<64, of: x)
    #expect(whole.walkers.x == left.walkers.x.appending(right.walkers.x))
    #expect(whole.walkers.gradient == left.walkers.gradient.appending(right.walkers.gradient))
    #expect(whole.walkers.reducedPotentials == left.walkers.reducedPotentials + right.walkers.reducedPotentials)
    if let velocities = whole.walkers.velocities {
      #expect(velocities == left.walkers.velocities!.appending(right.walkers.velocities!))
    }
    #expect(whole.reports == zip(left.reports, right.reports).map { $0 + $1 })
    let again = try Self.walk(kernel, 0..<64, of: x)
    #expect(again.walkers == whole.walkers && again.reports == whole.reports)
    // Walkers of other numbers have other random numbers.
    let renumbered = try Self.walk(kernel, 0..<32, of: x.slice(32..<64))
    #expect(renumbered.walkers.x != right.walkers.x)
  }

  @Test("Stored potentials and gradients are those of the positions", arguments: KernelCase.all)
  func stored(_ kernelCase: KernelCase) throws {
    let x = Self.target.sample(200, RandomStream(seed: 93))
    let kernel = kernelCase.make(2)
    let walkers = try Self.walk(kernel, 0..<200, of: x).walkers
    var gradient = walkers.gradient
    #expect(
      try Self.target.density.reducedPotentials(of: walkers.x, gradient: &gradient) == walkers.reducedPotentials)
    if type(of: kernel).usesGradient { #expect(gradient == walkers.gradient) }
    var moved = walkers
    try kernel.retarget(&moved, to: TargetCase.mixture.density)
    #expect(try TargetCase.mixture.density.reducedPotentials(of: walkers.x) == moved.reducedPotentials)
    #expect(moved.x == walkers.x && moved.velocities == walkers.velocities)
    try kernel.retarget(&moved, to: Self.target.density)
    #expect(moved == walkers)
  }

  @Test("A rejected walker is left as it was, and its velocity turns", arguments: KernelCase.metropolised)
  func rejection(_ kernelCase: KernelCase) throws {
    let x = Self.target.sample(500, RandomStream(seed: 94))
    var kernel = kernelCase.make(2)
    // Ordinary steps, of which some are rejected; much too long ones; such that end outside the numbers.
    for (factor, fewest) in [(2.0, 20), (1e3, 480), (1e200, 500)] {
      kernel.stepSize = kernelCase.make(2).stepSize * factor
      let start = try kernel.start(at: x, target: Self.target.density, using: RandomStream(seed: 95))
      for isPathStep in [false, true] {
        var walkers = start
        var ratios = [Double](repeating: 0, count: 500)
        if isPathStep {
          let random = RandomStream(seed: 96)
          ratios = try kernel.pathStep(&walkers, target: Self.target.density, using: random).logPathRatios
        } else {
          _ = try kernel.step(&walkers, target: Self.target.density, using: RandomStream(seed: 96))
        }
        let stayed = (0..<500).filter { walkers.x.slice($0..<$0 + 1) == x.slice($0..<$0 + 1) }
        #expect(stayed.count >= fewest)
        for w in stayed {
          #expect(walkers.reducedPotentials[w] == start.reducedPotentials[w] && ratios[w] == 0)
          #expect(walkers.gradient.slice(w..<w + 1) == start.gradient.slice(w..<w + 1))
        }
        #expect(walkers.velocities?.coordinates.allSatisfy { $0.isFinite } ?? true)
      }
    }
  }

  @Test("Generalized HMC without friction turns the velocities of rejected walkers, of others not")
  func turning() throws {
    let x = Self.target.sample(500, RandomStream(seed: 97))
    let kernel = GeneralizedHamiltonianMonteCarlo(
      velocityVariances: KernelCase.variances(2), stepSize: 0.8, friction: 0)
    let start = try kernel.start(at: x, target: Self.target.density, using: RandomStream(seed: 98))
    var walkers = start
    _ = try kernel.step(&walkers, target: Self.target.density, using: RandomStream(seed: 99))
    var rejected = 0
    for w in 0..<500 where walkers.x[w, 0] == x[w, 0] {
      rejected += 1
      for c in 0..<2 { #expect(walkers.velocities![w, c] == -start.velocities![w, c]) }
    }
    #expect(rejected > 20 && rejected < 480)
  }
}
