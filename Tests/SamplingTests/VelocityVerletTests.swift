import Energies
import Foundation
import Randomness
import Testing

@testable import Sampling

/// The integrator by itself: reversible, volume-preserving, of second order.
@Suite struct VelocityVerletTests {
  static let target = TargetCase.doubleWell(tilt: 0.4, dimension: 3).density
  static let variances = KernelCase.variances(3)

  static func start(_ count: Int, seed: UInt64) throws -> Walkers {
    let x = TargetCase.doubleWell(tilt: 0.4, dimension: 3).sample(count, RandomStream(seed: seed))
    return try HamiltonianMonteCarlo(velocityVariances: variances, stepSize: 1, leapfrogSteps: 1)
      .start(at: x, target: target, using: RandomStream(seed: seed))
  }

  static func integrate(_ walkers: Walkers, time: Double, steps: Int) throws -> Walkers {
    var walkers = walkers
    let verlet = VelocityVerlet(variances: variances, timeStep: time / Double(steps))
    #expect(try verlet.integrate(&walkers, steps: steps, target: target).isEmpty)
    return walkers
  }

  static func energies(_ walkers: Walkers) -> [Double] {
    let kinetic = VelocityVerlet(variances: variances, timeStep: 1).kineticEnergies(walkers)
    return zip(walkers.reducedPotentials, kinetic).map(+)
  }

  static func largest(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map { abs($0 - $1) }.max()! }

  @Test("With velocities turned round the way leads back")
  func reversible() throws {
    let start = try Self.start(50, seed: 51)
    var there = try Self.integrate(start, time: 10, steps: 100)
    #expect(Self.largest(there.x.coordinates, start.x.coordinates) > 1)
    for i in there.velocities!.coordinates.indices { there.velocities!.coordinates[i] *= -1 }
    let back = try Self.integrate(there, time: 10, steps: 100)
    #expect(Self.largest(back.x.coordinates, start.x.coordinates) < 1e-10)
    #expect(Self.largest(back.velocities!.coordinates, start.velocities!.coordinates.map { -$0 }) < 1e-10)
  }

  /// Central differences with steps of 10⁻⁵ err by 10⁻⁹ or so.
  @Test("The Jacobian of (x, v) → (x′, v′) has the determinant 1, for the whole map and each half")
  func volume() throws {
    let origin = try Self.start(1, seed: 53)
    let step = 1e-5
    func image(_ displaced: Int, by amount: Double) throws -> [Double] {
      var walkers = origin
      if displaced < 3 {
        walkers.x.coordinates[displaced] += amount
      } else {
        walkers.velocities!.coordinates[displaced - 3] += amount
      }
      walkers.reducedPotentials = try Self.target.reducedPotentials(of: walkers.x, gradient: &walkers.gradient)
      let end = try Self.integrate(walkers, time: 1.5, steps: 5)
      return end.x.coordinates + end.velocities!.coordinates
    }
    let columns = try (0..<6).map { i in
      zip(try image(i, by: step), try image(i, by: -step)).map { ($0 - $1) / (2 * step) }
    }
    #expect(abs(Self.determinant(columns) - 1) < 1e-7)
    // The map is far from the identity.
    #expect(columns.enumerated().contains { abs($1[$0] - 1) > 0.3 })
  }

  @Test("Half the step, a quarter of the energy's and of the trajectory's error")
  func secondOrder() throws {
    let start = try Self.start(200, seed: 54)
    let before = Self.energies(start)
    let exact = try Self.integrate(start, time: 2, steps: 8192)
    func errors(_ steps: Int) throws -> (energy: Double, position: Double, velocity: Double) {
      let end = try Self.integrate(start, time: 2, steps: steps)
      func norm(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      }
      return (
        norm(Self.energies(end), before), norm(end.x.coordinates, exact.x.coordinates),
        norm(end.velocities!.coordinates, exact.velocities!.coordinates)
      )
    }
    let all = try [64, 128, 256].map(errors)
    for (coarse, fine) in zip(all, all.dropFirst()) {
      #expect(abs(coarse.energy / fine.energy - 4) < 0.1)
      #expect(abs(coarse.position / fine.position - 4) < 0.1)
      #expect(abs(coarse.velocity / fine.velocity - 4) < 0.1)
    }
    #expect(all[2].energy > 1e-6)
  }

  /// In a parabola v² + ω² (1 − ω²h²/4) x² is conserved to rounding, with ω² = σ² k; the energy is not.
  @Test("The modified energy of a harmonic oscillator is conserved exactly")
  func modifiedEnergy() throws {
    let h = 0.8
    let (k, variance) = (3.0, 0.5)
    let target = ModelDensity(model: HarmonicOscillator(dimension: 1, stiffness: k))
    let kernel = HamiltonianMonteCarlo(velocityVariances: [variance], stepSize: h, leapfrogSteps: 1)
    let x = Configurations(count: 3, dimension: 1, coordinates: [0.3, -1.2, 2])
    var walkers = try kernel.start(at: x, target: target, using: RandomStream(seed: 55))
    let squared = variance * k
    func modified(_ walkers: Walkers) -> [Double] {
      zip(walkers.x.coordinates, walkers.velocities!.coordinates).map { x, v in
        v * v + squared * (1 - squared * h * h / 4) * x * x
      }
    }
    let before = modified(walkers)
    let verlet = VelocityVerlet(variances: [variance], timeStep: h)
    let energiesBefore = zip(walkers.reducedPotentials, verlet.kineticEnergies(walkers)).map(+)
    for _ in 0..<1000 { _ = try verlet.integrate(&walkers, steps: 1, target: target) }
    #expect(Self.largest(modified(walkers), before) < 1e-11)
    let energies = zip(walkers.reducedPotentials, verlet.kineticEnergies(walkers)).map(+)
    #expect(Self.largest(energies, energiesBefore) > 1e-2)
  }

  @Test("Langevin dynamics without friction and accepted GHMC without friction are velocity Verlet")
  func frictionless() throws {
    let start = try Self.start(100, seed: 56)
    let verlet = try Self.integrate(start, time: 0.05, steps: 5)
    var langevin = start
    let kernel = LangevinDynamics(velocityVariances: Self.variances, stepSize: 0.01, friction: 0)
    for step in 0..<5 {
      _ = try kernel.step(&langevin, target: Self.target, using: RandomStream(seed: 57).child(step))
    }
    #expect(Self.largest(langevin.x.coordinates, verlet.x.coordinates) < 1e-13)
    #expect(Self.largest(langevin.velocities!.coordinates, verlet.velocities!.coordinates) < 1e-12)
    var ghmc = start
    let generalized = GeneralizedHamiltonianMonteCarlo(
      velocityVariances: Self.variances, stepSize: 0.01, friction: 0, leapfrogSteps: 5)
    let acceptance = try generalized.step(&ghmc, target: Self.target, using: RandomStream(seed: 58)).acceptance
    let accepted = (0..<100).filter { ghmc.x[$0, 0] != start.x[$0, 0] }
    #expect(accepted.count > 95 && acceptance.min()! > 0.95)
    for w in accepted { #expect(ghmc.x.slice(w..<w + 1) == verlet.x.slice(w..<w + 1)) }
  }

  /// Gaussian elimination with pivoting.
  static func determinant(_ matrix: [[Double]]) -> Double {
    var a = matrix
    var product = 1.0
    for i in a.indices {
      let pivot = (i..<a.count).max { abs(a[$0][i]) < abs(a[$1][i]) }!
      if pivot != i {
        a.swapAt(pivot, i)
        product = -product
      }
      product *= a[i][i]
      for j in i + 1..<a.count {
        let factor = a[j][i] / a[i][i]
        for k in i..<a.count { a[j][k] -= factor * a[i][k] }
      }
    }
    return product
  }
}
