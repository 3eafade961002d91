/// Why an energy could not be computed.
public enum EnergyError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The batch has another dimension than the energy (three times the number of atoms).
  case dimensionMismatch(expected: Int, found: Int)
  /// A term gave NaN although an impossible geometry must give +∞: the coordinates themselves were not numbers.
  case notANumber(sample: Int, term: String)

  public var description: String {
    switch self {
    case .dimensionMismatch(let expected, let found):
      if expected % 3 == 0, found % 3 == 0 {
        return "the energy is that of \(expected / 3) atoms, but the configurations have \(found / 3)"
      }
      return "the energy has \(expected) coordinates, but the configurations have \(found)"
    case .notANumber(let sample, let term):
      return "sample \(sample): the energy term '\(term)' is not a number; are its coordinates numbers?"
    }
  }
}

/// A potential energy U(x) in kJ/mol over batches of configurations.
///
/// An impossible geometry (two atoms at one point) has U = +∞ for that sample only; its force is NaN, because it has
/// none. A value that is not a number is an error.
public protocol Energy: Sendable {
  /// Length of one configuration: 3 × atoms for a molecule.
  var dimension: Int { get }

  /// U of every sample, kJ/mol. Shape `[count]`.
  func energies(of x: borrowing Configurations) throws(EnergyError) -> [Double]

  /// U of every sample; `forces` is overwritten with −∂U/∂x, kJ/mol/nm, shape `[count][dimension]`.
  func energies(of x: borrowing Configurations, forces: inout Configurations) throws(EnergyError) -> [Double]
}
