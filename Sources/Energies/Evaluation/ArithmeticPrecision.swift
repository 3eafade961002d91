/// The numbers in which a molecule's energy and forces are evaluated; results are doubles in both.
public enum ArithmeticPrecision: String, Sendable, CaseIterable {
  /// Doubles throughout.
  case double
  /// Floats for geometry and every pair, doubles for sums of energies: twice the lanes of a register. Energies are within
  /// about 10⁻⁷ of the sum of the magnitudes of their parts, forces within about 10⁻⁶ of their norm. Energies beyond
  /// 10²⁰ kJ/mol count as +∞.
  case single
}
