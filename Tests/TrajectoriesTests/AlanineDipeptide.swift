import Energies

/// ACE-ALA-NME, for files that need names and bonds.
enum AlanineDipeptide {
  static let molecule: Molecule = {
    let residues: [(String, [String])] = [
      ("ACE", ["HH31", "CH3", "HH32", "HH33", "C", "O"]),
      ("ALA", ["N", "H", "CA", "HA", "CB", "HB1", "HB2", "HB3", "C", "O"]),
      ("NME", ["N", "H", "C", "H1", "H2", "H3"]),
    ]
    var atoms: [Atom] = []
    var placed: [Residue] = []
    for (index, (name, names)) in residues.enumerated() {
      placed.append(Residue(name: name, number: index + 1, atoms: atoms.count..<atoms.count + names.count))
      for atom in names {
        atoms.append(Atom(name: atom, element: Element(symbol: String(atom.prefix(1))), mass: 1, residue: index))
      }
    }
    let bonds = [
      (0, 1), (1, 2), (1, 3), (1, 4), (4, 5), (4, 6), (6, 7), (6, 8), (8, 9), (8, 10), (10, 11), (10, 12), (10, 13),
      (8, 14), (14, 15), (14, 16), (16, 17), (16, 18), (18, 19), (18, 20), (18, 21),
    ]
    return Molecule(atoms: atoms, residues: placed, bonds: bonds.map { Bond($0, $1) })
  }()
}
