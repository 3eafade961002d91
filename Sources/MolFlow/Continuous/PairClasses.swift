import Energies
import NeuralNetworks

/// Which atoms, and which pairs of atoms, a field does not tell apart.
public struct PairClasses: Sendable, Equatable {
  /// Class of each atom, 0 ..< `atomClassCount`.
  public let ofAtoms: [Int]
  /// Class of each pair i < j in the order of `AtomPairs`.
  public let ofPairs: [Int]

  public var atomClassCount: Int { ofAtoms.max()! + 1 }
  public var pairClassCount: Int { ofPairs.max()! + 1 }

  /// Pairs are of one class if their atoms are, and if they are as far apart along bonds (0 where there are none, at most 4).
  public init(ofAtoms: [Int], bonds: [Bond]) {
    self.ofAtoms = ofAtoms
    var steps = [[Int]](repeating: [Int](repeating: 0, count: ofAtoms.count), count: ofAtoms.count)
    var neighbours = [[Int]](repeating: [], count: ofAtoms.count)
    for bond in bonds {
      neighbours[bond.first].append(bond.second)
      neighbours[bond.second].append(bond.first)
    }
    for atom in ofAtoms.indices {
      var shell: Set<Int> = [atom]
      var seen = shell
      for distance in 1...4 {
        shell = Set(shell.flatMap { neighbours[$0] }).subtracting(seen)
        seen.formUnion(shell)
        for other in shell { steps[atom][other] = distance }
      }
    }
    var numbers: [[Int]: Int] = [:]
    ofPairs = AtomPairs(atoms: ofAtoms.count).pairs.map { i, j in
      let key = [min(ofAtoms[i], ofAtoms[j]), max(ofAtoms[i], ofAtoms[j]), steps[i][j]]
      if let known = numbers[key] { return known }
      numbers[key] = numbers.count
      return numbers.count - 1
    }
  }

  /// Every atom of a molecule by itself, but for hydrogens on one atom that no stereocentre tells apart, and particles of one type
  /// without bonds.
  public init(_ molecule: Molecule) {
    let neighbours = molecule.neighbours
    var classes: [Int] = []
    var numbers: [[Int]: Int] = [:]
    let atoms = molecule.atoms
    for atom in 0..<molecule.atomCount {
      // Hydrogens of one methyl group, or of one amine.
      let isTerminal = molecule.atoms[atom].element == .hydrogen && neighbours[atom].count == 1
      let isFree = neighbours[atom].isEmpty && atoms[atom].type != nil
      let first =
        !isFree
        ? atom
        : atoms.indices.first {
          neighbours[$0].isEmpty && atoms[$0].type == atoms[atom].type && atoms[$0].element == atoms[atom].element
        }!
      let key = isTerminal ? [1, neighbours[atom][0]] : [0, first]
      if numbers[key] == nil { numbers[key] = numbers.count }
      classes.append(numbers[key]!)
    }
    self.init(ofAtoms: classes, bonds: molecule.bonds)
  }

  /// Sets of two and more atoms of one class.
  public var interchangeable: [[Int]] {
    (0..<atomClassCount).map { number in ofAtoms.indices.filter { ofAtoms[$0] == number } }.filter { $0.count > 1 }
  }
}
