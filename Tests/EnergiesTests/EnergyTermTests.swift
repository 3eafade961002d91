import Energies
import Foundation
import Testing

/// Checks that every term of the registry must pass.
@Suite(.serialized) struct EnergyTermTests {
  /// Deterministic coordinates spread over about half a nanometre, atoms at least 0.06 nm apart.
  static func configurations(_ count: Int) -> Configurations {
    var x = Configurations(count: count, atomCount: TermRegistry.atomCount)
    var state: UInt64 = 12345
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / Double(1 << 53)
    }
    for sample in 0..<count {
      for atom in 0..<TermRegistry.atomCount {
        var place = SIMD3<Double>()
        repeat {
          place = SIMD3(next(), next(), next()) * 0.7
        } while (0..<atom).contains { other in
          let d = x.position(sample: sample, atom: other) - place
          return (d * d).sum() < 0.06 * 0.06
        }
        x.setPosition(sample: sample, atom: atom, to: place)
      }
    }
    return x
  }

  @Test("Forces are minus the central difference of the energy", arguments: TermRegistry.all)
  func forces(entry: TermRegistry.Entry) throws {
    let energy = TermRegistry.energy(entry.term)
    let x = Self.configurations(11)
    var forces = Configurations(count: x.count, dimension: x.dimension)
    let energies = try energy.energies(of: x, forces: &forces)
    #expect(try energy.energies(of: x) == energies)
    let h = 2e-6
    for c in 0..<x.dimension {
      var numerical = [Double](repeating: 0, count: x.count)
      // Fourth-order central difference.
      for (offset, weight) in [(-2.0, 1.0 / 12), (-1, -2.0 / 3), (1, 2.0 / 3), (2, -1.0 / 12)] {
        var moved = x
        for s in 0..<x.count { moved[s, c] += offset * h }
        for (s, u) in try energy.energies(of: moved).enumerated() { numerical[s] -= weight * u / h }
      }
      for s in 0..<x.count {
        let norm = forces.slice(s..<s + 1).coordinates.map(abs).max()!
        // Rounding: |U| · 1e-16/h; truncation is far below.
        let tolerance = 1e-6 * max(norm, abs(energies[s]) * 1e-3, 1)
        #expect(abs(forces[s, c] - numerical[s]) < tolerance, "sample \(s), coordinate \(c)")
      }
    }
  }

  /// What rounding does to energies of these strained geometries, relative to them.
  static func rounding(_ precision: ArithmeticPrecision) -> Double { precision == .double ? 1e-11 : 1e-5 }

  @Test(
    "Energies do not change when the molecule is moved and turned, and forces turn with it",
    arguments: TermRegistry.all, ArithmeticPrecision.allCases)
  func invariance(entry: TermRegistry.Entry, precision: ArithmeticPrecision) throws {
    guard entry.isInvariant else { return }
    let energy = TermRegistry.energy(entry.term, precision: precision)
    let rounding = Self.rounding(precision)
    let x = Self.configurations(9)
    var turned = x
    // Rotation by 2π/3 about (1, 1, 1) after one by 0.7 about z; no symmetry of the test geometry.
    func rotate(_ p: SIMD3<Double>) -> SIMD3<Double> {
      let q = SIMD3(cos(0.7) * p.x - sin(0.7) * p.y, sin(0.7) * p.x + cos(0.7) * p.y, p.z)
      return SIMD3(q.z, q.x, q.y)
    }
    for s in 0..<x.count {
      for a in 0..<x.atomCount {
        turned.setPosition(sample: s, atom: a, to: rotate(x.position(sample: s, atom: a)) + SIMD3(0.3, -1.1, 0.8))
      }
    }
    var forces = Configurations(count: x.count, dimension: x.dimension), turnedForces = forces
    let before = try energy.energies(of: x, forces: &forces)
    let after = try energy.energies(of: turned, forces: &turnedForces)
    for s in 0..<x.count {
      #expect(abs(before[s] - after[s]) <= rounding * max(1, abs(before[s])))
      let scale = forces.slice(s..<s + 1).coordinates.map(abs).max()! + 1
      var net = SIMD3<Double>(), torque = SIMD3<Double>()
      for a in 0..<x.atomCount {
        let f = forces.position(sample: s, atom: a)
        let difference = rotate(f) - turnedForces.position(sample: s, atom: a)
        #expect((difference * difference).sum().squareRoot() < 100 * rounding * scale)
        net += f
        torque += cross(x.position(sample: s, atom: a), f)
      }
      // Sums of forces that cancel to rounding.
      #expect((net * net).sum().squareRoot() < 10 * rounding * scale)
      #expect((torque * torque).sum().squareRoot() < 10 * rounding * scale)
    }
  }

  @Test("All instruction sets agree", arguments: TermRegistry.all, ArithmeticPrecision.allCases)
  func instructionSets(entry: TermRegistry.Entry, precision: ArithmeticPrecision) throws {
    let energy = TermRegistry.energy(entry.term, precision: precision)
    let rounding = Self.rounding(precision)
    let x = Self.configurations(16)
    var fast = Configurations(count: x.count, dimension: x.dimension), portable = fast
    let fastEnergies = try energy.energies(of: x, forces: &fast)
    for set in InstructionSet.available {
      let found = try set.onThisThread { try energy.energies(of: x, forces: &portable) }
      let portableEnergies = try #require(found)
      for s in 0..<x.count {
        // Only rounding differs: fused against separate multiply-add.
        #expect(abs(fastEnergies[s] - portableEnergies[s]) <= rounding * max(1, abs(fastEnergies[s])), "\(set)")
        let scale = fast.slice(s..<s + 1).coordinates.map(abs).max()! + 1
        for c in 0..<x.dimension { #expect(abs(fast[s, c] - portable[s, c]) < 10 * rounding * scale, "\(set)") }
      }
    }
  }

  @Test(
    "A sample's result does not depend on the batch or the number of threads",
    arguments: TermRegistry.all, ArithmeticPrecision.allCases)
  func batches(entry: TermRegistry.Entry, precision: ArithmeticPrecision) throws {
    let x = Self.configurations(37)
    let energy = TermRegistry.energy(entry.term, precision: precision)
    let energyOnThreads = TermRegistry.energy(entry.term, threads: 3, precision: precision)
    var forces = Configurations(count: x.count, dimension: x.dimension), threaded = forces
    let energies = try energy.energies(of: x, forces: &forces)
    #expect(try energy.energies(of: x) == energies)
    #expect(try energyOnThreads.energies(of: x, forces: &threaded) == energies)
    #expect(threaded == forces)
    for s in [0, 7, 8, 15, 16, 36] {
      var alone = Configurations(count: 1, dimension: x.dimension)
      #expect(try energy.energies(of: x.slice(s..<s + 1), forces: &alone) == [energies[s]])
      #expect(alone == forces.slice(s..<s + 1))
    }
  }

  @Test(
    "Coordinates that are not numbers are an error that names term and sample",
    arguments: TermRegistry.all, ArithmeticPrecision.allCases)
  func notANumber(entry: TermRegistry.Entry, precision: ArithmeticPrecision) throws {
    let energy = TermRegistry.energy(entry.term, precision: precision)
    // Atom 1 takes part in every term of the registry.
    for (atom, value) in [(1, Double.nan), (1, -.nan)] {
      var x = Self.configurations(20)
      x[13, 3 * atom + 1] = value
      x[17, 3 * atom] = value
      let component = type(of: entry.term).componentNames[0]
      #expect(throws: EnergyError.notANumber(sample: 13, term: component)) { try energy.energies(of: x) }
    }
  }

  @Test(
    "Two atoms at one point have infinite energy and no force, in that sample only",
    arguments: ArithmeticPrecision.allCases)
  func clash(precision: ArithmeticPrecision) throws {
    for entry in TermRegistry.all where entry.term is Nonbonded || entry.term is GeneralizedBorn {
      let energy = TermRegistry.energy(entry.term, precision: precision)
      var x = Self.configurations(12)
      let expected = try energy.energies(of: x)
      x.setPosition(sample: 5, atom: 6, to: x.position(sample: 5, atom: 3))
      var forces = Configurations(count: x.count, dimension: x.dimension)
      let energies = try energy.energies(of: x, forces: &forces)
      for s in 0..<x.count {
        #expect(energies[s] == (s == 5 ? .infinity : expected[s]))
        #expect(forces.slice(s..<s + 1).coordinates.allSatisfy { s == 5 ? $0.isNaN : $0.isFinite })
      }
    }
  }

  @Test("A batch of another size is an error")
  func dimension() {
    let energy = TermRegistry.energy(TermRegistry.bonds)
    #expect(throws: EnergyError.dimensionMismatch(expected: 21, found: 12)) {
      try energy.energies(of: Configurations(count: 1, atomCount: 4))
    }
  }
}
