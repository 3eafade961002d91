/// Names of amino-acid residues and caps in AMBER's force fields.
enum AminoAcidNames {
  /// One-letter codes of IUPAC-IUB (1984, doi:10.1111/j.1432-1033.1984.tb07877.x); H as HIE.
  static let byLetter: [Character: String] = [
    "A": "ALA", "C": "CYS", "D": "ASP", "E": "GLU", "F": "PHE", "G": "GLY", "H": "HIE", "I": "ILE", "K": "LYS",
    "L": "LEU", "M": "MET", "N": "ASN", "P": "PRO", "Q": "GLN", "R": "ARG", "S": "SER", "T": "THR", "V": "VAL",
    "W": "TRP", "Y": "TYR",
  ]

  /// Neutral acids, neutral lysine, thiolate: they exist inside a chain only.
  static let withoutTerminalForms: Set<String> = ["ASH", "GLH", "LYN", "CYM"]

  /// Every residue name that a sequence may hold.
  static let residues = Set(byLetter.values).union(withoutTerminalForms).union(["HID", "HIP"])

  /// D-amino acids and modified residues of the Protein Data Bank's chemical component dictionary, and CHARMM's histidines, whose codes could
  /// be three residues of one letter.
  static let componentsOfLetters: Set<String> = [
    "DAL", "DAR", "DAS", "DCY", "DGL", "DGN", "DHI", "DIL", "DLE", "DLY", "DPN", "DPR", "DSG", "DSN", "DTH", "DTR",
    "DTY", "DVA", "MED", "ALY", "CIR", "CME", "CSD", "HSE", "HSD", "HSP", "LLP", "MLY", "MSE", "NLE", "NVA", "PCA",
    "PTR", "SAC", "SAR", "SEC", "SEP",
  ]

  static let leadingCaps: Set<String> = ["ACE"]
  static let trailingCaps: Set<String> = ["NME", "NHE"]

  static let allowedLetters = String(byLetter.keys.sorted())
  static let allowedNames = (residues.union(leadingCaps).union(trailingCaps)).sorted().joined(separator: " ")
}
