import Energies
import Foundation
import Randomness
import Sampling
import Testing

/// Temperatures from velocities and from positions agree with the target's. z-scores of independent walkers; one of 30
/// beyond 5 has a probability of 2·10⁻⁵ for thousands of walkers, and of 10⁻⁵ each for 64 (Student's t).
@Suite struct TemperatureTests {
  /// |∇u|² − ∇²u of each walker, whose average over exp(−u) is zero where u is smooth (Rugh 1997,
  /// doi:10.1103/PhysRevLett.78.772), and |∇u|². The Laplacian is by central differences of the gradient.
  static func excess(
    _ walkers: Walkers, on target: any TargetDensity, displacement: Double
  ) throws -> (excess: [Double], squaredGradient: [Double]) {
    var squares = [Double](repeating: 0, count: walkers.count)
    var laplacians = squares
    for w in 0..<walkers.count {
      for c in 0..<walkers.dimension { squares[w] += walkers.gradient[w, c] * walkers.gradient[w, c] }
    }
    var gradient = walkers.gradient
    for c in 0..<walkers.dimension {
      for sign in [-1.0, 1] {
        var x = walkers.x
        for w in 0..<x.count { x[w, c] += sign * displacement }
        _ = try target.reducedPotentials(of: x, gradient: &gradient)
        for w in 0..<x.count { laplacians[w] += sign * gradient[w, c] / (2 * displacement) }
      }
    }
    return (zip(squares, laplacians).map(-), squares)
  }

  @Test(
    "The configurational temperature of every Metropolised kernel is that of the target",
    arguments: KernelCase.metropolised.filter { type(of: $0.make(1)).usesGradient }, TargetCase.all)
  func configurational(_ kernelCase: KernelCase, _ target: TargetCase) throws {
    let x = target.sample(4000, RandomStream(seed: 81))
    let walkers = try InvarianceTests.walk(
      kernelCase.make(x.dimension), from: x, on: target.density, steps: 5, seed: 82)
    let z = ZScore(try Self.excess(walkers, on: target.density, displacement: 1e-4).excess, expected: 0)
    #expect(abs(z.value) < 5, "\(z)")
  }

  /// 1 ps with short steps from a minimum, then 1 ps of 1 fs steps during which temperatures are taken.
  @Test("Alanine dipeptide at 300 K: kinetic and configurational temperature with GHMC")
  func alanineDipeptide() throws {
    let (target, variances, x) = try AlanineDipeptide.walkers(64)
    let (count, dimension) = (x.count, x.dimension)
    let random = RandomStream(seed: 83)
    var kernel = GeneralizedHamiltonianMonteCarlo(velocityVariances: variances, stepSize: 0.0005, friction: 20)
    var walkers = try kernel.start(at: x, target: target, using: random.child(-1))
    for step in 0..<1000 { _ = try kernel.step(&walkers, target: target, using: random.child(step)) }

    kernel.stepSize = 0.001
    var kinetic = [Double](repeating: 0, count: count)
    var excess = kinetic, squares = kinetic, acceptance = 0.0
    for step in 0..<1000 {
      let transition = try kernel.step(&walkers, target: target, using: random.child(1000 + step))
      acceptance += transition.acceptance.reduce(0, +) / Double(count * 1000)
      if step % 50 == 49 {
        for w in 0..<count {
          for c in 0..<dimension {
            let v = walkers.velocities![w, c]
            kinetic[w] += 300 * v * v / variances[c] / Double(dimension * 20)
          }
        }
      }
      if step % 250 == 249 {
        let frame = try Self.excess(walkers, on: target, displacement: 1e-6)
        for w in 0..<count {
          excess[w] += frame.excess[w] / 4
          squares[w] += frame.squaredGradient[w] / 4
        }
      }
    }
    let temperature = ZScore(kinetic, expected: 300)
    let configurational = ZScore(excess, expected: 0)
    let scale = squares.reduce(0, +) / Double(count)
    #expect(acceptance > 0.8 && acceptance < 0.9999)
    #expect(abs(temperature.value) < 5 && temperature.error < 3, "\(temperature) K")
    #expect(abs(configurational.value) < 5 && configurational.error < 0.03 * scale, "\(configurational) of \(scale)")
  }
}
