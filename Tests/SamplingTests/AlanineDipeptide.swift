import Energies
import Randomness
import Sampling
import Testing

/// Capped alanine with amber99sb-ildn and amber99_obc at 300 K: 66 stiff coordinates.
enum AlanineDipeptide {
  /// The target, kT/m of each coordinate, and walkers that all stand in one minimum of the energy.
  static func walkers(
    _ count: Int
  ) throws -> (target: BoltzmannDensity<MolecularEnergy>, variances: [Double], x: Configurations) {
    let state = ThermodynamicState(temperature: 300)
    let (system, positions) = try MolecularSystem.peptide(
      sequence: "ACE-ALA-NME", forceField: ForceField.shipped(named: "amber99sb-ildn"),
      solvent: ImplicitSolvent(named: "amber99_obc"))
    let energy = MolecularEnergy(system)
    let minimum = try EnergyMinimizer().minimize(energy, from: positions).positions
    let x = Configurations(
      count: count, dimension: energy.dimension, coordinates: (0..<count).flatMap { _ in minimum.coordinates })
    let variances = system.molecule.atoms.flatMap { [Double](repeating: state.kT / $0.mass, count: 3) }
    return (BoltzmannDensity(energy, state: state), variances, x)
  }
}

@Suite struct RunawayMoleculeTests {
  /// Steps a hundred times too long leave the range of numbers within some tens of evaluations.
  @Test("Trajectories of a molecule that explode are rejected", arguments: [0.05, 0.5, 1e5, 1e100], [1, 10, 300])
  func explosion(_ step: Double, _ leapfrogSteps: Int) throws {
    let (target, variances, x) = try AlanineDipeptide.walkers(4)
    let kernel = HamiltonianMonteCarlo(velocityVariances: variances, stepSize: step, leapfrogSteps: leapfrogSteps)
    var walkers = try kernel.start(at: x, target: target, using: RandomStream(seed: 131))
    let acceptance = try kernel.step(&walkers, target: target, using: RandomStream(seed: 132)).acceptance
    #expect(acceptance == [0, 0, 0, 0] && walkers.x == x)
  }

  @Test("So are single moves that are much too long", arguments: [1e-3, 1, 1e5, 1e100, 1e200])
  func singleMoves(_ step: Double) throws {
    let (target, variances, x) = try AlanineDipeptide.walkers(4)
    for kernel: any Kernel in [RandomWalkMetropolis(stepSize: step), MetropolisAdjustedLangevin(stepSize: step)] {
      var walkers = try kernel.start(at: x, target: target, using: RandomStream(seed: 133))
      for number in 0..<3 {
        _ = try kernel.step(&walkers, target: target, using: RandomStream(seed: 134).child(number))
      }
      #expect(walkers.x.coordinates.allSatisfy { abs($0) < 100 })
    }
    let dynamics: [any Kernel] = [
      OverdampedLangevin(stepSize: step),
      LangevinDynamics(velocityVariances: variances, stepSize: step, friction: 1, stepsPerPathStep: 100),
    ]
    for kernel in dynamics {
      var walkers = try kernel.start(at: x, target: target, using: RandomStream(seed: 135))
      for number in 0..<3 {
        _ = try kernel.pathStep(&walkers, target: target, using: RandomStream(seed: 136).child(number))
      }
    }
  }
}
