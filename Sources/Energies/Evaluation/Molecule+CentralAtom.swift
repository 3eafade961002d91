extension Molecule {
  /// An atom in the middle of the bonded atoms: halfway along a longest path of bonds, found by two sweeps; 0 without
  /// bonds.
  ///
  /// Positions relative to it are small, which is what single precision wants.
  var centralAtom: Int {
    let neighbours = neighbours
    /// For each atom the one before it on a shortest path from `start`, and the atom reached last.
    func sweep(from start: Int) -> (previous: [Int], last: Int) {
      var previous = [Int](repeating: -1, count: atomCount)
      previous[start] = start
      var queue = [start]
      var next = 0
      while next < queue.count {
        let atom = queue[next]
        next += 1
        for other in neighbours[atom] where previous[other] < 0 {
          previous[other] = atom
          queue.append(other)
        }
      }
      return (previous, queue.last!)
    }
    guard let start = bonds.first?.first else { return 0 }
    let end = sweep(from: start).last
    let (previous, last) = sweep(from: end)
    var path = [last]
    while path.last! != end { path.append(previous[path.last!]) }
    return path[path.count / 2]
  }
}
