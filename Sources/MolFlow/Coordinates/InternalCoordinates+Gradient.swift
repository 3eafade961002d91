import Energies
import Foundation

extension InternalCoordinates {
  /// Derivatives of f(x(q)) − log J(q) with respect to internal coordinates, `[count][3N − 6]`, from those of f with
  /// respect to Cartesian ones.
  ///
  /// With f = u this is the gradient of the reduced potential of the internal coordinates' own density. The placements are
  /// differentiated one by one, the last first: what reaches an atom goes on to the three that it was placed from.
  ///
  /// - Parameters:
  ///   - q: internal coordinates, nm and rad.
  ///   - x: their configurations, as `forwardAndLogDet` gives them.
  ///   - gradient: ∂f/∂x, `[count][3N]`.
  public func pullBack(
    _ gradient: borrowing Configurations, at q: borrowing Configurations, x: borrowing Configurations
  ) -> Configurations {
    precondition(q.dimension == zMatrix.coordinateCount && x.dimension == 3 * zMatrix.atomCount)
    precondition(gradient.dimension == x.dimension && gradient.count == x.count && q.count == x.count)
    var result = Configurations(count: q.count, dimension: q.dimension)
    let (q, x, gradient) = (copy q, copy x, copy gradient)
    let dimension = q.dimension
    result.coordinates.withUnsafeMutableBufferPointer { target in
      nonisolated(unsafe) let target = target
      inParallelShards(of: q.count, shards: min(threads, max(q.count, 1))) { _, range in
        var forces = [SIMD3<Double>](repeating: .zero, count: zMatrix.atomCount)
        for sample in range {
          for atom in forces.indices { forces[atom] = gradient.position(sample: sample, atom: atom) }
          for (index, row) in zMatrix.rows.enumerated().reversed() {
            let offset = ZMatrix.offset(ofRow: index)
            func position(_ atom: Int) -> SIMD3<Double> { x.position(sample: sample, atom: atom) }
            let placement = Placement(
              row, bond: q[sample, offset], angle: index > 0 ? q[sample, offset + 1] : nil,
              torsion: index > 1 ? q[sample, offset + 2] : nil, position: position)
            let derivatives = placement.pullBack(forces[row.atom], row, into: &forces)
            let start = sample * dimension + offset
            target[start] = derivatives.x - 2 / q[sample, offset]
            if index > 0 { target[start + 1] = derivatives.y - 1 / tan(q[sample, offset + 1]) }
            if index > 1 { target[start + 2] = derivatives.z }
          }
        }
      }
    }
    return result
  }
}

/// One atom's place, o + b (cos θ e + sin θ (cos φ l + sin φ n)): e points from the bonded atom o to the one that the angle
/// is measured from, n is normal to the plane of the three atoms, l = e × n.
private struct Placement {
  let bond: Double
  let cosAngle: Double
  let sinAngle: Double
  let cosTorsion: Double
  let sinTorsion: Double
  /// e and the distance that it was divided by.
  let axis: SIMD3<Double>
  let axisLength: Double
  /// n, and the vector t − p and length that it came from.
  let normal: SIMD3<Double>
  let normalLength: Double
  let beyond: SIMD3<Double>

  init(
    _ row: ZMatrix.Row, bond: Double, angle: Double?, torsion: Double?, position: (Int) -> SIMD3<Double>
  ) {
    self.bond = bond
    guard let angle, let angled = row.angled else {
      // The first row lies along +x.
      (cosAngle, sinAngle, cosTorsion, sinTorsion) = (1, 0, 1, 0)
      (axis, axisLength, normal, normalLength, beyond) = (SIMD3(1, 0, 0), 1, SIMD3(0, 0, 1), 1, .zero)
      return
    }
    (cosAngle, sinAngle) = (cos(angle), sin(angle))
    let along = position(angled) - position(row.bonded)
    axisLength = (along * along).sum().squareRoot()
    axis = along / axisLength
    guard let torsion, let twisted = row.twisted else {
      // The second row lies in the upper xy half plane: l = +y.
      (cosTorsion, sinTorsion) = (1, 0)
      (normal, normalLength, beyond) = (cross(SIMD3(0, 1, 0), axis), 1, .zero)
      return
    }
    (cosTorsion, sinTorsion) = (cos(torsion), sin(torsion))
    beyond = position(twisted) - position(angled)
    let perpendicular = cross(beyond, axis)
    normalLength = (perpendicular * perpendicular).sum().squareRoot()
    normal = perpendicular / normalLength
  }

  /// Derivatives with respect to bond, angle and torsion from that with respect to the atom, `g`; adds what reaches the
  /// atoms that it was placed from.
  func pullBack(_ g: SIMD3<Double>, _ row: ZMatrix.Row, into forces: inout [SIMD3<Double>]) -> SIMD3<Double> {
    forces[row.bonded] += g
    guard let angled = row.angled else { return SIMD3(dot(g, axis), 0, 0) }
    let lateral = cross(axis, normal)
    let direction = cosTorsion * lateral + sinTorsion * normal
    let byBond = dot(g, cosAngle * axis + sinAngle * direction)
    let byAngle = bond * dot(g, cosAngle * direction - sinAngle * axis)
    let byTorsion = bond * sinAngle * dot(g, cosTorsion * normal - sinTorsion * lateral)
    guard let twisted = row.twisted else {
      // Both references of the second row lie on the x axis, where rows 0 and 1 only move them along it.
      return SIMD3(byBond, byAngle, 0)
    }
    let byLateral = (bond * sinAngle * cosTorsion) * g
    let byNormal = (bond * sinAngle * sinTorsion) * g + cross(byLateral, axis)
    var byAxis = (bond * cosAngle) * g + cross(normal, byLateral)
    let byPerpendicular = (byNormal - dot(byNormal, normal) * normal) / normalLength
    let byBeyond = cross(axis, byPerpendicular)
    byAxis += cross(byPerpendicular, beyond)
    let byAlong = (byAxis - dot(byAxis, axis) * axis) / axisLength
    forces[twisted] += byBeyond
    forces[angled] += byAlong - byBeyond
    forces[row.bonded] -= byAlong
    return SIMD3(byBond, byAngle, byTorsion)
  }
}

private func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }
