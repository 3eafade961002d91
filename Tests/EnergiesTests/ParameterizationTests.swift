import Energies
import Testing

/// Our parameterization against OpenMM's, parameter by parameter.
@Suite("Parameterization agrees with OpenMM")
struct ParameterizationTests {
  static let fields: [String: ForceField] = {
    var fields: [String: ForceField] = [:]
    for name in ForceField.shippedNames { fields[name] = try! ForceField.shipped(named: name) }
    return fields
  }()

  @Test(arguments: ParameterizationGolden.shared.cases)
  func agrees(_ golden: ParameterizationGolden.Case) throws {
    let field = Self.fields[golden.force_field]!
    let system = try field.parameterize(
      golden.molecule, solvent: ImplicitSolvent(named: golden.solvent), cutoff: golden.cutoff)
    let mass = system.molecule.atoms.reduce(0) { $0 + $1.mass }
    // Sums of a few hundred numbers: rounding stays far below 1e-12 of them; any wrong parameter is far above.
    #expect(isClose(mass, golden.mass))
    var ours = system.goldenEntries
    // A force field with CMAP has an empty term in OpenMM where no map applies.
    if golden.full?["cmap"]?.isEmpty ?? (golden.sums?["cmap"]?.count == 0) {
      ours["cmap"] = []
      ours["cmap_maps"] = field.cmaps.map { ParameterizationGolden.Entry([$0.size], $0.energies) }
    }
    if let full = golden.full {
      if let maps = ours["cmap_maps"] {
        // The golden file holds every 97th energy of a map.
        ours["cmap_maps"] = maps.map { map in
          .init(map.atoms, stride(from: 0, to: map.values.count, by: 97).map { map.values[$0] })
        }
      }
      compare(ours, full)
    }
    if let sums = golden.sums {
      #expect(Set(ours.keys) == Set(sums.keys))
      for (name, expected) in sums {
        let found = ParameterizationGolden.Sums(ours[name] ?? [])
        #expect(found.count == expected.count, "\(name)")
        #expect(found.sums.count == expected.sums.count, "\(name)")
        for (index, pair) in zip(found.sums, expected.sums).enumerated() {
          #expect(isClose(pair.0, pair.1), "\(name), value \(index): \(pair.0) and \(pair.1)")
        }
      }
    }
  }

  /// Energies of each force, at distorted positions: the order of tables and atoms shows here.
  @Test(arguments: ParameterizationGolden.shared.cases.filter { $0.energies != nil })
  func energies(_ golden: ParameterizationGolden.Case) throws {
    let system = try Self.fields[golden.force_field]!.parameterize(
      golden.molecule, solvent: ImplicitSolvent(named: golden.solvent), cutoff: golden.cutoff)
    let positions = try #require(golden.positions)
    let x = Configurations(count: 1, dimension: positions.count, coordinates: positions)
    let found = try MolecularEnergy(system).energiesByComponent(of: x).reduce(into: [String: Double]()) {
      $0[$1.name] = $1.energies[0]
    }
    let components = [
      "HarmonicBondForce": ["bond"], "HarmonicAngleForce": ["angle"], "PeriodicTorsionForce": ["torsion"],
      "CMAPTorsionForce": ["cmap"], "NonbondedForce": ["lennard_jones", "coulomb"],
      "GBSAOBCForce": ["generalized_born", "surface_area"], "CustomGBForce": ["generalized_born", "surface_area"],
    ]
    for (force, expected) in try #require(golden.energies) {
      let sum = try #require(components[force]).reduce(0) { $0 + (found[$1] ?? 0) }
      // The promise to users is 1e-6; both programs compute in Double, with different elementary functions.
      #expect(abs(sum - expected) <= 1e-9 * max(1, abs(expected)), "\(force): \(sum) and \(expected)")
    }
  }

  /// Same chemistry from the template builder, whose atoms are in template order.
  @Test(arguments: ParameterizationGolden.shared.cases.filter { $0.full != nil })
  func chainsOfTemplates(_ golden: ParameterizationGolden.Case) throws {
    let built = try Self.fields[golden.force_field]!.molecule(ofResidues: golden.templates)
    #expect(built.atoms.map(\.name) == golden.atoms.map(\.name))
    #expect(built.bonds == golden.molecule.bonds)
    #expect(built.residues.map(\.name) == golden.residues)
  }

  private func compare(
    _ ours: [String: [ParameterizationGolden.Entry]], _ golden: [String: [ParameterizationGolden.Entry]]
  ) {
    #expect(Set(ours.keys) == Set(golden.keys))
    for (name, expected) in golden {
      let isOrdered = name == "cmap_maps"
      let found = isOrdered ? ours[name]! : sorted(ours[name] ?? [])
      let wanted = isOrdered ? expected : sorted(expected)
      #expect(found.count == wanted.count, "\(name)")
      for (a, b) in zip(found, wanted) {
        #expect(a.atoms == b.atoms && a.values.count == b.values.count, "\(name): \(a) and \(b)")
        #expect(zip(a.values, b.values).allSatisfy { isClose($0, $1) }, "\(name): \(a) and \(b)")
      }
    }
  }

  private func sorted(_ entries: [ParameterizationGolden.Entry]) -> [ParameterizationGolden.Entry] {
    entries.sorted { a, b in
      a.atoms == b.atoms ? a.values.lexicographicallyPrecedes(b.values) : a.atoms.lexicographicallyPrecedes(b.atoms)
    }
  }

  private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 * max(1, abs(b)) }
}
