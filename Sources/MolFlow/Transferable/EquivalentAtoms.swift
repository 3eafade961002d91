import Energies
import Randomness

/// Exchanges of a peptide's atoms that change labels and nothing else, and that dynamics may not make for a long time: the hydrogens of amides
/// and guanidinium, whose bonds turn once in microseconds, the two halves of guanidinium, carboxylates and rings.
///
/// At equilibrium each labelling has the same weight but for AMBER's improper torsions, whose order of atoms tells the labels of a bent group
/// apart by up to 2 kJ/mol: energies belong to be computed anew. Frames of dynamics that began from one hold that one alone; a flow that learns from
/// them gives the other so little density that a sample of it outweighs a thousand.
public struct EquivalentAtoms: Sendable {
  /// Pairs of atoms that change places together.
  let exchanges: [[(first: Int, second: Int)]]

  /// Names of pairs by residue; an exchange needs all of its atoms.
  private static let ofResidues: [String: [[(String, String)]]] = [
    "ASN": [[("HD21", "HD22")]], "GLN": [[("HE21", "HE22")]],
    "ARG": [
      [("HH11", "HH12")], [("HH21", "HH22")], [("NH1", "NH2"), ("HH11", "HH21"), ("HH12", "HH22")],
    ],
    "PHE": [ring], "TYR": [ring], "ASP": [[("OD1", "OD2")]], "GLU": [[("OE1", "OE2")]], "NHE": [[("HN1", "HN2")]],
  ]
  private static let ring = [("CD1", "CD2"), ("HD1", "HD2"), ("CE1", "CE2"), ("HE1", "HE2")]
  /// Of the last residue.
  private static let end = [("O", "OXT")]

  public init(_ molecule: Molecule) {
    exchanges = molecule.residues.flatMap { residue in
      var places: [String: Int] = [:]
      for atom in residue.atoms { places[molecule.atoms[atom].name] = atom }
      return ((Self.ofResidues[residue.name] ?? []) + [Self.end]).compactMap { pairs in
        let found = pairs.compactMap { pair -> (first: Int, second: Int)? in
          guard let first = places[pair.0], let second = places[pair.1] else { return nil }
          return (first, second)
        }
        return found.count == pairs.count ? found : nil
      }
    }
  }

  /// Configurations with each exchange made in half of them.
  public func shuffled(_ x: Configurations, using random: RandomStream) -> Configurations {
    var x = x
    var random = random
    for sample in 0..<x.count {
      for exchange in exchanges where random.uniform() < 0.5 {
        for (first, second) in exchange {
          for axis in 0..<3 {
            let kept = x[sample, 3 * first + axis]
            x[sample, 3 * first + axis] = x[sample, 3 * second + axis]
            x[sample, 3 * second + axis] = kept
          }
        }
      }
    }
    return x
  }
}
