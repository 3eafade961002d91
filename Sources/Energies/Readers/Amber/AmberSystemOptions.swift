/// Implicit solvents that can be built from a prmtop's RADII and SCREEN.
public enum AmberSolventModel: String, Sendable, Hashable, CaseIterable, Codable {
  case vacuum
  /// igb = 2 (Onufriev, Bashford, Case 2004, doi:10.1002/prot.20033, model I)
  case obc1
  /// igb = 5 (the same, model II)
  case obc2
  /// igb = 8 (Nguyen, Roe, Simmerling 2013, doi:10.1021/ct3010485)
  case gbn2
}

/// What a prmtop leaves open. The defaults are those of OpenMM's `AmberPrmtopFile.createSystem`.
public struct AmberSystemOptions: Sendable, Hashable, Codable {
  public var solvent: AmberSolventModel
  public var solventDielectric: Double
  public var soluteDielectric: Double
  /// Adds the surface-area ("ACE") term of the implicit solvent.
  public var surfaceArea: Bool
  /// κ of the implicit solvent, 1/nm; 0 without salt.
  public var inverseDebyeLength: Double
  /// A non-periodic cutoff, nm; nil for none.
  public var cutoff: Double?
  /// ε_rf beyond the cutoff; nil for 1 with an implicit solvent and 78.3 in vacuum.
  public var reactionFieldDielectric: Double?

  public init(
    solvent: AmberSolventModel = .vacuum, solventDielectric: Double = 78.5, soluteDielectric: Double = 1,
    surfaceArea: Bool = true, inverseDebyeLength: Double = 0, cutoff: Double? = nil,
    reactionFieldDielectric: Double? = nil
  ) {
    self.solvent = solvent
    self.solventDielectric = solventDielectric
    self.soluteDielectric = soluteDielectric
    self.surfaceArea = surfaceArea
    self.inverseDebyeLength = inverseDebyeLength
    self.cutoff = cutoff
    self.reactionFieldDielectric = reactionFieldDielectric
  }

  /// Throws for a value that has no physical meaning.
  func validate() throws(InputError) {
    let source = "AMBER system options"
    for (name, value) in [
      ("solventDielectric", solventDielectric), ("soluteDielectric", soluteDielectric), ("cutoff", cutoff ?? 1),
      ("reactionFieldDielectric", reactionFieldDielectric ?? 1),
    ] where !(value.isFinite && value > 0) {
      throw InputError(source, "\(name) is out of range", expected: "a positive number", found: "\(value)")
    }
    guard inverseDebyeLength.isFinite, inverseDebyeLength >= 0 else {
      throw InputError(
        source, "inverseDebyeLength is out of range", expected: "0 or a positive number, 1/nm",
        found: "\(inverseDebyeLength)")
    }
  }

  /// The cutoff with the reaction field that belongs to it.
  var nonbondedCutoff: Nonbonded.Cutoff? {
    guard let cutoff else { return nil }
    return Nonbonded.Cutoff(
      distance: cutoff, reactionFieldDielectric: reactionFieldDielectric ?? (solvent == .vacuum ? 78.3 : 1))
  }
}
