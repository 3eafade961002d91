/// A spanning tree of a bond graph and the classes in which its atoms are placed: backbone, other heavy atoms, hydrogens.
///
/// The backbone comes first so that a side chain sees the whole chain when it looks for room.
struct PlacementTree {
  enum AtomClass: Int, CaseIterable, Comparable {
    case backbone, heavy, hydrogen

    static func < (a: AtomClass, b: AtomClass) -> Bool { a.rawValue < b.rawValue }
  }

  let root: Int
  /// nil for the root.
  let parents: [Int?]
  /// Breadth first from the root.
  let order: [Int]
  let classes: [AtomClass]

  init(_ molecule: Molecule, neighbours: [[Int]]) throws(StructureError) {
    classes = molecule.atoms.map { atom in
      if atom.element == .hydrogen { return .hydrogen }
      return ["N", "CA", "C", "CH3"].contains(atom.name) ? .backbone : .heavy
    }
    let classes = self.classes
    guard let root = classes.indices.min(by: { (classes[$0], $0) < (classes[$1], $1) }) else {
      throw .severalMolecules(0)
    }
    self.root = root
    var parents = [Int?](repeating: nil, count: neighbours.count)
    var order = [root]
    var seen = [Bool](repeating: false, count: neighbours.count)
    seen[root] = true
    var next = 0
    while next < order.count {
      let atom = order[next]
      next += 1
      for other in neighbours[atom].sorted(by: { (classes[$0], $0) < (classes[$1], $1) }) where !seen[other] {
        seen[other] = true
        parents[other] = atom
        order.append(other)
      }
    }
    guard order.count == neighbours.count else {
      throw .severalMolecules(Self.pieces(neighbours))
    }
    self.parents = parents
    self.order = order
  }

  private static func pieces(_ neighbours: [[Int]]) -> Int {
    var seen = [Bool](repeating: false, count: neighbours.count)
    var pieces = 0
    for start in neighbours.indices where !seen[start] {
      pieces += 1
      var stack = [start]
      seen[start] = true
      while let atom = stack.popLast() {
        for other in neighbours[atom] where !seen[other] {
          seen[other] = true
          stack.append(other)
        }
      }
    }
    return pieces
  }
}
