import Energies
import Testing

/// Energies and forces of what the readers build, against OpenMM's Reference platform.
@Suite struct ReaderEnergyTests {
  /// Both sides sum the same formulas in double precision; 1e-6 is the promise to users, met here with room.
  static let tolerance = 1e-6

  private func compare(
    _ system: MolecularSystem, _ golden: ReaderGolden, _ results: [ReaderGolden.Result], _ name: String
  )
    throws
  {
    let energy = MolecularEnergy(system)
    let x = golden.geometries
    var forces = Configurations(count: x.count, dimension: x.dimension)
    let totals = try energy.energies(of: x, forces: &forces)
    var components: [String: [Double]] = [:]
    for (component, energies) in try energy.energiesByComponent(of: x) {
      let merged =
        [
          "lennard_jones": "nonbonded", "coulomb": "nonbonded", "generalized_born": "solvation",
          "surface_area": "solvation",
        ][component] ?? component
      let sum = components[merged] ?? [Double](repeating: 0, count: x.count)
      components[merged] = zip(sum, energies).map { $0 + $1 }
    }
    for (sample, expected) in results.enumerated() {
      #expect(Set(components.keys) == Set(expected.energies.keys), "\(name)")
      for (component, value) in expected.energies {
        let found = components[component]?[sample] ?? .nan
        #expect(
          abs(found - value) <= Self.tolerance * max(1, abs(value)),
          "\(name), geometry \(sample), \(component): \(found), OpenMM \(value)")
      }
      #expect(abs(totals[sample] - expected.total) <= Self.tolerance * max(1, abs(expected.total)), "\(name)")
      var (difference, norm) = (0.0, 0.0)
      for coordinate in 0..<x.dimension {
        let delta = forces[sample, coordinate] - expected.forces[coordinate]
        difference += delta * delta
        norm += expected.forces[coordinate] * expected.forces[coordinate]
      }
      #expect(
        (difference / norm).squareRoot() <= Self.tolerance,
        "\(name), geometry \(sample): forces differ by \((difference / norm).squareRoot())")
    }
  }

  @Test(arguments: ReaderGolden.molecules) func prmtop(molecule: String) throws {
    let golden = try ReaderGolden(molecule: molecule)
    let topology = try AmberTopology(path: ReaderGolden.path("\(molecule).prmtop"))
    for entry in golden.prmtop {
      try compare(
        topology.makeSystem(entry.options.forReader), golden, entry.results, "\(molecule).prmtop as \(entry.name)")
    }
  }

  @Test(arguments: ReaderGolden.molecules) func openMMSystem(molecule: String) throws {
    let golden = try ReaderGolden(molecule: molecule)
    let names = try AmberTopology(path: ReaderGolden.path("\(molecule).prmtop")).molecule
    for entry in golden.xml {
      let file = try OpenMMSystemFile(path: ReaderGolden.path(entry.file))
      try compare(file.makeSystem(molecule: names), golden, entry.results, entry.file)
    }
  }
}
