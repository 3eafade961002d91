/// A change to residue templates, such as a charged terminus: atoms added, changed and removed, bonds likewise.
public struct TemplatePatch: Sendable, Equatable {
  /// An atom of one of the residues the patch is applied to.
  public struct Site: Sendable, Hashable {
    /// 0-based place among the residues of the patch.
    public var residue: Int
    public var name: String
  }

  public var name: String
  /// How many residues it changes together; a disulphide bridge changes two.
  public var residueCount: Int
  /// For each residue.
  public var addedAtoms: [[ResidueTemplate.Atom]]
  /// For each residue, by name.
  public var changedAtoms: [[ResidueTemplate.Atom]]
  public var removedAtoms: [Site] = []
  public var addedBonds: [[Site]] = []
  public var removedBonds: [[Site]] = []
  public var addedExternalBonds: [Site] = []
  public var removedExternalBonds: [Site] = []

  init(name: String, residueCount: Int) {
    self.name = name
    self.residueCount = residueCount
    addedAtoms = Array(repeating: [], count: residueCount)
    changedAtoms = Array(repeating: [], count: residueCount)
  }

  /// Names of all atoms it adds, changes or removes.
  var alteredNames: Set<String> {
    Set((addedAtoms + changedAtoms).joined().map(\.name)).union(removedAtoms.map(\.name))
  }

  /// The changed template of residue `index`, or nil where the patch does not fit it.
  func apply(to template: ResidueTemplate, asResidue index: Int) -> ResidueTemplate? {
    var result = ResidueTemplate(name: "\(template.name)-\(name)")
    let removed = Set(removedAtoms.filter { $0.residue == index }.map(\.name))
    result.atoms = template.atoms.filter { !removed.contains($0.name) }
    for atom in addedAtoms[index] {
      guard result.atomIndex(named: atom.name) == nil else { return nil }
      result.atoms.append(atom)
    }
    for atom in changedAtoms[index] {
      guard let place = result.atomIndex(named: atom.name) else { return nil }
      result.atoms[place] = atom
    }

    let places = template.atoms.map { removed.contains($0.name) ? nil : result.atomIndex(named: $0.name) }
    let cut = removedBonds.filter { $0.allSatisfy { $0.residue == index } }.map { Set($0.map(\.name)) }
    for bond in template.bonds {
      guard let a = places[bond.first], let b = places[bond.second] else { continue }
      if !cut.contains([result.atoms[a].name, result.atoms[b].name]) { result.bonds.append(Bond(a, b)) }
    }
    let cutExternal = Set(removedExternalBonds.filter { $0.residue == index }.map(\.name))
    for atom in template.externalBonds where !cutExternal.contains(template.atoms[atom].name) {
      guard let place = places[atom] else { return nil }
      result.externalBonds.append(place)
    }
    for bond in addedBonds {
      let here = bond.filter { $0.residue == index }
      let atoms = here.compactMap { result.atomIndex(named: $0.name) }
      guard atoms.count == here.count else { return nil }
      if atoms.count == 2 {
        guard atoms[0] != atoms[1] else { return nil }
        result.bonds.append(Bond(atoms[0], atoms[1]))
      } else if let atom = atoms.first {
        result.externalBonds.append(atom)
      }
    }
    for site in addedExternalBonds where site.residue == index {
      guard let atom = result.atomIndex(named: site.name) else { return nil }
      result.externalBonds.append(atom)
    }
    return result
  }
}
