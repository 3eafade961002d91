/// Restraints of distances between two atoms, U(r − r₀) with a harmonic or flat-bottomed well.
public struct DistanceRestraints: EnergyTerm {
  public struct Parameters: Sendable, Equatable {
    public var i: Int
    public var j: Int
    /// r₀, nm
    public var distance: Double
    /// kJ/mol/nm², nm
    public var well: RestraintWell

    public init(_ i: Int, _ j: Int, distance: Double, well: RestraintWell) {
      self.i = i
      self.j = j
      self.distance = distance
      self.well = well
    }
  }

  public static let componentNames = ["restraint"]
  public let restraints: [Parameters]

  public init(_ restraints: [Parameters]) { self.restraints = restraints }

  public var largestAtomIndex: Int { restraints.reduce(-1) { max($0, $1.i, $1.j) } }

  public func accumulate(_ block: LaneBlock) {
    for restraint in restraints {
      for lane in 0..<LaneBlock.lanes {
        let d = block.position(restraint.i, lane: lane) - block.position(restraint.j, lane: lane)
        let r = (d * d).sum().squareRoot()
        let (energy, slope) = restraint.well.evaluate(r - restraint.distance)
        block.energies[lane] += energy
        guard r > 0 else { continue }
        let force = d * (-slope / r)
        block.addForce(force, to: restraint.i, lane: lane)
        block.addForce(-force, to: restraint.j, lane: lane)
      }
    }
  }
}
