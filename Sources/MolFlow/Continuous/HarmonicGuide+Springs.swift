/// What all springs say together at one place, and its derivative.
extension HarmonicGuide {
  /// A spring at a place.
  struct Link {
    var first: Int
    var second: Int
    var n: (Double, Double, Double)
    var distance: Double
    /// αx of the pair.
    var estimate: (Double, Double, Double)
    /// n·αx − r, and r′.
    var mismatch: Double
    var slope: Double
    var k: Double

    init(_ spring: Spring, at x: [Double], _ estimated: [Double], _ path: PairPath) {
      (first, second, k) = (spring.first, spring.second, path.strength)
      let (a, b) = (3 * first, 3 * second)
      let d = (x[a] - x[b], x[a + 1] - x[b + 1], x[a + 2] - x[b + 2])
      distance = (d.0 * d.0 + d.1 * d.1 + d.2 * d.2 + HarmonicGuide.softening).squareRoot()
      n = (d.0 / distance, d.1 / distance, d.2 / distance)
      let length = spring.squaredMean.squareRoot()
      let direction = Langevin(path.concentration * distance)
      estimate = (
        estimated[a] - estimated[b], estimated[a + 1] - estimated[b + 1], estimated[a + 2] - estimated[b + 2]
      )
      mismatch = n.0 * estimate.0 + n.1 * estimate.1 + n.2 * estimate.2 - length * direction.value
      slope = length * direction.scaledSlope / distance
    }
  }

  /// Two atoms at one place pull nowhere.
  private static let softening = PairField.softening

  /// A = `prior` + `factor` Σ k n nᵀ, and Σ k (n·x̃ − r) n.
  func fill(
    _ matrix: inout [Double], _ pull: inout [Double], _ links: [Link], prior: [Double], factor: Double
  ) {
    let order = 3 * atoms
    for i in 0..<atoms {
      for j in 0..<atoms {
        for a in 0..<3 {
          for b in 0..<3 {
            matrix[(3 * i + a) * order + 3 * j + b] = a == b ? prior[i * atoms + j] : 0
          }
        }
      }
    }
    for c in pull.indices { pull[c] = 0 }
    for link in links {
      let n = [link.n.0, link.n.1, link.n.2]
      let (i, j) = (3 * link.first, 3 * link.second)
      let weight = factor * link.k
      for a in 0..<3 {
        pull[i + a] += link.k * link.mismatch * n[a]
        pull[j + a] -= link.k * link.mismatch * n[a]
        for b in 0..<3 {
          let value = weight * n[a] * n[b]
          matrix[(i + a) * order + i + b] += value
          matrix[(j + a) * order + j + b] += value
          matrix[(i + a) * order + j + b] -= value
          matrix[(j + a) * order + i + b] -= value
        }
      }
    }
  }

  /// What a spring adds to tr ∂(A⁻¹ Σ k e n)/∂x, e = n·x̃ − r, with w = A⁻¹ Σ k e n, ω = w_i − w_j, B and C the blocks of A⁻¹ and
  /// αA⁻¹ for xᵢ − xⱼ: k [nᵀCn − r′ nᵀBn + x̃ᵀPBn/d + e/d tr B P − (1−t)² (tr B P n·ω + nᵀBPω)/d], P = 1 − nnᵀ.
  func trace(
    _ link: Link, inverse: [Double], scaled: [Double], solution: [Double], left: Double
  ) -> Double {
    let order = 3 * atoms
    let n = [link.n.0, link.n.1, link.n.2]
    let y = [link.estimate.0, link.estimate.1, link.estimate.2]
    let (i, j) = (3 * link.first, 3 * link.second)
    func block(_ matrix: [Double], _ a: Int, _ b: Int) -> Double {
      matrix[(i + a) * order + i + b] + matrix[(j + a) * order + j + b]
        - matrix[(i + a) * order + j + b] - matrix[(j + a) * order + i + b]
    }
    // With softening n is shorter than 1, and ∂n/∂x = (1 − nnᵀ)/d as well.
    let omega = (0..<3).map { solution[i + $0] - solution[j + $0] }
    let along = (0..<3).reduce(0) { $0 + n[$1] * omega[$1] }
    let shown = (0..<3).reduce(0) { $0 + n[$1] * y[$1] }
    var (whole, inner, bent, turned, grown) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for a in 0..<3 {
      for b in 0..<3 {
        let value = block(inverse, a, b)
        if a == b { whole += value }
        inner += n[a] * value * n[b]
        bent += n[a] * value * (omega[b] - n[b] * along)
        turned += (y[a] - n[a] * shown) * value * n[b]
        grown += n[a] * block(scaled, a, b) * n[b]
      }
    }
    let across = whole - inner
    let ofDirection = turned + link.mismatch * across - left * left * (across * along + bent)
    return link.k * (grown - link.slope * inner + ofDirection / link.distance)
  }
}
