import Energies

/// Positions with both ends of a path there, kept up with walkers that a kernel moves.
struct TrackedWalkers: Sendable {
  private(set) var x: Configurations
  private(set) var potentials: PathPotentials
  private(set) var gradients: PathGradients?

  init(x: Configurations, potentials: PathPotentials, gradients: PathGradients?) {
    self.x = x
    self.potentials = potentials
    self.gradients = gradients
  }

  /// A walker stands where it stood before the step, or where the kernel evaluated last; in both cases its potentials are
  /// known. Positions are compared number by number. A walker that is elsewhere is evaluated again.
  mutating func follow(_ walkers: Walkers, record: EvaluationRecord, path: some AnnealingPath) throws {
    let last = record.last
    let comparable = last?.x.count == walkers.count && (gradients == nil || last?.gradients != nil)
    var unknown: [Int] = []
    for w in 0..<walkers.count where !walkers.x.row(w, equals: x) {
      if comparable, let last, walkers.x.row(w, equals: last.x) {
        take(w, from: w, of: last)
      } else {
        unknown.append(w)
      }
    }
    guard !unknown.isEmpty else { return }
    let positions = walkers.x.rows(unknown)
    var found = EvaluationRecord.Evaluation(
      x: positions, potentials: PathPotentials(start: [], end: []), gradients: nil)
    if gradients != nil {
      var there = PathGradients(count: unknown.count, dimension: x.dimension)
      found.potentials = try path.potentials(of: positions, gradients: &there)
      found.gradients = there
    } else {
      found.potentials = try path.potentials(of: positions)
    }
    record.set(found)
    for (row, w) in unknown.enumerated() { take(w, from: row, of: found) }
  }

  private mutating func take(_ w: Int, from row: Int, of other: EvaluationRecord.Evaluation) {
    let target = w * x.dimension..<(w + 1) * x.dimension
    let source = row * x.dimension..<(row + 1) * x.dimension
    x.coordinates.replaceSubrange(target, with: other.x.coordinates[source])
    potentials.start[w] = other.potentials.start[row]
    potentials.end[w] = other.potentials.end[row]
    if let there = other.gradients, gradients != nil {
      gradients!.start.coordinates.replaceSubrange(target, with: there.start.coordinates[source])
      gradients!.end.coordinates.replaceSubrange(target, with: there.end.coordinates[source])
    }
  }
}

extension Configurations {
  /// Whether row `w` is the same numbers as row `w` of another batch.
  func row(_ w: Int, equals other: Configurations) -> Bool {
    coordinates.withUnsafeBufferPointer { mine in
      other.coordinates.withUnsafeBufferPointer { others in
        for i in w * dimension..<(w + 1) * dimension where mine[i] != others[i] { return false }
        return true
      }
    }
  }
}
