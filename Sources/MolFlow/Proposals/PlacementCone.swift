import Energies
import Foundation

/// The circle of places that bond and angle leave to an atom.
struct PlacementCone {
  let center: SIMD3<Double>
  let lateral: SIMD3<Double>
  let normal: SIMD3<Double>

  init(bond: Double, angle: Double, origin: SIMD3<Double>, axisEnd: SIMD3<Double>, plane: SIMD3<Double>) {
    let axis = (axisEnd - origin) / length(axisEnd - origin)
    let perpendicular = cross(plane - axisEnd, axis)
    let unit = perpendicular / length(perpendicular)
    center = origin + axis * (bond * cos(angle))
    normal = unit * (bond * sin(angle))
    lateral = cross(axis, unit) * (bond * sin(angle))
  }

  /// The place at a torsion given as (cos, sin).
  func place(_ torsion: SIMD2<Double>) -> SIMD3<Double> { center + lateral * torsion.x + normal * torsion.y }
}

private func length(_ v: SIMD3<Double>) -> Double { (v * v).sum().squareRoot() }
