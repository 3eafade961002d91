import Energies
import Foundation
import Randomness
import Testing

/// Single against double precision: every term of the registry, and whole molecules.
@Suite struct SinglePrecisionTests {
  /// ‖F − F′‖/(‖F‖ + ‖F₀‖) of one sample, where F₀ is `floor` in every coordinate, kJ/mol/nm.
  static func forceError(_ a: Configurations, _ b: Configurations, sample: Int, floor: Double = 1e-3) -> Double {
    var difference = 0.0, norm = 0.0
    for c in 0..<a.dimension {
      difference += (a[sample, c] - b[sample, c]) * (a[sample, c] - b[sample, c])
      norm += a[sample, c] * a[sample, c]
    }
    return difference.squareRoot() / (norm.squareRoot() + floor * Double(a.dimension).squareRoot())
  }

  @Test("Every term agrees with double precision, near zero and 100 nm away", arguments: TermRegistry.all)
  func terms(entry: TermRegistry.Entry) throws {
    for shift in [SIMD3<Double>(), SIMD3(100, -73.21, 55.5)] {
      var x = EnergyTermTests.configurations(45)
      for s in 0..<x.count {
        for a in 0..<x.atomCount { x.setPosition(sample: s, atom: a, to: x.position(sample: s, atom: a) + shift) }
      }
      var forces = Configurations(count: x.count, dimension: x.dimension), singleForces = forces
      let energies = try TermRegistry.energy(entry.term).energies(of: x, forces: &forces)
      let singles = try TermRegistry.energy(entry.term, precision: .single).energies(of: x, forces: &singleForces)
      for s in 0..<x.count {
        #expect(abs(energies[s] - singles[s]) <= 2e-4 + 3e-6 * abs(energies[s]), "\(energies[s]) \(singles[s])")
        let error = Self.forceError(forces, singleForces, sample: s)
        #expect(error <= 1e-5, "sample \(s): \(error)")
      }
    }
  }

  /// Golden molecules by force field, solvent and cutoff, among them GBn2, cutoffs and CMAP, with thermal noise.
  static let molecules = GoldenEnergyCase.all.filter { $0.input == "pdb" }

  static func system(_ golden: GoldenEnergyCase) throws -> MolecularSystem {
    try ForceField.shipped(named: golden.force_field).parameterize(
      PDBFile(path: golden.path(golden.pdb)).molecule, solvent: ImplicitSolvent(named: golden.solvent),
      cutoff: golden.cutoff_nm)
  }

  /// The first geometry of the case with noise of 5 pm.
  static func thermal(_ golden: GoldenEnergyCase, count: Int) -> Configurations {
    let structure = golden.coordinates_nm[0]
    var random = RandomStream(seed: 5)
    var x = Configurations(count: count, dimension: structure.count)
    for s in 0..<count { for c in structure.indices { x[s, c] = structure[c] + 0.005 * random.normal() } }
    return x
  }

  /// 2·10⁻³ kJ/mol up to 40 atoms, beyond in proportion.
  @Test("Molecules agree with double precision to 2·10⁻³ kJ/mol and 10⁻⁵ of the force", arguments: molecules)
  func molecule(golden: GoldenEnergyCase) throws {
    let system = try Self.system(golden)
    let double = MolecularEnergy(system), single = MolecularEnergy(system, precision: .single)
    let x = Self.thermal(golden, count: 40)
    var forces = Configurations(count: x.count, dimension: x.dimension), singleForces = forces
    let energies = try double.energies(of: x, forces: &forces)
    let singles = try single.energies(of: x, forces: &singleForces)
    let tolerance = 2e-3 * max(1, Double(x.atomCount) / 40)
    let components = try double.energiesByComponent(of: x)
    let singleComponents = try single.energiesByComponent(of: x)
    for s in 0..<x.count {
      #expect(abs(energies[s] - singles[s]) <= tolerance, "\(energies[s] - singles[s])")
      #expect(Self.forceError(forces, singleForces, sample: s) <= 1e-5)
    }
    for (a, b) in zip(components, singleComponents) {
      #expect(a.name == b.name)
      for s in 0..<x.count { #expect(abs(a.energies[s] - b.energies[s]) <= tolerance, "\(a.name)") }
    }
  }

  @Test("The strained geometries of the golden set agree", arguments: molecules)
  func strained(golden: GoldenEnergyCase) throws {
    let system = try Self.system(golden)
    let x = golden.configurations
    var forces = Configurations(count: x.count, dimension: x.dimension), singleForces = forces
    let energies = try MolecularEnergy(system).energies(of: x, forces: &forces)
    let singles = try MolecularEnergy(system, precision: .single).energies(of: x, forces: &singleForces)
    for s in 0..<x.count {
      #expect(abs(energies[s] - singles[s]) <= 2e-3 + 1e-6 * abs(energies[s]))
      // A relaxed structure has no net force; that of its parts is some 10³ kJ/mol/nm on every atom.
      #expect(Self.forceError(forces, singleForces, sample: s, floor: 1e3) <= 2e-5)
    }
  }

  @Test("A molecule 100 nm away has the same energy and forces")
  func farAway() throws {
    let golden = try #require(Self.molecules.first { $0.solvent == "gbn2" && $0.force_field == "ff19SB" })
    let energy = MolecularEnergy(try Self.system(golden), precision: .single)
    let x = Self.thermal(golden, count: 16)
    var far = x
    for s in 0..<x.count {
      for a in 0..<x.atomCount {
        far.setPosition(sample: s, atom: a, to: x.position(sample: s, atom: a) + SIMD3(100, -100, 61.7))
      }
    }
    var forces = Configurations(count: x.count, dimension: x.dimension), farForces = forces
    let energies = try energy.energies(of: x, forces: &forces)
    let farEnergies = try energy.energies(of: far, forces: &farForces)
    for s in 0..<x.count {
      // The shift rounds coordinates to 10⁻¹⁴ nm, which now and then moves a float by its last place.
      #expect(abs(energies[s] - farEnergies[s]) <= 1e-4)
      #expect(Self.forceError(forces, farForces, sample: s) <= 1e-6)
    }
  }

  @Test(
    "Coincident and absurdly distant atoms give +∞ or a number, never an error",
    arguments: ArithmeticPrecision.allCases)
  func absurdGeometries(precision: ArithmeticPrecision) throws {
    for golden in Self.molecules where golden.sequence == "ACE-ALA-NME" {
      let energy = MolecularEnergy(try Self.system(golden), precision: precision)
      let thermal = Self.thermal(golden, count: 1)
      var x = Configurations(count: 8, dimension: thermal.dimension)
      for s in 0..<x.count { for c in 0..<x.dimension { x[s, c] = thermal[0, c] } }
      let last = x.atomCount - 1
      // 0: all atoms at one point; 1: on a line; 2: two atoms together; 3–6: one atom very far; 7: as it is.
      for c in 0..<x.dimension { x[0, c] = 0.3 }
      for a in 0...last { x.setPosition(sample: 1, atom: a, to: SIMD3(0.1 * Double(a), 0, 0)) }
      x.setPosition(sample: 2, atom: last, to: x.position(sample: 2, atom: 0))
      for (s, distance) in [(3, 1e6), (4, 1e12), (5, 1e25), (6, 1e38)] {
        x.setPosition(sample: s, atom: last, to: SIMD3(distance, -0.3 * distance, 1))
      }
      var forces = Configurations(count: x.count, dimension: x.dimension)
      let energies = try energy.energies(of: x, forces: &forces)
      for s in 0...2 { #expect(energies[s] == .infinity && forces[s, 0].isNaN) }
      for s in 3...6 { #expect(energies[s] > 1e14) }
      #expect(energies[7] == (try energy.energies(of: thermal))[0])
      #expect(forces.slice(7..<8).coordinates.allSatisfy { $0.isFinite })
    }
  }

  @Test("Close contacts repel in single precision as in double")
  func contacts() throws {
    let term = TermRegistry.nonbonded(cutoff: nil)
    var x = EnergyTermTests.configurations(30)
    // Atoms 3 and 6 from 0.03 nm down to 3·10⁻⁴ nm.
    for s in 0..<x.count {
      let distance = 0.03 * pow(10, -Double(s) / 15)
      x.setPosition(sample: s, atom: 6, to: x.position(sample: s, atom: 3) + SIMD3(0.6, 0, 0.8) * distance)
    }
    var forces = Configurations(count: x.count, dimension: x.dimension), singleForces = forces
    let energies = try TermRegistry.energy(term).energies(of: x, forces: &forces)
    let singles = try TermRegistry.energy(term, precision: .single).energies(of: x, forces: &singleForces)
    for s in 0..<x.count {
      if energies[s] > 1e20 {
        #expect(singles[s] == .infinity)
      } else {
        // The distance itself is rounded to 10⁻⁸ nm, and enters with power −12.
        let rounding = 1e-5 + 12 * 6e-8 / (0.03 * pow(10, -Double(s) / 15))
        #expect(abs(singles[s] / energies[s] - 1) < rounding)
        #expect(Self.forceError(forces, singleForces, sample: s) < 2 * rounding)
      }
    }
  }
}
