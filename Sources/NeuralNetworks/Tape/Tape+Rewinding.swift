extension Tape {
  /// What `body` returns; the variables that it makes are forgotten, and their memory is used again.
  ///
  /// For many directional derivatives of one computation, each of which would otherwise be kept.
  public func rewinding<Result>(_ body: () throws -> Result) rethrows -> Result {
    let (count, place) = (nodes.count, arenaMark)
    defer {
      nodes.removeSubrange(count...)
      rewindArena(to: place)
    }
    return try body()
  }

  /// What `body` returns; memory that it allocates, but no variables, is used again.
  func borrowing<Result>(_ body: () throws -> Result) rethrows -> Result {
    let place = arenaMark
    defer { rewindArena(to: place) }
    return try body()
  }
}
