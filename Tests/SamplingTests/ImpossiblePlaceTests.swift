import Energies
import Randomness
import Sampling
import Testing

/// Walkers at and beyond a hard wall, where u = +∞ and there is no gradient.
@Suite struct ImpossiblePlaceTests {
  static let target = TargetCase.wall.density
  static let count = 400

  /// Every kernel's long step from near the wall takes some walkers through it.
  static func start(_ kernel: any Kernel, first: Int = 0) throws -> Walkers {
    var x = Configurations(count: count, dimension: 2)
    for w in 0..<count { x[w, 0] = 0.1 }
    return try kernel.start(at: x, first: first, target: target, using: RandomStream(seed: 101))
  }

  @Test("Nobody gets through the wall, and nobody hurts himself", arguments: KernelCase.metropolised)
  func metropolised(_ kernelCase: KernelCase) throws {
    let kernel = kernelCase.make(2)
    var walkers = try Self.start(kernel)
    var rejections = 0
    for step in 0..<20 {
      let acceptance = try kernel.step(&walkers, target: Self.target, using: RandomStream(seed: 102).child(step))
        .acceptance
      rejections += acceptance.filter { $0 == 0 }.count
    }
    #expect(rejections > 100)
    #expect((0..<Self.count).allSatisfy { walkers.x[$0, 0] > 0 })
    #expect(walkers.reducedPotentials.allSatisfy { $0.isFinite })
    #expect(walkers.gradient.coordinates.allSatisfy { $0.isFinite })
    #expect(walkers.velocities?.coordinates.allSatisfy { $0.isFinite } ?? true)
  }

  @Test("Unadjusted kernels say which walker left; as path kernels they stay", arguments: KernelCase.unadjusted)
  func unadjusted(_ kernelCase: KernelCase) throws {
    let kernel = kernelCase.make(2)
    let start = try Self.start(kernel, first: 1000)
    var walkers = start
    let transition = try kernel.pathStep(&walkers, target: Self.target, using: RandomStream(seed: 103))
    let stayed = (0..<Self.count).filter { transition.acceptance[$0] == 0 }
    #expect(stayed.count > 20 && stayed.count < 380)
    for w in 0..<Self.count {
      #expect(stayed.contains(w) == (walkers.x.slice(w..<w + 1) == start.x.slice(w..<w + 1)))
      #expect(!stayed.contains(w) || transition.logPathRatios[w] == 0)
      #expect(walkers.x[w, 0] > 0 && walkers.reducedPotentials[w].isFinite && transition.logPathRatios[w].isFinite)
    }
    #expect(walkers.gradient.coordinates.allSatisfy { $0.isFinite })
    #expect(walkers.velocities?.coordinates.allSatisfy { $0.isFinite } ?? true)

    walkers = start
    #expect {
      _ = try kernel.step(&walkers, target: Self.target, using: RandomStream(seed: 104))
    } throws: { error in
      guard case .unstable(let walker, let step)? = error as? SamplingError else { return false }
      return (1000..<1400).contains(walker) && step == kernel.stepSize
    }
  }

  @Test("A step that leads out of the numbers is unstable too", arguments: KernelCase.unadjusted)
  func runaway(_ kernelCase: KernelCase) throws {
    var kernel = kernelCase.make(2)
    kernel.stepSize = 1e300
    let density = BatchTests.target.density
    let x = BatchTests.target.sample(10, RandomStream(seed: 105))
    var walkers = try kernel.start(at: x, target: density, using: RandomStream(seed: 106))
    let transition = try kernel.pathStep(&walkers, target: density, using: RandomStream(seed: 107))
    #expect(walkers.x == x && transition.logPathRatios == [Double](repeating: 0, count: 10))
    #expect(throws: SamplingError.unstable(walker: 0, stepSize: 1e300)) {
      try kernel.step(&walkers, target: density, using: RandomStream(seed: 108))
    }
  }

  @Test("A walker that starts behind the wall", arguments: KernelCase.all)
  func impossibleStart(_ kernelCase: KernelCase) throws {
    let kernel = kernelCase.make(2)
    let x = Configurations(count: 2, dimension: 2, coordinates: [0.5, 0, -0.3, 0])
    let start = try kernel.start(at: x, first: 7, target: Self.target, using: RandomStream(seed: 109))
    #expect(start.reducedPotentials[1] == .infinity && start.reducedPotentials[0].isFinite)
    var walkers = start
    if kernelCase.bias != nil {
      #expect(throws: SamplingError.impossibleStart(walker: 8)) {
        try kernel.step(&walkers, target: Self.target, using: RandomStream(seed: 110))
      }
    }
    // The way out has no way back: weight zero. Without a way out, nothing happens.
    for seed in UInt64(111)...130 {
      walkers = start
      let ratio = try kernel.pathStep(&walkers, target: Self.target, using: RandomStream(seed: seed)).logPathRatios[1]
      let left = walkers.x[1, 0] != x[1, 0]
      #expect(ratio == (left ? -.infinity : 0))
      #expect(!left || (walkers.x[1, 0] > 0 && !type(of: kernel).usesGradient))
      #expect(walkers.reducedPotentials[1].isFinite == left)
    }
    if !type(of: kernel).usesGradient {
      walkers = start
      for step in 0..<100 {
        _ = try kernel.step(&walkers, target: Self.target, using: RandomStream(seed: 5).child(step))
      }
      #expect(walkers.x[1, 0] > 0)
    }
  }
}
