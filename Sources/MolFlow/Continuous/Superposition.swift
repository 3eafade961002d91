import Estimators

/// The rotation, and reflection where allowed, that brings mean-free points nearest to others: the one that maximises
/// Σ yᵢ·R xᵢ, from the largest eigenvector of Horn's matrix of quaternions.
///
/// Source: Kabsch 1976, doi:10.1107/S0567739476001873; Horn 1987, doi:10.1364/JOSAA.4.000629.
enum Superposition {
  /// R, row by row, and Σ yᵢ·R xᵢ; points are x, y, z of one after another.
  static func rotation(of x: [Double], onto y: [Double]) -> (matrix: [Double], overlap: Double) {
    var s = [Double](repeating: 0, count: 9)
    for atom in 0..<x.count / 3 {
      for a in 0..<3 { for b in 0..<3 { s[3 * a + b] += x[3 * atom + a] * y[3 * atom + b] } }
    }
    let (xx, xy, xz, yx, yy, yz, zx, zy, zz) = (s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8])
    let horn = [
      xx + yy + zz, yz - zy, zx - xz, xy - yx,
      yz - zy, xx - yy - zz, xy + yx, zx + xz,
      zx - xz, xy + yx, -xx + yy - zz, yz + zy,
      xy - yx, zx + xz, yz + zy, -xx - yy + zz,
    ]
    guard let (values, vectors) = SymmetricMatrix(order: 4, elements: horn).eigensystem() else {
      return ([1, 0, 0, 0, 1, 0, 0, 0, 1], 0)
    }
    let (w, i, j, k) = (vectors[12], vectors[13], vectors[14], vectors[15])
    let matrix = [
      w * w + i * i - j * j - k * k, 2 * (i * j - w * k), 2 * (i * k + w * j),
      2 * (i * j + w * k), w * w - i * i + j * j - k * k, 2 * (j * k - w * i),
      2 * (i * k - w * j), 2 * (j * k + w * i), w * w - i * i - j * j + k * k,
    ]
    return (matrix, values[3])
  }

  /// x turned, and reflected where that is nearer, onto y.
  static func aligned(_ x: [Double], to y: [Double]) -> [Double] {
    let (direct, overlap) = rotation(of: x, onto: y)
    let mirrored = x.map { -$0 }
    let (other, mirroredOverlap) = rotation(of: mirrored, onto: y)
    let (matrix, points) = overlap >= mirroredOverlap ? (direct, x) : (other, mirrored)
    var result = x
    for atom in 0..<x.count / 3 {
      for a in 0..<3 {
        result[3 * atom + a] = (0..<3).reduce(0) { $0 + matrix[3 * a + $1] * points[3 * atom + $1] }
      }
    }
    return result
  }
}
