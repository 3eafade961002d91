/// r₀ and k of ½ k (r − r₀)² for bonds between two kinds of atoms, in either order.
public struct BondRule: Sendable, Equatable {
  public var atoms: [AtomSelector]
  /// nm
  public var length: Double
  /// kJ/mol/nm²; a bond whose k is 0 carries no energy.
  public var forceConstant: Double
}

/// θ₀ and k of ½ k (θ − θ₀)² for three kinds of atoms, in either direction.
public struct AngleRule: Sendable, Equatable {
  public var atoms: [AtomSelector]
  /// rad
  public var angle: Double
  /// kJ/mol/rad²
  public var forceConstant: Double
}

/// One Fourier term k (1 + cos(nφ − φ₀)).
public struct TorsionSeriesTerm: Sendable, Equatable {
  public var periodicity: Int
  /// rad
  public var phase: Double
  /// kJ/mol
  public var forceConstant: Double
}

/// The Fourier terms of four kinds of atoms. For a proper torsion the atoms are in order along the chain, in either
/// direction; for an improper one the first is the centre and the others are any permutation.
public struct TorsionRule: Sendable, Equatable {
  public var atoms: [AtomSelector]
  public var terms: [TorsionSeriesTerm]
}

/// How the order of an improper torsion's outer atoms, which its energy depends on, is fixed. The names are OpenMM's.
public enum ImproperOrdering: String, Sendable, CaseIterable {
  /// By element and atom index; centre third.
  case byElement = "default"
  /// By residue, place in the template and element, as AMBER's LEaP does; centre third.
  case amber
  /// The rule's own order, centre first; `byElement` where the rule has a wildcard.
  case charmm
  /// All three cyclic orders, centre first.
  case smirnoff
}

public struct ImproperRule: Sendable, Equatable {
  public var torsion: TorsionRule
  public var ordering: ImproperOrdering
}

/// The correction map of five kinds of consecutive atoms (φ from the first four, ψ from the last four).
public struct CMAPRule: Sendable, Equatable {
  public var atoms: [AtomSelector]
  /// Index into `ForceField.cmaps`.
  public var map: Int
}

/// Charge and Lennard-Jones parameters of one kind of atom; what is nil is an attribute of the residue's atom.
public struct NonbondedRule: Sendable, Equatable {
  public var atom: AtomSelector
  /// e
  public var charge: Double?
  /// nm
  public var sigma: Double?
  /// kJ/mol
  public var epsilon: Double?
}

public struct NonbondedRules: Sendable, Equatable {
  /// Factor on the Coulomb interaction of atoms three bonds apart.
  public var coulomb14Scale: Double
  /// Factor on their Lennard-Jones ε.
  public var lennardJones14Scale: Double
  /// Where several apply to a type, the last counts.
  public var atoms: [NonbondedRule]
}

/// Born radius parameters of one kind of atom, as in OpenMM's GBSAOBCForce element.
public struct BornRule: Sendable, Equatable {
  public var atom: AtomSelector
  /// e; nil: the residue's.
  public var charge: Double?
  /// nm
  public var radius: Double?
  public var scale: Double?
}
