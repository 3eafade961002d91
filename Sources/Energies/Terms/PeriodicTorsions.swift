/// Periodic torsions, proper and improper, U = k (1 + cos(nφ − φ₀)), φ the dihedral i–j–k–l (IUPAC sign: trans is π).
public struct PeriodicTorsions: EnergyTerm {
  public struct Parameters: Sendable, Equatable {
    public var i: Int
    public var j: Int
    public var k: Int
    public var l: Int
    /// n ≥ 0
    public var periodicity: Int
    /// φ₀, rad
    public var phase: Double
    /// k, kJ/mol
    public var forceConstant: Double

    public init(_ i: Int, _ j: Int, _ k: Int, _ l: Int, periodicity: Int, phase: Double, forceConstant: Double) {
      self.i = i
      self.j = j
      self.k = k
      self.l = l
      self.periodicity = periodicity
      self.phase = phase
      self.forceConstant = forceConstant
    }
  }

  public static let componentNames = ["torsion"]
  public let torsions: [Parameters]

  public init(_ torsions: [Parameters]) { self.torsions = torsions }

  public var largestAtomIndex: Int { torsions.reduce(-1) { max($0, $1.i, $1.j, $1.k, $1.l) } }
}
