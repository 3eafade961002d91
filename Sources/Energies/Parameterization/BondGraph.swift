/// What follows from the bonds alone: angles, torsions and pairs, in the order and orientation that OpenMM gives them.
struct BondGraph {
  /// For each atom the atoms bonded to it, ascending.
  let neighbours: [[Int]]
  /// (i, j, k) around j with i < k, sorted.
  let angles: [[Int]]
  /// (i, j, k, l) with i < l, sorted.
  let properTorsions: [[Int]]

  init(_ molecule: Molecule) {
    neighbours = molecule.neighbours
    var angles: [[Int]] = []
    for (centre, bonded) in neighbours.enumerated() {
      for (place, i) in bonded.enumerated() {
        for k in bonded[(place + 1)...] { angles.append([i, centre, k]) }
      }
    }
    self.angles = angles.sorted { $0.lexicographicallyPrecedes($1) }

    var torsions: [[Int]] = []
    for bond in molecule.bonds {
      for i in neighbours[bond.first] where i != bond.second {
        for l in neighbours[bond.second] where l != bond.first && l != i {
          torsions.append(i < l ? [i, bond.first, bond.second, l] : [l, bond.second, bond.first, i])
        }
      }
    }
    properTorsions = torsions.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// (centre, a, b, c) with a < b < c, for all triples of neighbours of each atom.
  var improperTorsions: [[Int]] {
    var result: [[Int]] = []
    for (centre, bonded) in neighbours.enumerated() where bonded.count > 2 {
      for a in bonded.indices {
        for b in bonded.indices[(a + 1)...] {
          for c in bonded.indices[(b + 1)...] { result.append([centre, bonded[a], bonded[b], bonded[c]]) }
        }
      }
    }
    return result
  }

  /// Chains of five atoms: every proper torsion continued at either end.
  var chainsOfFive: [[Int]] {
    var chains: Set<[Int]> = []
    for torsion in properTorsions {
      for atom in neighbours[torsion[0]] where atom != torsion[1] { chains.insert([atom] + torsion) }
      for atom in neighbours[torsion[3]] where atom != torsion[2] { chains.insert(torsion + [atom]) }
    }
    return chains.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Pairs i < j at most three bonds apart; `separation` is the smallest number of bonds between them.
  var closePairs: [(i: Int, j: Int, separation: Int)] {
    var result: [(i: Int, j: Int, separation: Int)] = []
    for i in neighbours.indices {
      var separation: [Int: Int] = [i: 0]
      var shell = [i]
      for distance in 1...3 {
        var next: [Int] = []
        for atom in shell {
          for other in neighbours[atom] where separation[other] == nil {
            separation[other] = distance
            next.append(other)
          }
        }
        shell = next
      }
      for j in separation.keys.sorted() where j > i { result.append((i, j, separation[j]!)) }
    }
    return result
  }
}
