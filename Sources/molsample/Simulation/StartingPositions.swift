import Energies
import Foundation
import Sampling

/// Where the walkers of a simulation begin.
struct StartingPositions {
  /// Force constant up to which a window is met from anywhere, kJ/mol/rad².
  private static let gentle = 10.0
  /// Of what holds a dihedral while the rest relaxes.
  private static let held = 100.0
  /// Peptide bonds before proline of which both isomers are begun from, at most.
  private static let mostIsomers = 4

  private let prepared: PreparedSystem
  /// The system's structure, and with it those with cis peptide bonds before proline: a power of two.
  private let structures: [Configurations]

  /// - Parameter prolineIsomers: whether walkers begin from both isomers of the peptide bonds before proline.
  init(_ prepared: PreparedSystem, prolineIsomers: Bool = false) throws {
    guard let structure = prepared.structure?.slice(0..<1) else {
      throw InputError(
        prepared.description.name, "a simulation needs a structure to start from", found: "no coordinates",
        advice: "give coordinates with the system, for example --inpcrd FILE")
    }
    self.prepared = prepared
    let molecule = prepared.system.molecule
    let bonds = BackboneDihedrals(molecule).omega.filter {
      molecule.residues[molecule.atoms[$0.atoms[2]].residue].name == "PRO"
    }
    var structures = [structure]
    for bond in prolineIsomers ? bonds.prefix(Self.mostIsomers) : [] {
      let cis = SimulationState.Window(
        dihedral: bond.name, atoms: (0..<4).map { bond.atoms[$0] }, center: 0, forceConstant: Self.held)
      structures += try structures.map { try Self.turned($0, to: cis, prepared) }
    }
    self.structures = structures
  }

  /// The structures in turn in all replicas; in a window with its dihedral turned there and relaxed.
  ///
  /// Under a gentle bias every other round starts turned, so that walkers come to the share of both sides from both. A replica has the same
  /// isomer in all states, which exchange configurations.
  func of(_ states: [SimulationState], replicas: Int) throws -> [Configurations] {
    var known: [SimulationState.Window: [Configurations]] = [:]
    return try states.map { state in
      guard let window = state.window else { return Self.repeated(structures, replicas) }
      let there = try known[window] ?? structures.map { try Self.turned($0, to: window, prepared) }
      known[window] = there
      return Self.repeated(window.forceConstant > Self.gentle ? there : structures + there, replicas)
    }
  }

  /// The configurations in turn.
  private static func repeated(_ starts: [Configurations], _ count: Int) -> Configurations {
    Configurations(
      count: count, dimension: starts[0].dimension,
      coordinates: (0..<count).flatMap { starts[$0 % starts.count].coordinates })
  }

  private static func turned(
    _ structure: Configurations, to window: SimulationState.Window, _ prepared: PreparedSystem
  ) throws -> Configurations {
    var x = structure
    let molecule = prepared.system.molecule
    guard let moving = molecule.fragment(of: window.atoms[2], cutFrom: window.atoms[1]) else {
      throw InputError(
        prepared.description.name, "the dihedral '\(window.dihedral)' turns about a bond of a ring",
        expected: "a dihedral that can turn", found: "\(window.atoms)")
    }
    let angle = x.dihedrals(SIMD4(window.atoms[0], window.atoms[1], window.atoms[2], window.atoms[3]))[0]
    x.rotate(moving, about: window.atoms[1], window.atoms[2], by: window.center - angle, sample: 0)
    let held = SimulationState.Window(
      dihedral: window.dihedral, atoms: window.atoms, center: window.center,
      forceConstant: max(window.forceConstant, held))
    let energy = SimulationState(temperature: 300, window: held).density(of: prepared.system, precision: .double)
      .energy
    return try EnergyMinimizer(forceTolerance: 100, maximumIterations: 500).minimize(energy, from: x).positions
  }
}
