/// One residue of a molecule as its bond graph sees it.
struct ResidueGraph {
  /// Index of the residue in the molecule.
  let residue: Int
  let elements: [Element?]
  let names: [String]
  /// Bonds within the residue, in local indices, ascending.
  let neighbours: [[Int]]
  /// Bonds of each atom to other residues.
  let externalBonds: [Int]

  init(residue: Int, of molecule: Molecule, neighbours all: [[Int]]) {
    let atoms = molecule.residues[residue].atoms
    self.residue = residue
    elements = atoms.map { molecule.atoms[$0].element }
    names = atoms.map { molecule.atoms[$0].name }
    neighbours = atoms.map { atom in all[atom].filter(atoms.contains).map { $0 - atoms.lowerBound } }
    externalBonds = atoms.map { atom in all[atom].count { !atoms.contains($0) } }
  }

  /// The place in the template of each atom, or nil where the graphs differ.
  ///
  /// Which of several symmetric assignments is found matters, because AMBER orders impropers by template place; the
  /// search therefore visits atoms and candidates in OpenMM's order: first the atom with the fewest candidates, then
  /// always a neighbour of those placed.
  func match(_ template: ResidueTemplate) throws -> [Int]? {
    let count = elements.count
    guard template.atoms.count == count else { return nil }
    let templateNeighbours = template.neighbours
    let templateExternal = template.externalBondCounts
    struct Kind: Hashable {
      var element: Element?
      var bonds: Int
      var external: Int
    }
    let kinds = (0..<count).map {
      Kind(element: elements[$0], bonds: neighbours[$0].count, external: externalBonds[$0])
    }
    let templateKinds = (0..<count).map {
      Kind(element: template.atoms[$0].element, bonds: templateNeighbours[$0].count, external: templateExternal[$0])
    }
    var tally: [Kind: Int] = [:]
    for kind in kinds { tally[kind, default: 0] += 1 }
    for kind in templateKinds { tally[kind, default: 0] -= 1 }
    guard tally.values.allSatisfy({ $0 == 0 }) else { return nil }

    var candidates = kinds.map { kind in (0..<count).filter { templateKinds[$0] == kind } }
    for atom in 0..<count where elements[atom] == nil {
      let named = candidates[atom].filter { template.atoms[$0].name == names[atom] }
      if !named.isEmpty { candidates[atom] = named }
    }
    return try search(template, templateNeighbours, candidates)
  }

  /// Visiting order: see `match`.
  private func searchOrder(_ candidates: [[Int]]) -> [Int] {
    var order: [Int] = []
    var waiting = Set(elements.indices)
    var reachable: Set<Int> = []
    while !waiting.isEmpty {
      let pool = reachable.isEmpty ? waiting : reachable
      let next = pool.min { (candidates[$0].count, $0) < (candidates[$1].count, $1) }!
      order.append(next)
      waiting.remove(next)
      reachable.remove(next)
      for neighbour in neighbours[next] where waiting.contains(neighbour) { reachable.insert(neighbour) }
    }
    return order
  }

  /// Depth-first search with an explicit stack, so that a residue of any size cannot exhaust the call stack.
  private func search(
    _ template: ResidueTemplate, _ templateNeighbours: [[Int]], _ candidates: [[Int]]
  ) throws -> [Int]? {
    let order = searchOrder(candidates)
    let count = order.count
    var position = [Int](repeating: 0, count: count)
    for (place, atom) in order.enumerated() { position[atom] = place }
    // For each place the places of bonded atoms that come before it, in ascending order of the place.
    let earlier = order.enumerated().map { place, atom in neighbours[atom].map { position[$0] }.filter { $0 < place } }
    let adjacency = templateNeighbours.map(Set.init)

    var matches = [Int](repeating: -1, count: count)
    var used = [Bool](repeating: false, count: count)
    var cursor = [Int](repeating: 0, count: count)
    var place = 0
    var steps = 0
    while place < count {
      // Only template atoms bonded to the match of an atom already placed can do.
      let pool = earlier[place].first.map { templateNeighbours[matches[$0]] } ?? candidates[order[place]]
      let allowed = candidates[order[place]]
      var found = false
      while cursor[place] < pool.count {
        let candidate = pool[cursor[place]]
        cursor[place] += 1
        steps += 1
        guard steps < 5_000_000 else {
          throw InputError(
            "template \(template.name)", "the residue is too symmetric to be compared with this template")
        }
        guard !used[candidate], allowed.contains(candidate),
          earlier[place].allSatisfy({ adjacency[candidate].contains(matches[$0]) })
        else { continue }
        matches[place] = candidate
        used[candidate] = true
        found = true
        break
      }
      if found {
        place += 1
        if place < count { cursor[place] = 0 }
      } else {
        guard place > 0 else { return nil }
        place -= 1
        used[matches[place]] = false
      }
    }
    return (0..<count).map { matches[position[$0]] }
  }
}
