/// Where the numbers of a block stand while it is evaluated.
struct BlockMemory<Scalar: LaneScalar> {
  var atomCount: Int
  var positions: UnsafeMutablePointer<Scalar>
  /// nil when only energies are wanted.
  var forces: UnsafeMutablePointer<Scalar>?
  var energies: UnsafeMutablePointer<Double>
  var origin: UnsafeMutablePointer<Double>
  var scratch: UnsafeMutablePointer<Double>
  var extra: UnsafeMutablePointer<Double>
}

/// Memory for one block of samples in lane order, and the steps of its evaluation; used by one thread at a time and
/// reused for all blocks and calls.
final class BlockWorkspace<Scalar: LaneScalar>: @unchecked Sendable {
  private let system: MolecularSystem
  private let dimension: Int
  /// First component of each term, and their number last.
  private let componentOffsets: [Int]
  private let referenceAtom: Int
  private var memory: BlockMemory<Scalar>
  private let forces: UnsafeMutablePointer<Scalar>
  private let allocation: UnsafeMutableRawPointer
  let byteCount: Int

  init(_ system: MolecularSystem, referenceAtom: Int) {
    let lanes = Scalar.lanes
    self.system = system
    self.referenceAtom = referenceAtom
    dimension = 3 * system.molecule.atomCount
    componentOffsets = system.terms.reduce(into: [0]) { $0.append($0.last! + type(of: $1).componentNames.count) }
    // One allocation, every part aligned to a cache line, so that no vector straddles two.
    let scalars = dimension * lanes * MemoryLayout<Scalar>.stride
    let doubles = [
      componentOffsets.last! * lanes, 3 * lanes, system.terms.map(\.scratchCount).max() ?? 0,
      Scalar.extraCount(dimension: dimension),
    ]
    let sizes = ([scalars, scalars] + doubles.map { $0 * MemoryLayout<Double>.stride }).map { ($0 + 63) / 64 * 64 }
    byteCount = sizes.reduce(0, +)
    let start = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 64), alignment: 64)
    allocation = start
    var offset = 0
    func part<Number>(_ index: Int, _ type: Number.Type) -> UnsafeMutablePointer<Number> {
      defer { offset += sizes[index] }
      return (start + offset).bindMemory(to: type, capacity: sizes[index] / MemoryLayout<Number>.stride)
    }
    let positions = part(0, Scalar.self)
    forces = part(1, Scalar.self)
    memory = BlockMemory(
      atomCount: system.molecule.atomCount, positions: positions, forces: nil, energies: part(2, Double.self),
      origin: part(3, Double.self), scratch: part(4, Double.self), extra: part(5, Double.self))
  }

  deinit { allocation.deallocate() }

  /// Evaluates samples `first ..< first + lanes` of `[count][dimension]`.
  func evaluate(_ coordinates: UnsafePointer<Double>, first: Int, count: Int, withForces: Bool) {
    let lanes = Scalar.lanes
    Scalar.gather(
      coordinates, dimension: dimension, first: first, count: count, referenceAtom: referenceAtom,
      positions: memory.positions, origin: memory.origin)
    memory.forces = withForces ? forces : nil
    if withForces { forces.update(repeating: 0, count: dimension * lanes) }
    memory.energies.update(repeating: 0, count: componentOffsets.last! * lanes)
    for (index, term) in system.terms.enumerated() {
      Scalar.accumulate(term, memory, componentOffset: componentOffsets[index])
    }
  }

  /// Writes total energies and, where wanted, the energies of components `[component][count]` and forces.
  ///
  /// - Returns: the first sample and component that is not a number, with nothing written from there on.
  func store(
    totals: UnsafeMutablePointer<Double>, components: UnsafeMutablePointer<Double>?,
    forces output: UnsafeMutablePointer<Double>?, first: Int, count: Int
  ) -> (sample: Int, component: Int)? {
    let lanes = Scalar.lanes
    let energies = memory.energies
    let componentCount = componentOffsets.last!
    let samples = min(lanes, count - first)
    if let output { Scalar.scatter(forces, dimension: dimension, first: first, count: count, to: output) }
    for lane in 0..<samples {
      var total = 0.0
      for component in 0..<componentCount { total += energies[component * lanes + lane] }
      if total.isNaN, let component = (0..<componentCount).first(where: { energies[$0 * lanes + lane].isNaN }) {
        return (first + lane, component)
      }
      if total > Scalar.largestEnergy { total = .infinity }
      totals[first + lane] = total
      if total == .infinity, let output {
        // An impossible geometry has no force.
        (output + (first + lane) * dimension).update(repeating: .nan, count: dimension)
      }
    }
    guard let components else { return nil }
    for component in 0..<componentCount {
      (components + component * count + first).update(from: energies + component * lanes, count: samples)
    }
    return nil
  }
}
