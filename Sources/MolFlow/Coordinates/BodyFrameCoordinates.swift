import Energies
import Foundation

/// Cartesian coordinates in a frame that three atoms of the molecule define: a at the origin, b on the +x axis, c in the
/// upper half of the xy plane.
///
/// q = (b_x, c_x, c_y, then x, y, z of every other atom in order), 3N − 6 numbers in nm. The volume element of
/// `InternalCoordinates` in these is J = b_x² c_y: with r, s the two bonds and θ their angle, r² s² sin θ dr ds dθ = r² c_y
/// dr dc_x dc_y. Coordinates with b_x ≤ 0 or c_y ≤ 0 are those of no configuration.
public struct BodyFrameCoordinates: CoordinateChart {
  public let atomCount: Int
  /// a, b, c
  public let frame: [Int]
  private let others: [Int]

  public init(atomCount: Int, frame: [Int]) {
    precondition(frame.count == 3 && Set(frame).count == 3 && frame.allSatisfy { (0..<atomCount).contains($0) })
    self.atomCount = atomCount
    self.frame = frame
    others = (0..<atomCount).filter { !frame.contains($0) }
  }

  /// The first three atoms that a z-matrix places.
  public init(_ zMatrix: ZMatrix) {
    self.init(atomCount: zMatrix.atomCount, frame: [zMatrix.root, zMatrix.rows[0].atom, zMatrix.rows[1].atom])
  }

  public var dimension: Int { 3 * atomCount }
  public var coordinateCount: Int { 3 * atomCount - 6 }

  /// Where each coordinate stands in a configuration that lies in the frame.
  private var places: [Int] {
    [3 * frame[1], 3 * frame[2], 3 * frame[2] + 1] + others.flatMap { [3 * $0, 3 * $0 + 1, 3 * $0 + 2] }
  }

  public func forwardAndLogDet(_ q: borrowing Configurations) -> (value: Configurations, logDet: [Double]) {
    precondition(q.dimension == coordinateCount)
    var x = Configurations(count: q.count, dimension: dimension)
    var logDet = [Double](repeating: 0, count: q.count)
    let places = places
    for sample in 0..<q.count {
      for (coordinate, place) in places.enumerated() { x[sample, place] = q[sample, coordinate] }
      let (first, height) = (q[sample, 0], q[sample, 2])
      logDet[sample] = first > 0 && height > 0 ? 2 * log(first) + log(height) : .nan
    }
    return (x, logDet)
  }

  public func inverseAndLogDet(_ x: borrowing Configurations) -> (value: Configurations, logDet: [Double]) {
    precondition(x.dimension == dimension)
    var q = Configurations(count: x.count, dimension: coordinateCount)
    var logDet = [Double](repeating: 0, count: x.count)
    for sample in 0..<x.count {
      let origin = x.position(sample: sample, atom: frame[0])
      let along = x.position(sample: sample, atom: frame[1]) - origin
      let length = (along * along).sum().squareRoot()
      let e1 = along / length
      let third = x.position(sample: sample, atom: frame[2]) - origin
      let rest = third - (third * e1).sum() * e1
      let height = (rest * rest).sum().squareRoot()
      let e2 = rest / height
      let e3 = cross(e1, e2)
      (q[sample, 0], q[sample, 1], q[sample, 2]) = (length, (third * e1).sum(), height)
      for (number, atom) in others.enumerated() {
        let r = x.position(sample: sample, atom: atom) - origin
        for (axis, e) in [e1, e2, e3].enumerated() { q[sample, 3 + 3 * number + axis] = (r * e).sum() }
      }
      logDet[sample] = -(2 * log(length) + log(height))
    }
    return (q, logDet)
  }

  public func pullBack(
    _ gradient: borrowing Configurations, at q: borrowing Configurations, x: borrowing Configurations
  ) -> Configurations {
    var result = Configurations(count: q.count, dimension: coordinateCount)
    let places = places
    for sample in 0..<q.count {
      for (coordinate, place) in places.enumerated() { result[sample, coordinate] = gradient[sample, place] }
      result[sample, 0] -= 2 / q[sample, 0]
      result[sample, 2] -= 1 / q[sample, 2]
    }
    return result
  }
}
