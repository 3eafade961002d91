/// Why no three-dimensional structure could be built.
public enum StructureError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The force field does not say a bond length or angle.
  case missingParameter(String)
  /// The bond graph falls into this many pieces.
  case severalMolecules(Int)
  /// No position could be found for the atom.
  case unplaced(atom: String)
  case energy(EnergyError)
  /// The minimiser ended before the largest force was small enough.
  case notRelaxed(outcome: String, largestForce: Double, tolerance: Double)
  case wrongChirality(atom: String)
  /// Length and equilibrium length in nm.
  case distortedBond(String, length: Double, expected: Double)
  /// Angle in degrees.
  case peptideBondNotTrans(String, degrees: Double)
  case ringThreaded(bond: String, ring: String)
  /// Distance in nm.
  case clash(String, distance: Double)
  /// Distances tell another bond graph than the molecule's.
  case wrongBonds(String)

  public var description: String {
    switch self {
    case .missingParameter(let what):
      return "no structure can be built: the force field does not give the \(what)"
    case .severalMolecules(let pieces):
      return "no structure can be built: the atoms form \(pieces) molecules that no bond joins"
    case .unplaced(let atom):
      return "no structure can be built: no place found for \(atom)"
    case .energy(let error):
      return "no structure can be built: \(error)"
    case .notRelaxed(let outcome, let force, let tolerance):
      return "the structure was not relaxed (\(outcome)): the largest force is \(Self.rounded(force)) kJ/mol/nm, "
        + "above \(Self.rounded(tolerance))"
    case .wrongChirality(let atom):
      return "the structure is wrong: \(atom) is the mirror image of what the residue's name says"
    case .distortedBond(let bond, let length, let expected):
      return "the structure is wrong: bond \(bond) is \(Self.rounded(length)) nm long instead of "
        + "\(Self.rounded(expected))"
    case .peptideBondNotTrans(let bond, let degrees):
      return "the structure is wrong: peptide bond \(bond) is turned to \(Self.rounded(degrees))°, not 180°"
    case .ringThreaded(let bond, let ring):
      return "the structure is wrong: bond \(bond) passes through the ring at \(ring)"
    case .clash(let atoms, let distance):
      return "the structure is wrong: \(atoms) are only \(Self.rounded(distance)) nm apart"
    case .wrongBonds(let what):
      return "the structure is wrong: \(what)"
    }
  }

  private static func rounded(_ value: Double) -> Double {
    value.isFinite ? (value * 10_000).rounded() / 10_000 : value
  }
}
