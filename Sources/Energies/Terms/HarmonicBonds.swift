import CLaneKernels

/// Harmonic bond stretching, U = ½ k (r − r₀)².
public struct HarmonicBonds: EnergyTerm {
  public struct Parameters: Sendable, Equatable {
    public var i: Int
    public var j: Int
    /// r₀, nm
    public var length: Double
    /// k, kJ/mol/nm². AMBER's K (without ½, kcal/mol/Å²) is 2 · 4.184 · 100 times smaller.
    public var forceConstant: Double

    public init(_ i: Int, _ j: Int, length: Double, forceConstant: Double) {
      self.i = i
      self.j = j
      self.length = length
      self.forceConstant = forceConstant
    }
  }

  public static let componentNames = ["bond"]
  public let bonds: [Parameters]
  private let atoms: [Int32]
  /// r₀, then k.
  private let columns: ParameterColumns

  public init(_ bonds: [Parameters]) {
    self.bonds = bonds
    atoms = bonds.flatMap { [Int32($0.i), Int32($0.j)] }
    columns = ParameterColumns(bonds.map(\.length) + bonds.map(\.forceConstant))
  }

  public var largestAtomIndex: Int { bonds.reduce(-1) { max($0, $1.i, $1.j) } }

  public func accumulate(_ block: LaneBlock) {
    atoms.withUnsafeBufferPointer { atoms in
      columns.double.withUnsafeBufferPointer { columns in
        guard let base = columns.baseAddress else { return }
        var table = lane_bonds(
          count: Int32(bonds.count), atoms: atoms.baseAddress, length: base, constant: base + bonds.count)
        lane_harmonic_bonds(&table, block.positions, block.forces, block.energies)
      }
    }
  }

  public func accumulate(_ block: SingleLaneBlock) {
    atoms.withUnsafeBufferPointer { atoms in
      columns.single.withUnsafeBufferPointer { columns in
        guard let base = columns.baseAddress else { return }
        var table = lane_bonds_single(
          count: Int32(bonds.count), atoms: atoms.baseAddress, length: base, constant: base + bonds.count)
        lane_harmonic_bonds_single(&table, block.positions, block.forces, block.energies)
      }
    }
  }
}
