/// What a force field knows of one residue: names, types, bonds, and which atoms bind to other residues.
public struct ResidueTemplate: Sendable, Equatable {
  public struct Atom: Sendable, Equatable {
    public var name: String
    /// Name of an atom type of the force field.
    public var type: String
    /// nil for a site without an element.
    public var element: Element?
    /// Numbers that belong to this atom of the residue, such as "charge".
    public var attributes: [String: Double]

    public init(name: String, type: String, element: Element?, attributes: [String: Double] = [:]) {
      self.name = name
      self.type = type
      self.element = element
      self.attributes = attributes
    }
  }

  public var name: String
  public var atoms: [Atom]
  /// Pairs of indices into `atoms`, in the order of the file.
  public var bonds: [Bond]
  /// Atoms with a bond that leaves the residue, once per such bond.
  public var externalBonds: [Int]
  /// Of two templates with one name, that with the higher level counts.
  public var overrideLevel: Int

  public init(
    name: String, atoms: [Atom] = [], bonds: [Bond] = [], externalBonds: [Int] = [], overrideLevel: Int = 0
  ) {
    self.name = name
    self.atoms = atoms
    self.bonds = bonds
    self.externalBonds = externalBonds
    self.overrideLevel = overrideLevel
  }

  public func atomIndex(named name: String) -> Int? { atoms.firstIndex { $0.name == name } }

  /// For each atom the atoms bonded to it within the residue, in the order of `bonds`.
  var neighbours: [[Int]] {
    var lists = [[Int]](repeating: [], count: atoms.count)
    for bond in bonds {
      lists[bond.first].append(bond.second)
      lists[bond.second].append(bond.first)
    }
    return lists
  }

  /// How many bonds of each atom leave the residue.
  var externalBondCounts: [Int] {
    var counts = [Int](repeating: 0, count: atoms.count)
    for atom in externalBonds { counts[atom] += 1 }
    return counts
  }
}
