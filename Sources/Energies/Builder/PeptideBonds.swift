/// The bonds C–N between residues of a molecule, with the atoms of their dihedral ω.
struct PeptideBonds {
  struct Dihedral {
    /// The carbon before C: CA, or CH3 of a cap.
    let before: Int
    let carbon: Int
    let nitrogen: Int
    /// The carbon after N: CA, or the methyl of a cap.
    let after: Int
  }

  /// Every peptide bond with a carbon on both sides; the amide of NHE has none after N.
  let dihedrals: [Dihedral]

  init(_ molecule: Molecule, neighbours: [[Int]]) {
    dihedrals = molecule.bonds.compactMap { bond in
      let (a, b) = (molecule.atoms[bond.first], molecule.atoms[bond.second])
      guard a.residue != b.residue, Set([a.name, b.name]) == ["C", "N"] else { return nil }
      let (carbon, nitrogen) = a.name == "C" ? (bond.first, bond.second) : (bond.second, bond.first)
      let before = neighbours[carbon].first { molecule.atoms[$0].element == .carbon }
      let candidates = neighbours[nitrogen].filter { $0 != carbon && molecule.atoms[$0].element == .carbon }
      // Proline's N has two; the backbone goes on at CA.
      let after = candidates.first { molecule.atoms[$0].name == "CA" } ?? candidates.first
      guard let before, let after else { return nil }
      return Dihedral(before: before, carbon: carbon, nitrogen: nitrogen, after: after)
    }
  }
}
