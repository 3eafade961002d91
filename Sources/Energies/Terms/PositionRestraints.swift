/// Restraints of atoms to places, U(|x − x₀|) with a harmonic or flat-bottomed well.
///
/// They fix the frame: the energy is no longer invariant under rotation and translation.
public struct PositionRestraints: EnergyTerm {
  public struct Parameters: Sendable, Equatable {
    public var atom: Int
    /// x₀, nm
    public var reference: SIMD3<Double>
    /// kJ/mol/nm², nm
    public var well: RestraintWell

    public init(_ atom: Int, reference: SIMD3<Double>, well: RestraintWell) {
      self.atom = atom
      self.reference = reference
      self.well = well
    }
  }

  public static let componentNames = ["restraint"]
  public let restraints: [Parameters]

  public init(_ restraints: [Parameters]) { self.restraints = restraints }

  public var largestAtomIndex: Int { restraints.map(\.atom).max() ?? -1 }

  public func accumulate(_ block: LaneBlock) {
    for restraint in restraints {
      for lane in 0..<LaneBlock.lanes {
        let d = block.position(restraint.atom, lane: lane) - restraint.reference
        let distance = (d * d).sum().squareRoot()
        let (energy, slope) = restraint.well.evaluate(distance)
        block.energies[lane] += energy
        if distance > 0 { block.addForce(d * (-slope / distance), to: restraint.atom, lane: lane) }
      }
    }
  }
}
