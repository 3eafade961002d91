/// The potential energy of a `MolecularSystem`, evaluated in blocks of samples side by side.
///
/// Each lane is independent of the others, so the result is the same bytes for any number of threads and whatever
/// other samples share the batch.
public struct MolecularEnergy: Energy {
  public let system: MolecularSystem
  /// Threads that share the samples of a batch.
  public var threads: Int
  public let precision: ArithmeticPrecision
  private let componentNames: [String]
  private let doubles: WorkspacePool<Double>
  private let singles: WorkspacePool<Float>

  public init(_ system: MolecularSystem, threads: Int = 1, precision: ArithmeticPrecision = .double) {
    precondition(threads > 0)
    self.system = system
    self.threads = threads
    self.precision = precision
    componentNames = system.terms.flatMap { type(of: $0).componentNames }
    let center = system.molecule.centralAtom
    doubles = WorkspacePool(system, referenceAtom: center)
    singles = WorkspacePool(system, referenceAtom: center)
  }

  public var dimension: Int { 3 * system.molecule.atomCount }

  public func energies(of x: borrowing Configurations) throws(EnergyError) -> [Double] {
    try evaluate(x, forces: nil, components: nil)
  }

  public func energies(of x: borrowing Configurations, forces: inout Configurations) throws(EnergyError) -> [Double] {
    guard forces.dimension == dimension, forces.count == x.count else {
      throw .dimensionMismatch(expected: dimension, found: forces.dimension)
    }
    var result: Result<[Double], EnergyError> = .success([])
    forces.coordinates.withUnsafeMutableBufferPointer { buffer in
      do throws(EnergyError) {
        result = .success(try evaluate(x, forces: buffer.baseAddress, components: nil))
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
    let count = x.count
    let columns = UnsafeMutablePointer<Double>.allocate(capacity: count * componentNames.count)
    defer { columns.deallocate() }
    _ = try evaluate(x, forces: nil, components: columns)
    var result: [(name: String, energies: [Double])] = []
    for (place, name) in componentNames.enumerated() {
      let column = UnsafeBufferPointer(start: columns + place * count, count: count)
      if let index = result.firstIndex(where: { $0.name == name }) {
        for i in column.indices { result[index].energies[i] += column[i] }
      } else {
        result.append((name, Array(column)))
      }
    }
    return result
  }

  /// Evaluates all samples; `forces`, if given, points to `[count][dimension]` and `components` to
  /// `[component][count]`, and both are overwritten.
  private func evaluate(
    _ x: borrowing Configurations, forces: UnsafeMutablePointer<Double>?, components: UnsafeMutablePointer<Double>?
  ) throws(EnergyError) -> [Double] {
    guard x.dimension == dimension else { throw .dimensionMismatch(expected: dimension, found: x.dimension) }
    return switch precision {
    case .double: try evaluate(x, forces: forces, components: components, doubles)
    case .single: try evaluate(x, forces: forces, components: components, singles)
    }
  }

  private func evaluate<Scalar: LaneScalar>(
    _ x: borrowing Configurations, forces: UnsafeMutablePointer<Double>?, components: UnsafeMutablePointer<Double>?,
    _ pool: WorkspacePool<Scalar>
  ) throws(EnergyError) -> [Double] {
    let count = x.count
    let lanes = Scalar.lanes
    let blocks = (count + lanes - 1) / lanes
    let shards = min(threads, max(1, blocks))
    var failures = [(sample: Int, component: Int)?](repeating: nil, count: shards)
    let totals = x.coordinates.withUnsafeBufferPointer { coordinates in
      [Double](unsafeUninitializedCapacity: count) { totals, initializedCount in
        initializedCount = count
        guard let coordinates = coordinates.baseAddress, let totals = totals.baseAddress, count > 0 else { return }
        failures.withUnsafeMutableBufferPointer { failures in
          // Shards write to disjoint parts.
          nonisolated(unsafe) let totals = totals
          nonisolated(unsafe) let components = components
          nonisolated(unsafe) let failures = failures
          nonisolated(unsafe) let coordinates = coordinates
          nonisolated(unsafe) let forces = forces
          inParallelShards(of: blocks, shards: shards) { shard, range in
            pool.withWorkspace { workspace in
              for block in range {
                let first = block * lanes
                workspace.evaluate(coordinates, first: first, count: count, withForces: forces != nil)
                failures[shard] = workspace.store(
                  totals: totals, components: components, forces: forces, first: first, count: count)
                if failures[shard] != nil { return }
              }
            }
          }
        }
      }
    }
    // Shards hold ascending samples, so the first failure is that of the lowest sample.
    if let failure = failures.lazy.compactMap({ $0 }).first {
      throw .notANumber(sample: failure.sample, term: componentNames[failure.component])
    }
    return totals
  }
}
