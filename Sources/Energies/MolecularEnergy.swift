/// The potential energy of a `MolecularSystem`, evaluated in blocks of `LaneBlock.lanes` samples.
public struct MolecularEnergy: Energy {
  public let system: MolecularSystem
  /// Threads that share the samples of a batch. The result does not depend on it.
  public var threads: Int

  public init(_ system: MolecularSystem, threads: Int = 1) {
    precondition(threads > 0)
    self.system = system
    self.threads = threads
  }

  public var dimension: Int { 3 * system.molecule.atomCount }

  public func energies(of x: borrowing Configurations) throws(EnergyError) -> [Double] { preconditionFailure() }

  public func energies(of x: borrowing Configurations, forces: inout Configurations) throws(EnergyError) -> [Double] {
    preconditionFailure()
  }

  /// Energies by component name ("bond", "angle", …), each `[count]`, kJ/mol; components of several terms add up.
  public func energiesByComponent(of x: borrowing Configurations) throws(EnergyError) -> [(name: String, energies: [Double])] {
    preconditionFailure()
  }
}
