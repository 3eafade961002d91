import Energies
import Foundation
import Randomness
import Sampling
import Testing

/// Walkers led from one density to another through the geometric path between them.
struct PathCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let start: TargetCase
  let end: TargetCase
  /// Intermediate densities, the end included.
  let levels: Int
  /// Path steps at each.
  let stepsPerLevel: Int

  static let all = [
    PathCase(
      testDescription: "Gaussians", start: .harmonic(mean: [0, 0.5, -1, 0], stiffness: [1, 2, 1, 3]),
      end: .harmonic(mean: [0.8, 0, -1, -0.5], stiffness: [3, 1, 4, 2]), levels: 5, stepsPerLevel: 2),
    PathCase(
      testDescription: "Gaussian to double well", start: .harmonic(mean: [0.3, 0.4], stiffness: [0.3, 1.5]),
      end: .doubleWell(tilt: 0.4), levels: 6, stepsPerLevel: 2),
    PathCase(
      testDescription: "double well of another tilt", start: .doubleWell(tilt: 0.4), end: .doubleWell(tilt: -0.6),
      levels: 6, stepsPerLevel: 1),
  ]

  /// The end has a hard wall that the start knows nothing of.
  static let wall = PathCase(
    testDescription: "Gaussian to hard wall", start: .harmonic(mean: [0.9, 0], stiffness: [1.5, 2]), end: .wall,
    levels: 4, stepsPerLevel: 2)

  var logRatio: Double { end.logPartitionFunction - start.logPartitionFunction }

  /// ln w of each walker and where it ends; `backward` goes through the same densities from the end to the start.
  func run(
    _ kernel: any Kernel, count: Int, seed: UInt64, backward: Bool = false
  ) throws -> (logWeights: [Double], x: Configurations) {
    let random = RandomStream(seed: seed)
    let (from, to) = backward ? (end, start) : (start, end)
    let x = from.sample(count, random.child(0))
    var logWeights = try from.density.reducedPotentials(of: x)
    var walkers = try kernel.start(at: x, target: from.density, using: random.child(1))
    var number = 2
    for level in 1...levels {
      let beta = Double(backward ? levels + 1 - level : level) / Double(levels)
      let density = InterpolatedDensity(start: start.density, end: end.density, beta: beta)
      try kernel.retarget(&walkers, to: density)
      for _ in 0..<stepsPerLevel {
        let transition = try kernel.pathStep(&walkers, target: density, using: random.child(number))
        for w in 0..<count { logWeights[w] += transition.logPathRatios[w] }
        number += 1
      }
    }
    let final = try to.density.reducedPotentials(of: walkers.x)
    return (zip(logWeights, final).map(-), walkers.x)
  }
}

/// 400 z-scores, of which one lies beyond 5 with a probability of 2·10⁻⁴, or some 10⁻³ because weights are skewed. Ends
/// have the lighter tails, or means of weights would depend on walkers that are never seen; the way back is tested by
/// averages of bounded functions.
@Suite struct PathWeightTests {
  static let pairs: [(KernelCase, PathCase)] = KernelCase.all.flatMap { kernel in
    PathCase.all.map { (kernel, $0) } + [(kernel, PathCase.wall)]
  }

  @Test("The mean weight is Z₁/Z₀ and weighted averages are those of the target", arguments: pairs)
  func exactness(_ kernelCase: KernelCase, _ path: PathCase) throws {
    let kernel = kernelCase.make(path.start.density.dimension)
    let (logWeights, x) = try path.run(kernel, count: 8000, seed: 61)
    let weights = logWeights.map { exp($0 - path.logRatio) }
    let z = ZScore(weights, expected: 1)
    #expect(abs(z.value) < 5, "mean weight: \(z)")
    #expect(z.error < 0.1, "the path says nothing: \(z)")
    for observable in path.end.observables {
      let values = observable.values(x)
      let z = ZScore(weights.indices.map { weights[$0] * (values[$0] - observable.average) }, expected: 0)
      #expect(abs(z.value) < 5, "\(observable.name): \(z)")
    }
  }

  /// Crooks's theorem (1999, doi:10.1103/PhysRevE.60.2721) P_F(W) = P_B(−W) e^{W − ΔF} with W = −ln w, for the bounded
  /// functions f = 1/(1 + e^{W − C}): ⟨f(W − C)⟩_F = e^{C − ΔF} ⟨f(W + C)⟩_B. C = ΔF is Bennett's estimator.
  @Test("Work forwards and backwards obeys Crooks's theorem", arguments: pairs)
  func crooks(_ kernelCase: KernelCase, _ path: PathCase) throws {
    // Walkers from behind a wall have W = +∞ and f = 0; backwards nobody comes there.
    let kernel = kernelCase.make(path.start.density.dimension)
    let forward = try path.run(kernel, count: 8000, seed: 62).logWeights
    let backward = try path.run(kernel, count: 8000, seed: 63, backward: true).logWeights
    let freeEnergy = -path.logRatio
    for shift in [-1.5, 0, 1.5] {
      let c = freeEnergy + shift
      let a = forward.map { 1 / (1 + exp(-$0 - c)) }
      let b = backward.map { exp(shift) / (1 + exp(-$0 + c)) }
      #expect(abs(ZScore(zip(a, b).map(-), expected: 0).value) < 5)
    }
  }

  @Test("Without a move the weight is that of plain importance sampling", arguments: KernelCase.all)
  func nullMoves(_ kernelCase: KernelCase) throws {
    let path = PathCase.all[2]
    let start = path.start.sample(200, RandomStream(seed: 64))
    let plain = zip(
      try path.start.density.reducedPotentials(of: start), try path.end.density.reducedPotentials(of: start)
    ).map(-)
    // No steps at all.
    let still = PathCase(testDescription: "", start: path.start, end: path.end, levels: 3, stepsPerLevel: 0)
    let none = try still.run(kernelCase.make(2), count: 200, seed: 65)
    let x = path.start.sample(200, RandomStream(seed: 65).child(0))
    #expect(none.x == x)
    #expect(
      none.logWeights
        == zip(try path.start.density.reducedPotentials(of: x), try path.end.density.reducedPotentials(of: x)).map(-))
    // Steps too long to be accepted, or so short that they change nothing.
    var kernel = kernelCase.make(2)
    kernel.stepSize = kernelCase.bias == nil ? 1e6 : 1e-14
    var walkers = try kernel.start(at: start, target: path.end.density, using: RandomStream(seed: 66))
    let transition = try kernel.pathStep(&walkers, target: path.end.density, using: RandomStream(seed: 67))
    if kernelCase.bias == nil { #expect(walkers.x == start) }
    let weights = zip(
      zip(try path.start.density.reducedPotentials(of: start), walkers.reducedPotentials).map(-),
      transition.logPathRatios
    ).map(+)
    for (weight, expected) in zip(weights, plain) { #expect(abs(weight - expected) < 1e-5) }
  }
}
