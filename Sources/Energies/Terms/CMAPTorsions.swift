/// Correction maps on two dihedrals (CMAP), bicubic interpolation of a periodic table (MacKerell et al. 2004,
/// doi:10.1002/jcc.20065).
public struct CMAPTorsions: EnergyTerm {
  /// A square table of energies on a periodic grid.
  public struct Map: Sendable, Equatable {
    /// Grid points along each dihedral.
    public var size: Int
    /// kJ/mol; `energies[a + size * b]` is the value at (φ, ψ) = (2π a/size, 2π b/size), as OpenMM stores it.
    public var energies: [Double]

    public init(size: Int, energies: [Double]) {
      precondition(size > 0 && energies.count == size * size)
      self.size = size
      self.energies = energies
    }
  }

  public struct Parameters: Sendable, Equatable {
    /// Index into `maps`.
    public var map: Int
    /// Four atoms of φ, in order.
    public var first: SIMD4<Int>
    /// Four atoms of ψ, in order.
    public var second: SIMD4<Int>

    public init(map: Int, first: SIMD4<Int>, second: SIMD4<Int>) {
      self.map = map
      self.first = first
      self.second = second
    }
  }

  public static let componentNames = ["cmap"]
  public let maps: [Map]
  public let torsions: [Parameters]

  public init(maps: [Map], torsions: [Parameters]) {
    precondition(torsions.allSatisfy { maps.indices.contains($0.map) })
    self.maps = maps
    self.torsions = torsions
  }

  public var largestAtomIndex: Int { torsions.reduce(-1) { max($0, $1.first.max(), $1.second.max()) } }
}
