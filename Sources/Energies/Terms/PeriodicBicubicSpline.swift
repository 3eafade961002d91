import Foundation

/// A doubly periodic surface through a square table of values, bicubic in every cell.
///
/// Node slopes are those of the periodic cubic splines along each direction, the mixed derivative that of the spline
/// through the slopes, as CMAP defines it (MacKerell, Feig, Brooks 2004, doi:10.1002/jcc.20065).
struct PeriodicBicubicSpline: Sendable {
  private let size: Int
  /// Value, ∂/∂a, ∂/∂b, ∂²/∂a∂b at node (i, j), per grid spacing: `nodes[i + size * j]`.
  private let nodes: [SIMD4<Double>]

  /// `values[i + size * j]` stands at angles (2π i/size, 2π j/size).
  init(size: Int, values: [Double]) {
    self.size = size
    var alongA = [Double](repeating: 0, count: size * size)
    var alongB = alongA
    var mixed = alongA
    for j in 0..<size {
      let slopes = Self.periodicSlopes((0..<size).map { values[$0 + size * j] })
      for i in 0..<size { alongA[i + size * j] = slopes[i] }
    }
    for i in 0..<size {
      let slopes = Self.periodicSlopes((0..<size).map { values[i + size * $0] })
      for j in 0..<size { alongB[i + size * j] = slopes[j] }
    }
    for j in 0..<size {
      let slopes = Self.periodicSlopes((0..<size).map { alongB[$0 + size * j] })
      for i in 0..<size { mixed[i + size * j] = slopes[i] }
    }
    nodes = values.indices.map { SIMD4(values[$0], alongA[$0], alongB[$0], mixed[$0]) }
  }

  /// Value and slopes with respect to both angles (rad).
  func evaluate(_ a: Double, _ b: Double) -> (value: Double, slopeA: Double, slopeB: Double) {
    let perRadian = Double(size) / (2 * Double.pi)
    let (i, t) = cell(a * perRadian)
    let (j, u) = cell(b * perRadian)
    let (ha, da) = (Self.basis(t), Self.basisSlope(t))
    let (hb, db) = (Self.basis(u), Self.basisSlope(u))
    var value = 0.0, slopeA = 0.0, slopeB = 0.0
    for q in 0..<2 {
      for p in 0..<2 {
        let node = nodes[(i + p) % size + size * ((j + q) % size)]
        // Hermite basis: [value at left, value at right, slope at left, slope at right].
        let (fa, sa, dfa, dsa) = (ha[p], ha[2 + p], da[p], da[2 + p])
        let (fb, sb, dfb, dsb) = (hb[q], hb[2 + q], db[q], db[2 + q])
        value += node.x * fa * fb + node.y * sa * fb + node.z * fa * sb + node.w * sa * sb
        slopeA += node.x * dfa * fb + node.y * dsa * fb + node.z * dfa * sb + node.w * dsa * sb
        slopeB += node.x * fa * dfb + node.y * sa * dfb + node.z * fa * dsb + node.w * sa * dsb
      }
    }
    return (value, slopeA * perRadian, slopeB * perRadian)
  }

  private func cell(_ position: Double) -> (index: Int, fraction: Double) {
    let floor = position.rounded(.down)
    let index = Int(floor) % size
    return (index < 0 ? index + size : index, position - floor)
  }

  private static func basis(_ t: Double) -> SIMD4<Double> {
    let t2 = t * t
    let t3 = t2 * t
    return SIMD4(1 - 3 * t2 + 2 * t3, 3 * t2 - 2 * t3, t - 2 * t2 + t3, t3 - t2)
  }

  private static func basisSlope(_ t: Double) -> SIMD4<Double> {
    let t2 = t * t
    return SIMD4(6 * t2 - 6 * t, 6 * t - 6 * t2, 1 - 4 * t + 3 * t2, 3 * t2 - 2 * t)
  }

  /// Slopes s of the periodic cubic spline through y, unit spacing: sᵢ₋₁ + 4 sᵢ + sᵢ₊₁ = 3 (yᵢ₊₁ − yᵢ₋₁), solved as a
  /// tridiagonal system with a rank-one correction for the corners (Sherman & Morrison 1950).
  static func periodicSlopes(_ y: [Double]) -> [Double] {
    let n = y.count
    guard n > 2 else { return [Double](repeating: 0, count: n) }
    let right = (0..<n).map { 3 * (y[($0 + 1) % n] - y[($0 + n - 1) % n]) }
    var correction = [Double](repeating: 0, count: n)
    // Corners removed by A = T + v vᵀ with v = e₀ + eₙ₋₁.
    correction[0] = 1
    correction[n - 1] = 1
    let particular = solveTridiagonal(right)
    let response = solveTridiagonal(correction)
    let factor = (particular[0] + particular[n - 1]) / (1 + response[0] + response[n - 1])
    return zip(particular, response).map { $0 - factor * $1 }
  }

  /// Solves T s = r with off-diagonals 1 and diagonal 4, except 3 at both ends.
  private static func solveTridiagonal(_ right: [Double]) -> [Double] {
    let n = right.count
    var pivots = [Double](repeating: 3, count: n)
    var s = right
    for i in 1..<n {
      pivots[i] = (i == n - 1 ? 3 : 4) - 1 / pivots[i - 1]
      s[i] -= s[i - 1] / pivots[i - 1]
    }
    s[n - 1] /= pivots[n - 1]
    for i in stride(from: n - 2, through: 0, by: -1) { s[i] = (s[i] - s[i + 1]) / pivots[i] }
    return s
  }
}
