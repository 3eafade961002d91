/// One atom as chemistry names it.
public struct Atom: Sendable, Equatable {
  /// Name within the residue, for example "CA".
  public var name: String
  /// nil for a site without an element.
  public var element: Element?
  /// dalton
  public var mass: Double
  /// Index into `Molecule.residues`.
  public var residue: Int
  /// The force field's type, where one is known.
  public var type: String?

  public init(name: String, element: Element?, mass: Double, residue: Int, type: String? = nil) {
    self.name = name
    self.element = element
    self.mass = mass
    self.residue = residue
    self.type = type
  }
}

public struct Residue: Sendable, Equatable {
  /// "ALA", "ACE", "HIE", …
  public var name: String
  public var chain: String
  /// Sequence number as the file gives it.
  public var number: Int
  /// Atoms of this residue; they are contiguous.
  public var atoms: Range<Int>

  public init(name: String, chain: String = "A", number: Int, atoms: Range<Int>) {
    self.name = name
    self.chain = chain
    self.number = number
    self.atoms = atoms
  }
}

/// A covalent bond between two atoms, lower index first.
public struct Bond: Sendable, Hashable, Comparable {
  public let first: Int
  public let second: Int

  public init(_ a: Int, _ b: Int) {
    precondition(a != b, "an atom cannot be bonded to itself")
    first = min(a, b)
    second = max(a, b)
  }

  public static func < (a: Bond, b: Bond) -> Bool { (a.first, a.second) < (b.first, b.second) }
}

/// Atoms, residues and covalent bonds: chemistry without numbers of a force field.
public struct Molecule: Sendable, Equatable {
  public var atoms: [Atom]
  public var residues: [Residue]
  /// Sorted, each once.
  public var bonds: [Bond]

  public init(atoms: [Atom], residues: [Residue], bonds: [Bond]) {
    self.atoms = atoms
    self.residues = residues
    self.bonds = Array(Set(bonds)).sorted()
    precondition(self.bonds.allSatisfy { $0.second < atoms.count && $0.first >= 0 })
  }

  public var atomCount: Int { atoms.count }

  /// For each atom the atoms bonded to it, ascending.
  public var neighbours: [[Int]] {
    var lists = [[Int]](repeating: [], count: atoms.count)
    for bond in bonds {
      lists[bond.first].append(bond.second)
      lists[bond.second].append(bond.first)
    }
    for i in lists.indices { lists[i].sort() }
    return lists
  }

  /// The atom called `name` in residue `residue`, if there is one.
  public func atomIndex(named name: String, inResidue residue: Int) -> Int? {
    residues[residue].atoms.first { atoms[$0].name == name }
  }

  /// "ALA-2:CA" for messages: residue name, 1-based residue place, atom name.
  public func label(ofAtom index: Int) -> String {
    let atom = atoms[index]
    return "\(residues[atom.residue].name)-\(atom.residue + 1):\(atom.name)"
  }
}
