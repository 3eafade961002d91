import Foundation

/// Reading and writing one lane of a `LaneBlock`, for terms that are evaluated lane by lane.
extension LaneBlock {
  @inline(__always)
  public func position(_ atom: Int, lane: Int) -> SIMD3<Double> {
    let p = positions + (3 * atom * Self.lanes + lane)
    return SIMD3(p[0], p[Self.lanes], p[2 * Self.lanes])
  }

  @inline(__always)
  public func addForce(_ force: SIMD3<Double>, to atom: Int, lane: Int) {
    guard let forces else { return }
    let p = forces + (3 * atom * Self.lanes + lane)
    p[0] += force.x
    p[Self.lanes] += force.y
    p[2 * Self.lanes] += force.z
  }
}

/// A dihedral angle with its gradient (Blondel & Karplus 1996).
public struct Dihedral {
  /// rad, in (−π, π], IUPAC sign; NaN where three of the atoms are on a line.
  public let angle: Double
  /// ∂φ/∂x of the four atoms, rad/nm.
  public let gradient: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)

  public init(_ a: SIMD3<Double>, _ b: SIMD3<Double>, _ c: SIMD3<Double>, _ d: SIMD3<Double>) {
    let f = a - b
    let g = b - c
    let h = d - c
    let m = cross(f, g)
    let n = cross(h, g)
    let m2 = (m * m).sum()
    let n2 = (n * n).sum()
    let length = (g * g).sum().squareRoot()
    angle = m2 * n2 < 1e-36 ? .nan : atan2(length * (m * h).sum(), (m * n).sum())
    let first = m * (-length / m2)
    let last = n * (length / n2)
    let middle = m * ((f * g).sum() / (m2 * length)) - n * ((h * g).sum() / (n2 * length))
    gradient = (first, middle - first, -last - middle, last)
  }
}

/// a × b
@inline(__always)
public func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
  SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}
