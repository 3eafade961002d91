/// Physical constants and unit conversions.
///
/// Inside MolFlow: nm, ps, kJ/mol, K, elementary charge, dalton, radian. AMBER's Å, kcal/mol and degree exist only in
/// readers and writers. Values: CODATA 2018; thermochemical calorie.
public enum Units {
  /// Molar gas constant, kJ/(mol K).
  public static let gasConstant = 0.008_314_462_618_153_24
  /// 1/(4π ε₀) in kJ nm/(mol e²).
  public static let coulombConstant = 138.935_457_644_381_98
  /// The older value of 1/(4π ε₀) that OpenMM's CustomGBForce expressions for AMBER's Born models carry.
  public static let coulombConstantCustomGB = 138.935_485
  /// kJ in a kcal.
  public static let kilojoulesPerKilocalorie = 4.184
  /// nm in an Å.
  public static let nanometersPerAngstrom = 0.1
  /// prmtop charges are in e × 18.2223 (AMBER file format specification).
  public static let amberChargeScale = 18.2223
  /// AMBER velocities are in Å per (1/20.455 ps).
  public static let amberVelocityScale = 20.455
  public static let radiansPerDegree = Double.pi / 180
}

/// The thermodynamic state in which a molecule is sampled.
public struct ThermodynamicState: Sendable, Hashable, Codable {
  /// K
  public var temperature: Double

  public init(temperature: Double) {
    precondition(temperature > 0 && temperature.isFinite, "temperature must be positive and finite")
    self.temperature = temperature
  }

  /// kT in kJ/mol.
  public var kT: Double { Units.gasConstant * temperature }
}
