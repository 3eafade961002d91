/// Restraints of dihedral angles, U(φ − φ₀) with the difference taken in [−π, π] and a harmonic or flat-bottomed well.
public struct DihedralRestraints: EnergyTerm {
  public struct Parameters: Sendable, Equatable {
    /// Four atoms in order.
    public var atoms: SIMD4<Int>
    /// φ₀, rad
    public var angle: Double
    /// kJ/mol/rad², rad
    public var well: RestraintWell

    public init(_ atoms: SIMD4<Int>, angle: Double, well: RestraintWell) {
      self.atoms = atoms
      self.angle = angle
      self.well = well
    }
  }

  public static let componentNames = ["restraint"]
  public let restraints: [Parameters]

  public init(_ restraints: [Parameters]) { self.restraints = restraints }

  public var largestAtomIndex: Int { restraints.reduce(-1) { max($0, $1.atoms.max()) } }

  public func accumulate(_ block: LaneBlock) {
    for restraint in restraints {
      let atoms = restraint.atoms
      for lane in 0..<LaneBlock.lanes {
        let places = (0..<4).map { block.position(atoms[$0], lane: lane) }
        let dihedral = Dihedral(places[0], places[1], places[2], places[3])
        if dihedral.angle.isNaN {
          // Three atoms on a line have no dihedral; coordinates that are not numbers are an error.
          block.energies[lane] += places.contains { $0.sum().isNaN } ? .nan : .infinity
          continue
        }
        let difference = (dihedral.angle - restraint.angle).remainder(dividingBy: 2 * Double.pi)
        let (energy, slope) = restraint.well.evaluate(difference)
        block.energies[lane] += energy
        block.addForce(-slope * dihedral.gradient.0, to: atoms.x, lane: lane)
        block.addForce(-slope * dihedral.gradient.1, to: atoms.y, lane: lane)
        block.addForce(-slope * dihedral.gradient.2, to: atoms.z, lane: lane)
        block.addForce(-slope * dihedral.gradient.3, to: atoms.w, lane: lane)
      }
    }
  }
}
