import CLaneKernels

/// The numbers in the lanes of a block, `Double` or `Float`: what the evaluation of a block does differently for them.
protocol LaneScalar: BinaryFloatingPoint, Sendable {
  /// Samples of a block.
  static var lanes: Int { get }
  /// Total energies above this, kJ/mol, count as +∞.
  static var largestEnergy: Double { get }
  /// Doubles of memory beyond positions, forces, energies and scratch.
  static func extraCount(dimension: Int) -> Int

  /// Puts samples `first …` of `[count][dimension]` into lanes; past the end the last sample is repeated.
  static func gather(
    _ coordinates: UnsafePointer<Double>, dimension: Int, first: Int, count: Int, referenceAtom: Int,
    positions: UnsafeMutablePointer<Self>, origin: UnsafeMutablePointer<Double>)

  /// Writes lanes to samples `first …` of `[count][dimension]`, as many as there are.
  static func scatter(
    _ lanes: UnsafePointer<Self>, dimension: Int, first: Int, count: Int, to samples: UnsafeMutablePointer<Double>)

  static func accumulate(_ term: any EnergyTerm, _ memory: borrowing BlockMemory<Self>, componentOffset: Int)
}

extension Double: LaneScalar {
  static var lanes: Int { LaneBlock.lanes }
  static var largestEnergy: Double { greatestFiniteMagnitude }
  static func extraCount(dimension: Int) -> Int { 0 }

  static func gather(
    _ coordinates: UnsafePointer<Double>, dimension: Int, first: Int, count: Int, referenceAtom: Int,
    positions: UnsafeMutablePointer<Double>, origin: UnsafeMutablePointer<Double>
  ) { lane_gather(Int64(dimension), coordinates, Int64(first), Int64(count), positions) }

  static func scatter(
    _ lanes: UnsafePointer<Double>, dimension: Int, first: Int, count: Int, to samples: UnsafeMutablePointer<Double>
  ) { lane_scatter(Int64(dimension), lanes, Int64(first), Int64(count), samples) }

  static func accumulate(_ term: any EnergyTerm, _ memory: borrowing BlockMemory<Double>, componentOffset: Int) {
    term.accumulate(
      LaneBlock(
        positions: memory.positions, forces: memory.forces, energies: memory.energies + componentOffset * lanes,
        scratch: memory.scratch))
  }
}

extension Float: LaneScalar {
  static var lanes: Int { SingleLaneBlock.lanes }
  static var largestEnergy: Double { 1e20 }
  static func extraCount(dimension: Int) -> Int { 2 * dimension * LaneBlock.lanes }

  static func gather(
    _ coordinates: UnsafePointer<Double>, dimension: Int, first: Int, count: Int, referenceAtom: Int,
    positions: UnsafeMutablePointer<Float>, origin: UnsafeMutablePointer<Double>
  ) {
    lane_gather_single(
      Int64(dimension), coordinates, Int64(first), Int64(count), Int64(referenceAtom), positions, origin)
  }

  static func scatter(
    _ lanes: UnsafePointer<Float>, dimension: Int, first: Int, count: Int, to samples: UnsafeMutablePointer<Double>
  ) { lane_scatter_single(Int64(dimension), lanes, Int64(first), Int64(count), samples) }

  static func accumulate(_ term: any EnergyTerm, _ memory: borrowing BlockMemory<Float>, componentOffset: Int) {
    term.accumulate(
      SingleLaneBlock(
        atomCount: memory.atomCount, positions: memory.positions, origin: memory.origin, forces: memory.forces,
        energies: memory.energies + componentOffset * lanes, scratch: memory.scratch, halfBlock: memory.extra))
  }
}
