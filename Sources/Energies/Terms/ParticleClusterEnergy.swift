/// The energy of a model cluster (`ParticleCluster`) as a term: the model's kT is 1 kJ/mol, its length 1 nm.
///
/// The particles of a cluster in the plane have a third coordinate here, held near 0 by ½ z² of each; it has no part in anything
/// else.
public struct ParticleClusterEnergy: EnergyTerm {
  public static let componentNames = ["cluster"]
  public let cluster: any ParticleCluster

  public init(_ cluster: any ParticleCluster) {
    precondition((2...3).contains(cluster.spatialDimension), "particles in space or in the plane")
    self.cluster = cluster
  }

  public var largestAtomIndex: Int { cluster.particleCount - 1 }

  public func accumulate(_ block: LaneBlock) {
    let (count, axes, lanes) = (cluster.particleCount, cluster.spatialDimension, LaneBlock.lanes)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * axes * count) { memory in
      let x = UnsafeMutableBufferPointer(rebasing: memory[..<(axes * count)])
      let force = UnsafeMutableBufferPointer(rebasing: memory[(axes * count)...])
      for lane in 0..<lanes {
        for c in 0..<axes * count { x[c] = block.positions[(c / axes * 3 + c % axes) * lanes + lane] }
        let energy = cluster.reducedPotential(
          at: UnsafeBufferPointer(x), force: block.forces == nil ? nil : force)
        block.energies[lane] += energy
        if let forces = block.forces {
          for c in 0..<axes * count { forces[(c / axes * 3 + c % axes) * lanes + lane] += force[c] }
        }
        guard axes == 2 else { continue }
        for particle in 0..<count {
          let place = (3 * particle + 2) * lanes + lane
          let z = block.positions[place]
          block.energies[lane] += 0.5 * z * z
          block.forces?[place] -= z
        }
      }
    }
  }
}
