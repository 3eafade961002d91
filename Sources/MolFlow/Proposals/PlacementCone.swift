import Energies
import Foundation

/// The circle of places that bond and angle leave to an atom, and the frame that turns with its torsion.
struct PlacementCone {
  let origin: SIMD3<Double>
  /// Unit vectors: from the origin to the end of the axis; across it in the plane of the dihedral; and normal to both.
  let axis: SIMD3<Double>
  let across: SIMD3<Double>
  let normal: SIMD3<Double>
  private let height: Double
  private let radius: Double

  init(bond: Double, angle: Double, origin: SIMD3<Double>, axisEnd: SIMD3<Double>, plane: SIMD3<Double>) {
    self.origin = origin
    axis = (axisEnd - origin) / length(axisEnd - origin)
    let perpendicular = cross(plane - axisEnd, axis)
    normal = perpendicular / length(perpendicular)
    across = cross(axis, normal)
    height = bond * cos(angle)
    radius = bond * sin(angle)
  }

  /// The place at a torsion given as (cos, sin).
  func place(_ torsion: SIMD2<Double>) -> SIMD3<Double> { place(local: local, torsion) }

  /// The atom's own coordinates in the frame that turns.
  var local: SIMD3<Double> { SIMD3(height, radius, 0) }

  /// Where something stands that is fixed in the frame that turns with the torsion (cos, sin), at its coordinates along the axis, across and
  /// normal when the torsion is 0.
  func place(local: SIMD3<Double>, _ torsion: SIMD2<Double>) -> SIMD3<Double> {
    origin + axis * local.x + across * (local.y * torsion.x - local.z * torsion.y)
      + normal * (local.y * torsion.y + local.z * torsion.x)
  }

  /// Coordinates of a place in the frame of torsion 0.
  func local(_ place: SIMD3<Double>) -> SIMD3<Double> {
    let away = place - origin
    return SIMD3((away * axis).sum(), (away * across).sum(), (away * normal).sum())
  }
}

private func length(_ v: SIMD3<Double>) -> Double { (v * v).sum().squareRoot() }
