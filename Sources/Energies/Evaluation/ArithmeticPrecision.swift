/// The numbers in which a molecule's energy and forces are evaluated; results are doubles in both.
public enum ArithmeticPrecision: String, Sendable, CaseIterable {
  /// Doubles throughout.
  case double
  /// Floats for geometry and every pair, doubles for sums of energies: twice the lanes of a register. Energies are off by
  /// some 10⁻⁴ kJ/mol for tens of atoms at thermal geometries (10⁻⁷ of strained ones), forces by some 10⁻⁶ of their norm.
  /// Energies beyond 10²⁰ kJ/mol count as +∞.
  case single
}
