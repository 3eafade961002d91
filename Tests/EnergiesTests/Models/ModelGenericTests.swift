import Energies
import Randomness
import Testing

/// What every model promises, run over the registry.
@Suite struct ModelGenericTests {
  @Test(arguments: ModelCase.all)
  func energyIsTheSameWithAndWithoutForcesAndInAnyBatch(_ model: ModelCase) throws {
    let x = model.points(5, seed: 11)
    var forces = Configurations(count: 0, dimension: 1)
    let energies = try model.model.energies(of: x)
    #expect(energies.allSatisfy { $0.isFinite })
    #expect(try model.model.energies(of: x, forces: &forces) == energies)
    for sample in 0..<x.count {
      var alone = Configurations(count: 0, dimension: 1)
      #expect(try model.model.energies(of: x.slice(sample..<sample + 1), forces: &alone) == [energies[sample]])
      #expect(alone == forces.slice(sample..<sample + 1))
    }
    #expect(try model.model.energies(of: x.slice(0..<0)).isEmpty)
  }

  /// Central differences with h = 1e-5 widths: truncation ~ h² u‴ and rounding ~ 1e-16 u/h are both below 1e-6 of the force
  /// norm, for the stiff walls of the Lennard-Jones particles too.
  @Test(arguments: ModelCase.all)
  func forcesAreMinusTheGradient(_ model: ModelCase) throws {
    let x = model.points(3, seed: 12)
    var forces = Configurations(count: 0, dimension: 1)
    _ = try model.model.energies(of: x, forces: &forces)
    let step = 1e-5 * min(1, model.width)
    var difference = [Double](repeating: 0, count: x.count)
    var norm = [Double](repeating: 0, count: x.count)
    for i in 0..<model.model.dimension {
      var (plus, minus) = (x, x)
      for sample in 0..<x.count {
        plus[sample, i] += step
        minus[sample, i] -= step
      }
      let (up, down) = (try model.model.energies(of: plus), try model.model.energies(of: minus))
      for sample in 0..<x.count {
        let numerical = -(up[sample] - down[sample]) / (2 * step)
        difference[sample] += (numerical - forces[sample, i]) * (numerical - forces[sample, i])
        norm[sample] += forces[sample, i] * forces[sample, i]
      }
    }
    for sample in 0..<x.count {
      #expect(difference[sample].squareRoot() <= 1e-6 * max(1, norm[sample].squareRoot()))
    }
  }

  /// A step δ F/|F| lowers the energy by δ |F| to first order.
  @Test(arguments: ModelCase.all)
  func aStepAlongTheForceLowersTheEnergy(_ model: ModelCase) throws {
    let x = model.points(4, seed: 13)
    var forces = Configurations(count: 0, dimension: 1)
    let before = try model.model.energies(of: x, forces: &forces)
    var moved = x
    var norms: [Double] = []
    let step = 1e-6 * model.width
    for sample in 0..<x.count {
      let norm = (0..<x.dimension).reduce(0) { $0 + forces[sample, $1] * forces[sample, $1] }.squareRoot()
      norms.append(norm)
      for i in 0..<x.dimension { moved[sample, i] += step * forces[sample, i] / norm }
    }
    let after = try model.model.energies(of: moved)
    for sample in 0..<x.count {
      let fall = before[sample] - after[sample]
      // Second order: δ²/2 times a curvature of at most some 1e3 |F|, plus rounding of the energies.
      #expect(abs(fall - step * norms[sample]) <= 1e-3 * step * norms[sample] + 1e-13 * max(1, abs(before[sample])))
    }
  }

  @Test(arguments: ModelCase.all)
  func aCoordinateThatIsNotANumberIsAnErrorNamingTheSample(_ model: ModelCase) throws {
    for place in [0, model.model.dimension - 1] {
      var x = model.points(3, seed: 14)
      x[1, place] = .nan
      var forces = Configurations(count: 0, dimension: 1)
      let expected = EnergyError.notANumber(sample: 1, term: type(of: model.model).name)
      #expect(throws: expected) { try model.model.energies(of: x) }
      #expect(throws: expected) { try model.model.energies(of: x, forces: &forces) }
    }
  }

  @Test(arguments: ModelCase.all)
  func aBatchOfAnotherDimensionIsAnError(_ model: ModelCase) throws {
    let d = model.model.dimension
    #expect(throws: EnergyError.dimensionMismatch(expected: d, found: d + 1)) {
      try model.model.energies(of: Configurations(count: 2, dimension: d + 1))
    }
  }

  /// Finite coordinates never give NaN, however far out.
  @Test(arguments: ModelCase.all)
  func farAwayTheEnergyIsNotNaN(_ model: ModelCase) throws {
    for magnitude in [1e10, 1e100, 1e154, 1e200, 1e300] {
      var x = model.points(2, seed: 15)
      for i in 0..<x.dimension { x[0, i] *= magnitude * (i % 2 == 0 ? 1 : -1) }
      let energies = try model.model.energies(of: x)
      #expect(!energies[0].isNaN && energies[1].isFinite)
    }
  }

  @Test(arguments: ModelCase.all.filter { $0.model is any ParticleCluster })
  func coincidentParticlesAreImpossibleForThatSampleOnly(_ model: ModelCase) throws {
    let cluster = model.model as! any ParticleCluster
    var x = model.points(3, seed: 16)
    let d = cluster.spatialDimension
    for axis in 0..<d { x[1, axis] = x[1, (cluster.particleCount - 1) * d + axis] }
    var forces = Configurations(count: 0, dimension: 1)
    let energies = try cluster.energies(of: x, forces: &forces)
    #expect(energies[1] == .infinity && energies[0].isFinite && energies[2].isFinite)
    #expect((0..<x.dimension).allSatisfy { forces[1, $0].isNaN && forces[0, $0].isFinite && forces[2, $0].isFinite })
    #expect(try cluster.energies(of: x) == energies)
  }

  /// Translation, rotation, reflection and permutation change the energy by rounding only; net force and torque vanish.
  @Test(arguments: ModelCase.all.filter { $0.model is any ParticleCluster })
  func clustersHaveTheSymmetriesOfSpace(_ model: ModelCase) throws {
    let cluster = model.model as! any ParticleCluster
    let (n, d) = (cluster.particleCount, cluster.spatialDimension)
    let x = model.points(4, seed: 17)
    var forces = Configurations(count: 0, dimension: 1)
    let energies = try cluster.energies(of: x, forces: &forces)
    var moved = x
    let (sine, cosine) = (0.6, 0.8)
    for sample in 0..<x.count {
      for i in 0..<n {
        let from = (i + 1) % n
        let (a, b) = (x[sample, from * d], x[sample, from * d + 1])
        moved[sample, i * d] = cosine * a - sine * b + 3
        moved[sample, i * d + 1] = sine * a + cosine * b - 2
        for axis in 2..<max(2, d) { moved[sample, i * d + axis] = 1 - x[sample, from * d + axis] }
      }
    }
    for (before, after) in zip(energies, try cluster.energies(of: moved)) {
      #expect(abs(before - after) <= 1e-11 * max(1, abs(before)))
    }
    for sample in 0..<x.count {
      let scale = (0..<x.dimension).map { abs(forces[sample, $0]) }.max()!
      for axis in 0..<d {
        #expect(abs((0..<n).reduce(0) { $0 + forces[sample, $1 * d + axis] }) <= 1e-12 * Double(n) * scale)
      }
      let torque = (0..<n).reduce(0) {
        $0 + x[sample, $1 * d] * forces[sample, $1 * d + 1] - x[sample, $1 * d + 1] * forces[sample, $1 * d]
      }
      #expect(abs(torque) <= 1e-11 * Double(n) * scale)
    }
  }

  /// Golden values are in double precision from formulas written independently; 1e-12 is some rounding errors of the sums.
  @Test(arguments: ModelCase.all.filter { $0.golden != nil })
  func energiesAndForcesEqualGoldenValues(_ model: ModelCase) throws {
    let golden = try #require(try ModelGoldenValues.load().models[model.golden!])
    let points = try #require(golden.points)
    let x = Configurations(count: points.count, dimension: model.model.dimension, coordinates: points.flatMap { $0 })
    var forces = Configurations(count: 0, dimension: 1)
    let energies = try model.model.energies(of: x, forces: &forces)
    for sample in points.indices {
      let energy = golden.energies![sample]
      #expect(abs(energies[sample] - energy) <= 1e-12 * max(10, abs(energy)))
      let scale = golden.forces![sample].map(abs).max()!
      for i in 0..<x.dimension {
        #expect(abs(forces[sample, i] - golden.forces![sample][i]) <= 1e-11 * max(10, scale))
      }
    }
  }

  /// Both sides are quadratures good to about 1e-10 or closed forms.
  @Test(arguments: ModelCase.all.filter { $0.golden != nil })
  func logPartitionFunctionsEqualGoldenValues(_ model: ModelCase) throws {
    guard let expected = try ModelGoldenValues.load().models[model.golden!]?.log_partition_function else { return }
    let found = try #require(model.model.logPartitionFunction)
    #expect(abs(found - expected) <= 2e-9 * max(1, abs(expected)))
  }
}
