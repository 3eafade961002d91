import Foundation

/// Vectors, angles and dihedrals of the structure builder; nm and radian.
enum PlacementGeometry {
  typealias Vector = SIMD3<Double>

  static func dot(_ a: Vector, _ b: Vector) -> Double { (a * b).sum() }

  static func cross(_ a: Vector, _ b: Vector) -> Vector {
    Vector(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
  }

  static func length(_ a: Vector) -> Double { dot(a, a).squareRoot() }

  static func unit(_ a: Vector) -> Vector { a / length(a) }

  /// Angle a–b–c at b.
  static func angle(_ a: Vector, _ b: Vector, _ c: Vector) -> Double {
    let u = a - b
    let v = c - b
    return atan2(length(cross(u, v)), dot(u, v))
  }

  /// Dihedral a–b–c–d, IUPAC sign, in (−π, π]; cis is 0.
  static func dihedral(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> Double {
    let axis = c - b
    let m = cross(b - a, axis)
    let n = cross(axis, d - c)
    return atan2(length(axis) * dot(b - a, n), dot(m, n))
  }

  /// The point d at `distance` from c with angle b–c–d and dihedral a–b–c–d (Parsons et al. 2005,
  /// doi:10.1002/jcc.20237).
  static func point(
    _ a: Vector, _ b: Vector, _ c: Vector, distance: Double, angle: Double, dihedral: Double
  ) -> Vector {
    let axis = unit(c - b)
    let normal = unit(cross(b - a, axis))
    let inPlane = cross(normal, axis)
    return c
      + distance
      * (-cos(angle) * axis + sin(angle) * (cos(dihedral) * inPlane + sin(dihedral) * normal))
  }

  /// `angle` shifted into (−π, π].
  static func wrapped(_ angle: Double) -> Double {
    let turned = angle.remainder(dividingBy: 2 * .pi)
    return turned == -.pi ? .pi : turned
  }
}
