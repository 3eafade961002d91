/// The carbon atoms of a molecule with four constitutionally different neighbours, and their handedness.
///
/// Neighbours are told apart by refinement of the bond graph (Morgan 1965, doi:10.1021/c160017a018; Weisfeiler, Leman
/// 1968): atoms start with the class of their element and number of neighbours, and classes are split by the classes
/// around them until nothing changes. Two neighbours of one class count as equal.
public struct ChiralCenters: Sendable, Equatable {
  public struct Center: Sendable, Equatable {
    public let atom: Int
    /// Its four neighbours, ascending: the order in which its volume is measured.
    public let neighbours: SIMD4<Int>
  }

  /// Ascending by atom.
  public let centers: [Center]

  public init(_ molecule: Molecule) {
    let neighbours = molecule.neighbours
    let classes = Self.refinedClasses(molecule, neighbours: neighbours)
    centers = molecule.atoms.indices.compactMap { atom in
      let around = neighbours[atom]
      guard molecule.atoms[atom].element == .carbon, around.count == 4, Set(around.map { classes[$0] }).count == 4
      else { return nil }
      return Center(atom: atom, neighbours: SIMD4(around[0], around[1], around[2], around[3]))
    }
  }

  /// Volume of the parallelepiped of the directions to the neighbours, (u₀ − u₃) · [(u₁ − u₃) × (u₂ − u₃)] with unit
  /// vectors u: ±16/(3√3) = ±3.08 for a perfect tetrahedron, 0 for a plane.
  public static func volume(of center: Center, in x: borrowing Configurations, sample: Int) -> Double {
    let origin = x.position(sample: sample, atom: center.atom)
    func direction(_ place: Int) -> SIMD3<Double> {
      PlacementGeometry.unit(x.position(sample: sample, atom: center.neighbours[place]) - origin)
    }
    let last = direction(3)
    return PlacementGeometry.dot(
      direction(0) - last, PlacementGeometry.cross(direction(1) - last, direction(2) - last))
  }

  /// Handedness of every center of one sample: +1, −1, or 0 where a volume is not a number or exactly 0.
  public func signs(of x: borrowing Configurations, sample: Int = 0) -> [Int] {
    centers.map { center in
      let volume = Self.volume(of: center, in: x, sample: sample)
      return volume > 0 ? 1 : volume < 0 ? -1 : 0
    }
  }

  /// For every sample the centers (places in `centers`) whose sign is not that of `reference`.
  public func wrongCenters(in x: borrowing Configurations, reference: [Int]) -> [[Int]] {
    precondition(reference.count == centers.count, "the reference must have one sign per center")
    var wrong: [[Int]] = []
    wrong.reserveCapacity(x.count)
    for sample in 0..<x.count {
      let found = signs(of: x, sample: sample)
      wrong.append(centers.indices.filter { found[$0] != reference[$0] })
    }
    return wrong
  }

  /// One class number per atom; atoms that refinement cannot tell apart share it.
  static func refinedClasses(_ molecule: Molecule, neighbours: [[Int]]) -> [Int] {
    var classes = molecule.atoms.indices.map { [molecule.atoms[$0].element?.atomicNumber ?? 0, neighbours[$0].count] }
    var count = 0
    while true {
      let ranked = Set(classes).sorted { $0.lexicographicallyPrecedes($1) }
      var ranks: [[Int]: Int] = [:]
      for (rank, key) in ranked.enumerated() { ranks[key] = rank }
      let numbers = classes.map { ranks[$0]! }
      if ranked.count == count { return numbers }
      count = ranked.count
      classes = numbers.indices.map { atom in [numbers[atom]] + neighbours[atom].map { numbers[$0] }.sorted() }
    }
  }
}
