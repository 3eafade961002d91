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
  private let surfaces: [PeriodicBicubicSpline]

  public init(maps: [Map], torsions: [Parameters]) {
    precondition(torsions.allSatisfy { maps.indices.contains($0.map) })
    self.maps = maps
    self.torsions = torsions
    surfaces = maps.map { PeriodicBicubicSpline(size: $0.size, values: $0.energies) }
  }

  public var largestAtomIndex: Int { torsions.reduce(-1) { max($0, $1.first.max(), $1.second.max()) } }

  public func accumulate(_ block: LaneBlock) {
    for torsion in torsions {
      let a = torsion.first, b = torsion.second
      for lane in 0..<LaneBlock.lanes {
        let phi = Dihedral(
          block.position(a.x, lane: lane), block.position(a.y, lane: lane), block.position(a.z, lane: lane),
          block.position(a.w, lane: lane))
        let psi = Dihedral(
          block.position(b.x, lane: lane), block.position(b.y, lane: lane), block.position(b.z, lane: lane),
          block.position(b.w, lane: lane))
        guard !phi.angle.isNaN, !psi.angle.isNaN else {
          // Either the coordinates are not numbers, or three atoms are on a line and the dihedral is undefined.
          let isNumber = (0..<4).allSatisfy { place in
            !block.position(a[place], lane: lane).sum().isNaN && !block.position(b[place], lane: lane).sum().isNaN
          }
          block.energies[lane] += isNumber ? .infinity : .nan
          continue
        }
        let (value, slopePhi, slopePsi) = surfaces[torsion.map].evaluate(phi.angle, psi.angle)
        block.energies[lane] += value
        guard block.forces != nil else { continue }
        block.addForce(-slopePhi * phi.gradient.0, to: a.x, lane: lane)
        block.addForce(-slopePhi * phi.gradient.1, to: a.y, lane: lane)
        block.addForce(-slopePhi * phi.gradient.2, to: a.z, lane: lane)
        block.addForce(-slopePhi * phi.gradient.3, to: a.w, lane: lane)
        block.addForce(-slopePsi * psi.gradient.0, to: b.x, lane: lane)
        block.addForce(-slopePsi * psi.gradient.1, to: b.y, lane: lane)
        block.addForce(-slopePsi * psi.gradient.2, to: b.z, lane: lane)
        block.addForce(-slopePsi * psi.gradient.3, to: b.w, lane: lane)
      }
    }
  }
}
