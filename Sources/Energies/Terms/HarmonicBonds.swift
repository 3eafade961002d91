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
  private let lengths: [Double]
  private let constants: [Double]

  public init(_ bonds: [Parameters]) {
    self.bonds = bonds
    atoms = bonds.flatMap { [Int32($0.i), Int32($0.j)] }
    lengths = bonds.map(\.length)
    constants = bonds.map(\.forceConstant)
  }

  public var largestAtomIndex: Int { bonds.reduce(-1) { max($0, $1.i, $1.j) } }

  public func accumulate(_ block: LaneBlock) {
    atoms.withUnsafeBufferPointer { atoms in
      lengths.withUnsafeBufferPointer { lengths in
        constants.withUnsafeBufferPointer { constants in
          var table = lane_bonds(
            count: Int32(bonds.count), atoms: atoms.baseAddress, length: lengths.baseAddress,
            constant: constants.baseAddress)
          lane_harmonic_bonds(&table, block.positions, block.forces, block.energies)
        }
      }
    }
  }
}
