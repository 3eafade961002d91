/// Memory for one block of samples in lane order; one per thread, reused for all its blocks.
final class BlockWorkspace {
  private let dimension: Int
  private let positions: UnsafeMutablePointer<Double>
  private let forces: UnsafeMutablePointer<Double>?
  private let energies: UnsafeMutablePointer<Double>
  private let scratch: UnsafeMutablePointer<Double>
  private let componentCount: Int

  init(terms: [any EnergyTerm], dimension: Int, withForces: Bool) {
    let lanes = LaneBlock.lanes
    self.dimension = dimension
    componentCount = terms.reduce(0) { $0 + type(of: $1).componentNames.count }
    positions = .allocateAligned(dimension * lanes)
    forces = withForces ? .allocateAligned(dimension * lanes) : nil
    energies = .allocateAligned(componentCount * lanes)
    scratch = .allocateAligned(terms.map(\.scratchCount).max() ?? 0)
  }

  deinit {
    positions.deallocate()
    forces?.deallocate()
    energies.deallocate()
    scratch.deallocate()
  }

  /// Transposes samples `first ..< first + lanes`; past the end the last sample is repeated.
  func load(_ coordinates: UnsafeBufferPointer<Double>, first: Int, count: Int) {
    let lanes = LaneBlock.lanes
    for lane in 0..<lanes {
      let sample = coordinates.baseAddress! + min(first + lane, count - 1) * dimension
      for c in 0..<dimension { positions[c * lanes + lane] = sample[c] }
    }
  }

  func evaluate(_ terms: [any EnergyTerm]) {
    forces?.update(repeating: 0, count: dimension * LaneBlock.lanes)
    energies.update(repeating: 0, count: componentCount * LaneBlock.lanes)
    var offset = 0
    for term in terms {
      term.accumulate(
        LaneBlock(positions: positions, forces: forces, energies: energies + offset, scratch: scratch))
      offset += type(of: term).componentNames.count * LaneBlock.lanes
    }
  }

  /// The error of the lowest sample with an energy that is not a number.
  func failure(terms: [any EnergyTerm], first: Int, count: Int) -> EnergyError? {
    let lanes = LaneBlock.lanes
    for lane in 0..<min(lanes, count - first) {
      var component = 0
      for term in terms {
        for name in type(of: term).componentNames {
          if energies[component * lanes + lane].isNaN { return .notANumber(sample: first + lane, term: name) }
          component += 1
        }
      }
    }
    return nil
  }

  func store(
    totals: UnsafeMutableBufferPointer<Double>, columns: UnsafeMutableBufferPointer<Double>,
    forces output: UnsafeMutablePointer<Double>?, first: Int, count: Int
  ) {
    let lanes = LaneBlock.lanes
    for lane in 0..<min(lanes, count - first) {
      let sample = first + lane
      var total = 0.0
      for component in 0..<componentCount {
        let value = energies[component * lanes + lane]
        columns[component * count + sample] = value
        total += value
      }
      totals[sample] = total
      guard let output, let forces else { continue }
      let target = output + sample * dimension
      if total == .infinity {
        // An impossible geometry has no force.
        for c in 0..<dimension { target[c] = .nan }
      } else {
        for c in 0..<dimension { target[c] = forces[c * lanes + lane] }
      }
    }
  }
}

extension UnsafeMutablePointer<Double> {
  /// Memory aligned to a cache line, so that no vector straddles two.
  static func allocateAligned(_ count: Int) -> UnsafeMutablePointer<Double> {
    UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * MemoryLayout<Double>.stride, alignment: 64)
      .bindMemory(to: Double.self, capacity: max(count, 1))
  }
}
