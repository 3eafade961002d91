/// An implicit solvent: which Born model, with which dielectric constants.
public struct ImplicitSolvent: Sendable, Equatable {
  public enum Model: String, Sendable, CaseIterable {
    case vacuum
    /// OBC I (Onufriev, Bashford, Case 2004, doi:10.1002/prot.20033), mbondi2 radii; OpenMM's implicit/obc1.xml.
    case obc1
    /// OBC II, mbondi2 radii; OpenMM's implicit/obc2.xml.
    case obc2
    /// GBn2 (Nguyen, Roe, Simmerling 2013, doi:10.1021/ct3010485), mbondi3 radii; OpenMM's implicit/gbn2.xml.
    case gbn2
    /// OBC II with radii by atom type of amber99*; OpenMM's amber99_obc.xml and its GBSAOBCForce.
    case amber99OBC = "amber99_obc"
    /// OBC II with radii by atom type of amber96; OpenMM's amber96_obc.xml and its GBSAOBCForce.
    case amber96OBC = "amber96_obc"
    /// OBC II with the GBSAOBCForce parameters that the force field's own files hold.
    case forceField = "force field"
  }

  public var model: Model
  public var solventDielectric: Double
  public var soluteDielectric: Double = 1
  /// κ, 1/nm; not with the models by atom type, which know no salt.
  public var inverseDebyeLength: Double = 0
  /// Whether the surface-area ("ACE") term is added.
  public var surfaceArea = true

  /// A model with the dielectric constants that OpenMM gives it: 78.5 for obc1, obc2 and gbn2, 78.3 for GBSAOBCForce.
  public init(_ model: Model) {
    self.model = model
    switch model {
    case .vacuum: solventDielectric = 1
    case .obc1, .obc2, .gbn2: solventDielectric = 78.5
    case .amber99OBC, .amber96OBC, .forceField: solventDielectric = 78.3
    }
  }

  public static let vacuum = ImplicitSolvent(.vacuum)
  public static let ofForceField = ImplicitSolvent(.forceField)

  /// Names that `init(named:)` takes.
  public static let names = ["vacuum", "obc1", "obc2", "gbn2", "amber99_obc", "amber96_obc"]

  /// - Throws: `InputError` where there is no such model.
  public init(named name: String) throws {
    let plain = name.lowercased().filter { $0 != "-" && $0 != "_" }
    let models: [String: Model] = [
      "vacuum": .vacuum, "none": .vacuum, "obc1": .obc1, "obc2": .obc2, "gbn2": .gbn2, "amber99obc": .amber99OBC,
      "amber96obc": .amber96OBC,
    ]
    guard let model = models[plain] else {
      throw InputError(
        "solvent", "there is no solvent model of this name", expected: Self.names.joined(separator: ", "), found: name)
    }
    self.init(model)
  }

  /// Checks that the numbers make sense.
  func validate(cutoff: Double?) throws {
    func require(_ condition: Bool, _ problem: String, _ value: Double) throws {
      if !condition { throw InputError("solvent", problem, found: "\(value)") }
    }
    try require(solventDielectric >= 1 && solventDielectric.isFinite, "solvent dielectric below 1", solventDielectric)
    try require(soluteDielectric >= 1 && soluteDielectric.isFinite, "solute dielectric below 1", soluteDielectric)
    try require(
      inverseDebyeLength >= 0 && inverseDebyeLength.isFinite, "negative inverse Debye length", inverseDebyeLength)
    if let cutoff { try require(cutoff > 0 && cutoff.isFinite, "the cutoff is no positive length", cutoff) }
  }
}
