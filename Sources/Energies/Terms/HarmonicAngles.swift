import CLaneKernels

/// Harmonic angle bending, U = ½ k (θ − θ₀)², θ the angle i–j–k at atom j.
public struct HarmonicAngles: EnergyTerm {
  public struct Parameters: Sendable, Equatable {
    public var i: Int
    public var j: Int
    public var k: Int
    /// θ₀, rad
    public var angle: Double
    /// k, kJ/mol/rad². AMBER's K has no ½.
    public var forceConstant: Double

    public init(_ i: Int, _ j: Int, _ k: Int, angle: Double, forceConstant: Double) {
      self.i = i
      self.j = j
      self.k = k
      self.angle = angle
      self.forceConstant = forceConstant
    }
  }

  public static let componentNames = ["angle"]
  public let angles: [Parameters]
  private let atoms: [Int32]
  /// θ₀, then k.
  private let columns: ParameterColumns

  public init(_ angles: [Parameters]) {
    self.angles = angles
    atoms = angles.flatMap { [Int32($0.i), Int32($0.j), Int32($0.k)] }
    columns = ParameterColumns(angles.map(\.angle) + angles.map(\.forceConstant))
  }

  public var largestAtomIndex: Int { angles.reduce(-1) { max($0, $1.i, $1.j, $1.k) } }

  public func accumulate(_ block: LaneBlock) {
    atoms.withUnsafeBufferPointer { atoms in
      columns.double.withUnsafeBufferPointer { columns in
        guard let base = columns.baseAddress else { return }
        var table = lane_angles(
          count: Int32(angles.count), atoms: atoms.baseAddress, angle: base, constant: base + angles.count)
        lane_harmonic_angles(&table, block.positions, block.forces, block.energies)
      }
    }
  }

  public func accumulate(_ block: SingleLaneBlock) {
    atoms.withUnsafeBufferPointer { atoms in
      columns.single.withUnsafeBufferPointer { columns in
        guard let base = columns.baseAddress else { return }
        var table = lane_angles_single(
          count: Int32(angles.count), atoms: atoms.baseAddress, angle: base, constant: base + angles.count)
        lane_harmonic_angles_single(&table, block.positions, block.forces, block.energies)
      }
    }
  }
}
