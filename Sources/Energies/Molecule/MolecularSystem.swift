/// A molecule with the terms of its potential energy: what every reader produces and `MolecularEnergy` evaluates.
///
/// Inert data. Terms carry their own parameters; a program that needs, say, the bond lengths asks for the term:
/// `system.term(HarmonicBonds.self)`.
public struct MolecularSystem: Sendable {
  public var molecule: Molecule
  public var terms: [any EnergyTerm]
  /// Facts for `info`: force field, solvent model, dielectric, …, in the order to print.
  public var notes: [(name: String, value: String)]

  public init(molecule: Molecule, terms: [any EnergyTerm], notes: [(name: String, value: String)] = []) {
    for term in terms {
      precondition(
        term.largestAtomIndex < molecule.atomCount,
        "\(type(of: term).componentNames) names atom \(term.largestAtomIndex) of \(molecule.atomCount)")
    }
    self.molecule = molecule
    self.terms = terms
    self.notes = notes
  }

  /// The first term of the given type.
  public func term<T: EnergyTerm>(_ type: T.Type) -> T? {
    for term in terms { if let found = term as? T { return found } }
    return nil
  }

  /// Replaces the first term of the given type, or appends.
  public mutating func setTerm<T: EnergyTerm>(_ term: T) {
    if let index = terms.firstIndex(where: { $0 is T }) { terms[index] = term } else { terms.append(term) }
  }
}
