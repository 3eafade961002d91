/// A force field: atom types, residue templates, and the rules that turn types into parameters.
///
/// An inert value; `parameterize` applies it to a molecule. The semantics (which rule wins, how impropers are ordered)
/// are those of OpenMM's `ForceField.createSystem` (Eastman et al. 2024, doi:10.1021/acs.jpcb.3c06662), so that both
/// programs give the same energies.
public struct ForceField: Sendable {
  public struct AtomType: Sendable, Equatable {
    public var atomClass: String
    /// nil for a site without an element.
    public var element: Element?
    /// dalton
    public var mass: Double
  }

  /// A patch that may be applied to a template, as residue `residue` (0-based) of the patch.
  public struct AllowedPatch: Sendable, Hashable {
    public var patch: String
    public var residue: Int
  }

  /// "amber14", or the paths it was read from.
  public var name: String
  public internal(set) var atomTypes: [String: AtomType] = [:]
  /// In the order of the files.
  public internal(set) var templates: [ResidueTemplate] = []
  public internal(set) var patches: [TemplatePatch] = []
  /// By template name.
  public internal(set) var allowedPatches: [String: [AllowedPatch]] = [:]
  public internal(set) var bonds: [BondRule] = []
  public internal(set) var angles: [AngleRule] = []
  public internal(set) var torsions: [TorsionRule] = []
  public internal(set) var impropers: [ImproperRule] = []
  public internal(set) var cmaps: [CMAPTorsions.Map] = []
  public internal(set) var cmapRules: [CMAPRule] = []
  public internal(set) var nonbonded: NonbondedRules?
  /// GBSAOBC parameters by type, where the files have them.
  public internal(set) var born: [BornRule] = []
  /// The implicit solvent that the files themselves ask for.
  public internal(set) var declaredSolvent: ImplicitSolvent?

  init(name: String) { self.name = name }

  public func template(named name: String) -> ResidueTemplate? { templates.first { $0.name == name } }

  /// Adds a type; the same definition twice is no error.
  mutating func add(_ type: AtomType, named name: String) -> Bool {
    if let existing = atomTypes[name] { return existing == type }
    atomTypes[name] = type
    return true
  }

  /// Adds a template by the override rule. False: one with this name and level exists already.
  mutating func add(_ template: ResidueTemplate) -> Bool {
    if let index = templates.firstIndex(where: { $0.name == template.name }) {
      if template.overrideLevel < templates[index].overrideLevel { return true }
      if template.overrideLevel == templates[index].overrideLevel { return false }
      templates.remove(at: index)
    }
    templates.append(template)
    return true
  }
}
