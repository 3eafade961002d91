/// The torsions of a peptide's backbone, found by atom names: φ (C′, N, CA, C), ψ (N, CA, C, N′), ω (CA, C, N′, CA′), where
/// primes are the neighbouring residue's. The methyl carbon of ACE and NME stands for their CA in ω.
///
/// Source: IUPAC-IUB Commission on Biochemical Nomenclature 1970, doi:10.1021/bi00820a001.
public struct BackboneDihedrals: Sendable {
  public struct Torsion: Sendable, Equatable {
    /// "phi", "psi" or "omega" with the residue's number counted from 1 where there are several: "phi-2".
    public var name: String
    /// Greek letter with the residue for people: "φ ALA-2".
    public var label: String
    public var atoms: SIMD4<Int>
  }

  /// In the order of residues.
  public let phi, psi, omega: [Torsion]

  public init(_ molecule: Molecule) {
    let bonded = Set(molecule.bonds)
    var found: [String: [(residue: Int, atoms: SIMD4<Int>)]] = [:]
    func atom(_ names: [String], _ residue: Int) -> Int? {
      for name in names { if let index = molecule.atomIndex(named: name, inResidue: residue) { return index } }
      return nil
    }
    for residue in molecule.residues.indices {
      guard let n = atom(["N"], residue) else { continue }
      let ca = atom(["CA"], residue), c = atom(["C"], residue)
      let before = residue > 0 ? atom(["C"], residue - 1).flatMap { bonded.contains(Bond($0, n)) ? $0 : nil } : nil
      if let before, let ca, let c { found["phi", default: []].append((residue, SIMD4(before, n, ca, c))) }
      if let before, let methyl = atom(["CA", "CH3", "C"], residue), let first = atom(["CA", "CH3"], residue - 1) {
        found["omega", default: []].append((residue - 1, SIMD4(first, before, n, methyl)))
      }
      if let ca, let c, residue + 1 < molecule.residues.count, let next = atom(["N"], residue + 1),
        bonded.contains(Bond(c, next))
      {
        found["psi", default: []].append((residue, SIMD4(n, ca, c, next)))
      }
    }
    let letters = ["phi": "φ", "psi": "ψ", "omega": "ω"]
    func torsions(_ kind: String) -> [Torsion] {
      let all = found[kind] ?? []
      return all.map { residue, atoms in
        Torsion(
          name: all.count == 1 ? kind : "\(kind)-\(residue + 1)",
          label: "\(letters[kind]!) \(molecule.residues[residue].name)-\(residue + 1)", atoms: atoms)
      }
    }
    phi = torsions("phi")
    psi = torsions("psi")
    omega = torsions("omega")
  }

  public var all: [Torsion] { phi + psi + omega }

  /// (φ, ψ) of the residues that have both.
  public var ramachandranPairs: [(phi: Torsion, psi: Torsion)] {
    phi.compactMap { phi in psi.first { $0.atoms[1] == phi.atoms[2] }.map { (phi, $0) } }
  }
}
