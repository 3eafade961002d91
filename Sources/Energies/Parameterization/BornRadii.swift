/// Intrinsic radii and screening factors of the Born models by element.
///
/// Radii mbondi2: Onufriev, Bashford, Case 2004, doi:10.1002/prot.20033; mbondi3: Nguyen, Roe, Simmerling 2013,
/// doi:10.1021/ct3010485. Screening: Hawkins, Cramer, Truhlar 1996, doi:10.1021/jp961710n. Other elements get what
/// OpenMM and AMBER's LEaP give them.
enum BornRadii {
  /// Å; any other element 1.5.
  private static let radii = ["C": 1.7, "N": 1.55, "O": 1.5, "F": 1.5, "Si": 2.1, "P": 1.85, "S": 1.8, "Cl": 1.7]
  /// Any other element 0.8.
  private static let screening = ["H": 0.85, "C": 0.72, "N": 0.79, "O": 0.85, "F": 0.88, "P": 0.86, "S": 0.96]

  /// nm. Only hydrogens look at what they are bonded to.
  static func mbondi2(of element: Element?, bondedTo partner: Element?) -> Double {
    // Division by 10 gives the same doubles as OpenMM; multiplication by 0.1 would not.
    if element == .hydrogen { return (partner == .nitrogen ? 1.3 : 1.2) / 10 }
    return (radii[element?.symbol ?? ""] ?? 1.5) / 10
  }

  /// nm, where mbondi3 differs from mbondi2.
  static let mbondi3CarboxylateOxygen = 1.4 / 10
  static let mbondi3ArginineHydrogen = 1.17 / 10

  /// Scaled radius over offset radius, OBC models.
  static func screening(of element: Element?) -> Double { screening[element?.symbol ?? ""] ?? 0.8 }
}

extension Molecule {
  /// Intrinsic radii, nm: mbondi2, or mbondi3, which has others for carboxylate oxygens and for the hydrogens of
  /// arginine's guanidinium group.
  func bornRadii(mbondi3: Bool) throws -> [Double] {
    let neighbours = neighbours
    let names = mbondi3 ? try StandardResidues.shipped() : nil
    return atoms.enumerated().map { index, atom in
      let partner = neighbours[index].first.flatMap { atoms[$0].element }
      if let names {
        if isCarboxylateOxygen(index, neighbours) { return BornRadii.mbondi3CarboxylateOxygen }
        let residue = residues[atom.residue].name
        if names.standardName(ofResidue: residue) == "ARG" {
          let name = names.standardName(ofAtom: atom.name, inResidue: residue)
          if name.hasPrefix("HH") || name.hasPrefix("HE") { return BornRadii.mbondi3ArginineHydrogen }
        }
      }
      return BornRadii.mbondi2(of: atom.element, bondedTo: partner)
    }
  }

  /// An oxygen whose only neighbour is a carbon with three neighbours, another of which is oxygen.
  private func isCarboxylateOxygen(_ index: Int, _ neighbours: [[Int]]) -> Bool {
    guard atoms[index].element == .oxygen, neighbours[index].count == 1 else { return false }
    let carbon = neighbours[index][0]
    guard atoms[carbon].element == .carbon, neighbours[carbon].count == 3 else { return false }
    return neighbours[carbon].contains { $0 != index && atoms[$0].element == .oxygen }
  }
}
