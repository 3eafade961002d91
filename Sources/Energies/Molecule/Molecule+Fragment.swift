extension Molecule {
  /// The atoms that hang on `head` when its bond to `tail` is cut, `head` included; nil where that bond is part of a ring.
  public func fragment(of head: Int, cutFrom tail: Int) -> [Int]? {
    let neighbours = neighbours
    var found: Set<Int> = [head]
    var open = [head]
    while let atom = open.popLast() {
      for next in neighbours[atom] where !(atom == head && next == tail) && !found.contains(next) {
        if next == tail { return nil }
        found.insert(next)
        open.append(next)
      }
    }
    return found.sorted()
  }
}
