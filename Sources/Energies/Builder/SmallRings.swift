/// The rings of a bond graph with at most `largestSize` atoms: for every bond the shortest cycle through it.
///
/// In fused systems the small rings are found (the five and the six of indole), not their envelope.
struct SmallRings: Sendable {
  static let largestSize = 8

  /// Each ring in order around it, starting at its lowest atom, every ring once.
  let rings: [[Int]]
  /// For each atom the places in `rings` of the rings that hold it.
  let ringsOfAtom: [[Int]]

  init(neighbours: [[Int]]) {
    var found: [[Int]] = []
    var seen: Set<[Int]> = []
    for a in neighbours.indices {
      for b in neighbours[a] where b > a {
        guard let cycle = Self.shortestCycle(through: a, b, neighbours: neighbours) else { continue }
        if seen.insert(cycle.sorted()).inserted { found.append(Self.rotatedToLowest(cycle)) }
      }
    }
    rings = found
    var membership = [[Int]](repeating: [], count: neighbours.count)
    for (index, ring) in found.enumerated() { for atom in ring { membership[atom].append(index) } }
    ringsOfAtom = membership
  }

  /// A ring that holds all the given atoms.
  func ring(holding atoms: Int...) -> Int? {
    guard let first = atoms.first else { return nil }
    return ringsOfAtom[first].first { index in atoms.allSatisfy { rings[index].contains($0) } }
  }

  /// Breadth-first search from a to b without the bond a–b.
  private static func shortestCycle(through a: Int, _ b: Int, neighbours: [[Int]]) -> [Int]? {
    var parent = [a: a]
    var layer = [a]
    var size = 1
    while !layer.isEmpty, size < largestSize {
      var next: [Int] = []
      for atom in layer {
        for other in neighbours[atom] where parent[other] == nil && !(atom == a && other == b) {
          parent[other] = atom
          next.append(other)
        }
      }
      size += 1
      if parent[b] != nil {
        var cycle = [b]
        while let last = cycle.last, last != a { cycle.append(parent[last]!) }
        return cycle
      }
      layer = next
    }
    return nil
  }

  private static func rotatedToLowest(_ cycle: [Int]) -> [Int] {
    let start = cycle.firstIndex(of: cycle.min()!)!
    return Array(cycle[start...] + cycle[..<start])
  }
}
