/// The potential energy of a `MolecularSystem`, evaluated in blocks of `LaneBlock.lanes` samples.
///
/// Each lane is independent of the others, so the result is the same bytes for any number of threads and whatever
/// other samples share the batch.
public struct MolecularEnergy: Energy {
  public let system: MolecularSystem
  /// Threads that share the samples of a batch.
  public var threads: Int

  public init(_ system: MolecularSystem, threads: Int = 1) {
    precondition(threads > 0)
    self.system = system
    self.threads = threads
  }

  public var dimension: Int { 3 * system.molecule.atomCount }

  public func energies(of x: borrowing Configurations) throws(EnergyError) -> [Double] {
    try evaluate(x, forces: nil).totals
  }

  public func energies(of x: borrowing Configurations, forces: inout Configurations) throws(EnergyError) -> [Double] {
    guard forces.dimension == dimension, forces.count == x.count else {
      throw .dimensionMismatch(expected: dimension, found: forces.dimension)
    }
    var result: Result<[Double], EnergyError> = .success([])
    forces.coordinates.withUnsafeMutableBufferPointer { buffer in
      do throws(EnergyError) {
        result = .success(try evaluate(x, forces: buffer.baseAddress).totals)
      } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }

  /// Energies by component name ("bond", "angle", …), each `[count]`, kJ/mol; components of several terms with one
  /// name are added up.
  public func energiesByComponent(
    of x: borrowing Configurations
  ) throws(EnergyError) -> [(name: String, energies: [Double])] {
    let columns = try evaluate(x, forces: nil).components
    var result: [(name: String, energies: [Double])] = []
    for (name, column) in zip(componentNames, columns) {
      if let index = result.firstIndex(where: { $0.name == name }) {
        for i in column.indices { result[index].energies[i] += column[i] }
      } else {
        result.append((name, column))
      }
    }
    return result
  }

  private var componentNames: [String] { system.terms.flatMap { type(of: $0).componentNames } }

  /// Evaluates all samples; `forces`, if given, points to `[count][dimension]` and is overwritten.
  private func evaluate(
    _ x: borrowing Configurations, forces: UnsafeMutablePointer<Double>?
  ) throws(EnergyError) -> (totals: [Double], components: [[Double]]) {
    guard x.dimension == dimension else { throw .dimensionMismatch(expected: dimension, found: x.dimension) }
    let count = x.count
    let lanes = LaneBlock.lanes
    let blocks = (count + lanes - 1) / lanes
    let componentCount = componentNames.count
    var totals = [Double](repeating: 0, count: count)
    var columns = [Double](repeating: 0, count: count * componentCount)
    let shards = min(threads, max(1, blocks))
    var failures = [EnergyError?](repeating: nil, count: shards)

    x.coordinates.withUnsafeBufferPointer { coordinates in
      totals.withUnsafeMutableBufferPointer { totals in
        columns.withUnsafeMutableBufferPointer { columns in
          failures.withUnsafeMutableBufferPointer { failures in
            // Shards write to disjoint parts.
            nonisolated(unsafe) let totals = totals
            nonisolated(unsafe) let columns = columns
            nonisolated(unsafe) let failures = failures
            nonisolated(unsafe) let coordinates = coordinates
            nonisolated(unsafe) let forces = forces
            inParallelShards(of: blocks, shards: shards) { shard, range in
              let workspace = BlockWorkspace(terms: system.terms, dimension: dimension, withForces: forces != nil)
              for block in range {
                let first = block * lanes
                workspace.load(coordinates, first: first, count: count)
                workspace.evaluate(system.terms)
                if let failure = workspace.failure(terms: system.terms, first: first, count: count) {
                  failures[shard] = failure
                  return
                }
                workspace.store(
                  totals: totals, columns: columns, forces: forces, first: first, count: count)
              }
            }
          }
        }
      }
    }
    // Shards hold ascending samples, so the first failure is that of the lowest sample.
    if let failure = failures.compactMap({ $0 }).first { throw failure }
    let components = (0..<componentCount).map { Array(columns[$0 * count..<($0 + 1) * count]) }
    return (totals, components)
  }
}
