import Energies

/// What transferable networks are told about an atom of a peptide: the residue that it belongs to and those before and after, its name
/// there, and whether its residue is at an end.
public enum PeptideAtomFeatures {
  static let residues = [
    "ALA", "ARG", "ASN", "ASP", "CYS", "GLN", "GLU", "GLY", "HIS", "ILE", "LEU", "LYS", "MET", "PHE", "PRO", "SER",
    "THR", "TRP", "TYR", "VAL", "ACE", "NME", "NHE",
  ]
  /// HID, HIE and HIP are told apart by their hydrogens.
  private static let sameAs = ["HIE": "HIS", "HID": "HIS", "HIP": "HIS"]

  static let names = [
    "N", "H", "H1", "H2", "H3", "CA", "HA", "HA2", "HA3", "C", "O", "OXT", "CB", "HB", "HB1", "HB2", "HB3", "CG", "CG1",
    "CG2", "HG", "HG1", "HG2", "HG3", "HG11", "HG12", "HG13", "HG21", "HG22", "HG23", "CD", "CD1", "CD2", "HD1", "HD2",
    "HD3", "HD11", "HD12", "HD13", "HD21", "HD22", "HD23", "CE", "CE1", "CE2", "CE3", "HE", "HE1", "HE2", "HE3", "HE21",
    "HE22", "CZ", "CZ2", "CZ3", "CH2", "HZ", "HZ1", "HZ2", "HZ3", "HH", "HH2", "HH11", "HH12", "HH21", "HH22", "ND1",
    "ND2", "NE", "NE1", "NE2", "NH1", "NH2", "NZ", "OD1", "OD2", "OE1", "OE2", "OG", "OG1", "OH", "SG", "SD", "CH3",
    "HH31", "HH32", "HH33", "HN1", "HN2",
  ]

  /// The first atom whose residue or name has no feature, or nil: a network would take it for nothing at all.
  public static func unknownAtom(in molecule: Molecule) -> Int? {
    molecule.atoms.indices.first { atom in
      let residue = molecule.residues[molecule.atoms[atom].residue].name
      return !residues.contains(sameAs[residue] ?? residue) || !names.contains(molecule.atoms[atom].name)
    }
  }

  public static var count: Int { 3 * residues.count + names.count + 2 }

  static func values(of atom: Int, in molecule: Molecule) -> [Double] {
    func oneHot(_ word: String?, _ words: [String]) -> [Double] { words.map { $0 == word ? 1 : 0 } }
    func residue(_ index: Int) -> String? {
      guard molecule.residues.indices.contains(index) else { return nil }
      let name = molecule.residues[index].name
      return sameAs[name] ?? name
    }
    let own = molecule.atoms[atom].residue
    return (-1...1).flatMap { oneHot(residue(own + $0), residues) } + oneHot(molecule.atoms[atom].name, names)
      + [own == 0 ? 1 : 0, own == molecule.residues.count - 1 ? 1 : 0]
  }
}
