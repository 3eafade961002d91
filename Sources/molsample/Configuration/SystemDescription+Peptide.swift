import Energies

extension SystemDescription {
  /// A peptide in the peers' setting, with a free energy of the region (0, 2) rad for every φ that can turn.
  static func peptide(_ sequence: String) throws -> SystemDescription {
    var description = SystemDescription(sequence: sequence)
    let molecule = try PreparedSystem(description, needsStructure: false).system.molecule
    description.regions = BackboneDihedrals(molecule).phi.filter {
      molecule.fragment(of: $0.atoms[2], cutFrom: $0.atoms[1]) != nil
    }.map { DihedralRegion(name: $0.name, atoms: $0.atoms, range: 0...2) }
    return description
  }
}
