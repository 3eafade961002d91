import Energies
import Foundation
import Testing

/// A one-sample energy from a closure that gives value and gradient.
private struct ClosureEnergy: Energy {
  let dimension: Int
  let evaluate: @Sendable ([Double]) -> (Double, [Double])

  func energies(of x: borrowing Configurations) throws(EnergyError) -> [Double] {
    var forces = Configurations(count: x.count, dimension: dimension)
    return try energies(of: x, forces: &forces)
  }

  func energies(of x: borrowing Configurations, forces: inout Configurations) throws(EnergyError) -> [Double] {
    var energies: [Double] = []
    for sample in 0..<x.count {
      let (value, gradient) = evaluate((0..<dimension).map { x[sample, $0] })
      if value.isNaN { throw .notANumber(sample: sample, term: "closure") }
      energies.append(value)
      for c in 0..<dimension { forces[sample, c] = value.isFinite ? -gradient[c] : .nan }
    }
    return energies
  }
}

@Suite("Energy minimiser")
struct EnergyMinimizerTests {
  private func start(_ values: [Double]) -> Configurations {
    Configurations(count: 1, dimension: values.count, coordinates: values)
  }

  @Test func findsTheMinimumOfAnIllConditionedQuadratic() throws {
    // ½ Σ kᵢ (xᵢ − i)² with stiffnesses over six decades, as bonds and slow torsions have.
    let stiffness = (0..<12).map { pow(10, Double($0) / 2) }
    let energy = ClosureEnergy(dimension: 12) { x in
      let gradient = x.indices.map { stiffness[$0] * (x[$0] - Double($0)) }
      return (x.indices.reduce(0) { $0 + 0.5 * gradient[$1] * (x[$1] - Double($1)) }, gradient)
    }
    let minimizer = EnergyMinimizer(forceTolerance: 1e-6, maximumIterations: 2000, longestStep: 1)
    let result = try minimizer.minimize(energy, from: start([Double](repeating: 0, count: 12)))
    #expect(result.converged)
    #expect(result.largestForce <= 1e-6)
    // |x − x*| ≤ force / stiffness, and the softest stiffness is 1.
    for i in 0..<12 { #expect(abs(result.positions[0, i] - Double(i)) <= 1e-6) }
  }

  @Test func followsRosenbrocksValley() throws {
    let energy = ClosureEnergy(dimension: 2) { x in
      let (a, b) = (1 - x[0], x[1] - x[0] * x[0])
      return (a * a + 100 * b * b, [-2 * a - 400 * x[0] * b, 200 * b])
    }
    let minimizer = EnergyMinimizer(forceTolerance: 1e-7, maximumIterations: 500, longestStep: 0.5)
    let result = try minimizer.minimize(energy, from: start([-1.2, 1]))
    #expect(result.converged)
    // The smallest curvature at (1, 1) is 0.4: the position is good to the tolerance over that.
    #expect(abs(result.positions[0, 0] - 1) < 1e-6)
    #expect(abs(result.positions[0, 1] - 1) < 1e-6)
    // L-BFGS takes about 40 iterations here; steepest descent would take thousands.
    #expect(result.iterations < 100)
  }

  @Test func rejectsStepsIntoImpossibleGeometries() throws {
    // 1/x + x, +∞ for x ≤ 0: from 5 the way to 1 is short, and the first long steps end beyond the wall.
    let energy = ClosureEnergy(dimension: 1) { x in
      x[0] > 0 ? (1 / x[0] + x[0], [1 - 1 / (x[0] * x[0])]) : (.infinity, [.nan])
    }
    let minimizer = EnergyMinimizer(forceTolerance: 1e-8, longestStep: 100)
    let result = try minimizer.minimize(energy, from: start([5]))
    #expect(result.converged)
    #expect(abs(result.positions[0, 0] - 1) < 1e-7)
    #expect(abs(result.energy - 2) < 1e-12)
  }

  @Test func saysWhenTheStartIsImpossible() throws {
    let energy = ClosureEnergy(dimension: 1) { _ in (.infinity, [.nan]) }
    let result = try EnergyMinimizer().minimize(energy, from: start([0]))
    #expect(result.outcome == .impossibleStart)
    #expect(!result.converged)
    #expect(result.energy == .infinity)
    #expect(result.largestForce == .infinity)
  }

  @Test func saysWhenItStalls() throws {
    // |x| has no point with a small force; the search ends at the kink.
    let energy = ClosureEnergy(dimension: 1) { x in (abs(x[0]), [x[0] < 0 ? -1 : 1]) }
    let minimizer = EnergyMinimizer(forceTolerance: 0.1, longestStep: 10)
    let result = try minimizer.minimize(energy, from: start([3.7]))
    #expect(result.outcome == .stalled || result.outcome == .iterationLimit)
    #expect(abs(result.positions[0, 0]) < 1e-6)
  }

  @Test func stopsAtTheIterationLimit() throws {
    let energy = ClosureEnergy(dimension: 1) { x in (x[0] * x[0], [2 * x[0]]) }
    let minimizer = EnergyMinimizer(forceTolerance: 1e-3, maximumIterations: 3, longestStep: 0.1)
    let result = try minimizer.minimize(energy, from: start([10]))
    #expect(result.outcome == .iterationLimit)
    #expect(result.iterations == 3)
    // No coordinate moved by more than the longest step in each.
    #expect(result.positions[0, 0] >= 10 - 3 * 0.1 - 1e-12)
    #expect(result.positions[0, 0] < 10)
  }

  @Test func passesOnTheEnergysError() {
    let energy = ClosureEnergy(dimension: 1) { _ in (.nan, [0]) }
    #expect(throws: EnergyError.notANumber(sample: 0, term: "closure")) {
      try EnergyMinimizer().minimize(energy, from: start([0]))
    }
  }

  @Test func neverGoesUphillAndRepeatsItself() throws {
    // Lennard-Jones tetrahedron, σ = 0.34 nm, ε = 1 kJ/mol: the minimum has all six pairs at 2^(1/6) σ, U = −6.
    let system = try argonTetrahedron()
    let energy = MolecularEnergy(system.system)
    let minimizer = EnergyMinimizer(forceTolerance: 1e-6)
    let first = try minimizer.minimize(energy, from: system.start)
    let second = try minimizer.minimize(energy, from: system.start)
    #expect(first.converged)
    #expect(abs(first.energy + 6) < 1e-10)
    #expect(first.positions == second.positions)
    #expect(first.energy == second.energy)
    var last = Double.infinity
    for iterations in 0..<12 {
      let limited = EnergyMinimizer(forceTolerance: 1e-6, maximumIterations: iterations)
      let energyHere = try limited.minimize(energy, from: system.start).energy
      #expect(energyHere <= last)
      last = energyHere
    }
  }

  private func argonTetrahedron() throws -> (system: MolecularSystem, start: Configurations) {
    let argon = try #require(Element(symbol: "Ar"))
    let atoms = (0..<4).map { Atom(name: "A\($0)", element: argon, mass: 39.948, residue: 0) }
    let molecule = Molecule(
      atoms: atoms, residues: [Residue(name: "AR", number: 1, atoms: 0..<4)], bonds: [])
    let particle = Nonbonded.Particle(charge: 0, sigma: 0.34, epsilon: 1)
    let nonbonded = Nonbonded(particles: [particle, particle, particle, particle], exceptions: [])
    let places = [0.0, 0, 0, 0.42, 0.01, 0, 0.2, 0.37, 0.02, 0.18, 0.1, 0.33]
    return (MolecularSystem(molecule: molecule, terms: [nonbonded]), start(places))
  }
}
