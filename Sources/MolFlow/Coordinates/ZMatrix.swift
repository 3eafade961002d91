import Energies

/// An order of placement: each atom from three atoms placed before it.
///
/// The tree starts at a terminal heavy atom and puts all children of an atom down together: the first child carries
/// the proper torsion about the bond to its parent, every further child is placed by its dihedral from the first one
/// about the same axis (near ±2π/3 at a tetrahedral centre, near π at a planar one). The sign of that dihedral is the
/// handedness of the centre, so chirality is one coordinate, not a combination of several. Bonds that close a ring are
/// not in the tree.
public struct ZMatrix: Sendable, Equatable {
  public struct Row: Sendable, Equatable {
    /// The atom that this row places.
    public var atom: Int
    /// Bonded to `atom` and placed before.
    public var bonded: Int
    /// Angle atom–bonded–angled; nil in the first row.
    public var angled: Int?
    /// Dihedral atom–bonded–angled–twisted; nil in the first two rows.
    public var twisted: Int?
    /// True where `twisted` is bonded to `bonded`: the dihedral is measured from a sibling.
    public var isSibling: Bool
  }

  /// Placed at the origin.
  public let root: Int
  /// One row for each other atom, in the order of placement.
  public let rows: [Row]
  /// Bonds of the molecule that the tree does not use.
  public let ringClosures: [Bond]

  public var atomCount: Int { rows.count + 1 }

  /// 3N − 6 for three or more atoms, 1 for two.
  public var coordinateCount: Int { rows.count == 1 ? 1 : 3 * rows.count - 3 }

  /// Offset of row r's first coordinate; row 0 has one (bond), row 1 two (bond, angle), others bond, angle, torsion.
  public static func offset(ofRow row: Int) -> Int { row < 2 ? row : 3 * row - 3 }

  /// Which of an atom's branches is placed before the others.
  public enum Order: Sendable {
    /// The one whose first heavy atom has the lowest index: in a peptide a side chain before the residues that follow.
    case byIndex
    /// The backbone, whole but for what an N-terminal proline closes its ring with; side chains then see where it goes.
    case backboneFirst
  }

  /// Particles without any bonds are a chain in their order.
  ///
  /// - Throws: `InputError` if the molecule is one atom or its bonds leave it in pieces.
  public init(_ molecule: Molecule, order: Order = .byIndex) throws {
    if molecule.bonds.isEmpty, molecule.atomCount > 1 {
      root = 0
      rows = (1..<molecule.atomCount).map { atom in
        Row(
          atom: atom, bonded: atom - 1, angled: atom > 1 ? atom - 2 : nil, twisted: atom > 2 ? atom - 3 : nil,
          isSibling: false)
      }
      ringClosures = []
      return
    }
    let backbone: Set<Int> =
      order == .byIndex
      ? [] : Set(BackboneDihedrals(molecule).all.flatMap { torsion in (0..<4).map { torsion.atoms[$0] } })
    // Heavy atoms first: they, not hydrogens, define the torsions.
    func rank(_ atom: Int) -> (Int, Int) {
      (Self.isHydrogen(molecule, atom) ? 2 : backbone.contains(atom) ? 0 : 1, atom)
    }
    let neighbours = molecule.neighbours.map { $0.sorted { rank($0) < rank($1) } }
    guard molecule.atomCount > 1 else {
      throw InputError("molecule", "a single atom has no internal coordinates", expected: "two or more atoms")
    }
    let heavy = (0..<molecule.atomCount).filter { !Self.isHydrogen(molecule, $0) }
    func heavyDegree(_ atom: Int) -> Int { neighbours[atom].filter { !Self.isHydrogen(molecule, $0) }.count }
    root = heavy.first { heavyDegree($0) == 1 } ?? heavy.first ?? 0

    var builder = Builder(neighbours: neighbours, root: root)
    if let first = neighbours[root].first {
      builder.place(first, on: root)
      builder.placeChildren(of: first)
      builder.placeChildren(of: root)
      builder.descend(from: first)
      builder.descend(from: root)
    }
    guard builder.rows.count == molecule.atomCount - 1 else {
      let missing = (0..<molecule.atomCount).first { builder.parent[$0] == nil && $0 != builder.root }!
      throw InputError(
        "molecule", "its bonds do not connect all atoms",
        expected: "one connected molecule",
        found: "\(molecule.label(ofAtom: missing)) is not reached from \(molecule.label(ofAtom: root))",
        advice: "check the bonds (CONECT records, residue names), or prepare one molecule at a time")
    }
    rows = builder.rows
    let tree = Set(rows.map { Bond($0.atom, $0.bonded) })
    ringClosures = molecule.bonds.filter { !tree.contains($0) }
  }

  private static func isHydrogen(_ molecule: Molecule, _ atom: Int) -> Bool {
    molecule.atoms[atom].element == .hydrogen
  }

  private struct Builder {
    let neighbours: [[Int]]
    let root: Int
    var rows: [Row] = []
    var parent: [Int: Int] = [:]
    /// Children of each atom in the order of placement.
    var children: [Int: [Int]] = [:]

    init(neighbours: [[Int]], root: Int) {
      self.neighbours = neighbours
      self.root = root
    }

    func isPlaced(_ atom: Int) -> Bool { atom == root || parent[atom] != nil }

    mutating func place(_ atom: Int, on bonded: Int) {
      let angled = rows.isEmpty ? nil : parent[bonded] ?? children[bonded]?.first
      var twisted: Int?
      var isSibling = false
      if rows.count > 1, let angled {
        if let sibling = children[bonded, default: []].first(where: { $0 != angled }) {
          twisted = sibling
          isSibling = true
        } else {
          let beyond = [parent[angled]].compactMap { $0 } + children[angled, default: []]
          twisted = beyond.first { $0 != bonded && $0 != atom }
        }
      }
      rows.append(Row(atom: atom, bonded: bonded, angled: angled, twisted: twisted, isSibling: isSibling))
      parent[atom] = bonded
      children[bonded, default: []].append(atom)
    }

    mutating func placeChildren(of atom: Int) {
      for next in neighbours[atom] where !isPlaced(next) { place(next, on: atom) }
    }

    /// Depth first without recursion, so that a long chain cannot exhaust the stack.
    mutating func descend(from atom: Int) {
      var pending = Array(children[atom, default: []].reversed())
      var visited = Set<Int>()
      while let next = pending.popLast() {
        guard visited.insert(next).inserted else { continue }
        placeChildren(of: next)
        pending += children[next, default: []].reversed()
      }
    }
  }
}
