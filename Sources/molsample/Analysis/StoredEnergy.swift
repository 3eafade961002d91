import Energies

/// The energy that a file holds beside its first frame. It tells what the frames are of: isomers have as many atoms.
struct StoredEnergy {
  /// kJ/mol that the rounding of stored coordinates may cost; an isomer's energy is off by hundreds.
  private static let tolerance = 5.0

  private let path: String
  /// kJ/mol.
  private let value: Double

  init(_ value: Double, of path: String) {
    self.path = path
    self.value = value
  }

  /// - Parameter found: the frame's energy as it is computed here, kJ/mol.
  func require(_ found: Double, advice: String) throws {
    guard !(abs(found - value) < Self.tolerance) else { return }
    throw InputError(
      path, "holds frames of another molecule than its name says, or of another force field",
      expected: "\(significant(value, 6)) kJ/mol for the first frame, as stored with it",
      found: "\(significant(found, 6)) kJ/mol", advice: advice)
  }
}
