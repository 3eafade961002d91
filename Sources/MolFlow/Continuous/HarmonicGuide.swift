import Energies
import Estimators
import Foundation
import NeuralNetworks
import Randomness
import Sampling

/// The velocity that carries normal latents to a harmonic network of the stiff pairs of a molecule: what is known of a flow before
/// it is trained.
///
/// A latent z turned onto its datum y overlaps with it by ρ, so that places on the straight path are x = a y + b ε with
/// a = t + (1−t)ρ, b = (1−t)√(1−ρ²) and ε of the covariance Σ₀ of both. Of y all that is known are the distances μ_p ± σ_p of stiff
/// pairs p. The velocity (⟨y⟩ − x)/(1−t) is then that of the linear estimate of y, ⟨y⟩ = αx with α = a/(a² + b²), corrected by all
/// springs together:
///
/// v = (α − 1)/(1−t) x − (1−t) A⁻¹ Σ_p k_p (α d_p − r_p) n_p, A = λ a²/(1−ρ²) Σ₀⁺ + (1−t)² Σ_p k_p n_p n_pᵀ.
///
/// r = μ L(κ), L(κ) = coth κ − 1/κ, κ = aμd/(b²s₀²), is exactly ⟨n·y_p⟩ of one pair of fixed length whose direction the noise hides
/// (von Mises and Fisher's distribution on the sphere), 3s₀² = μ² + σ². Where pairs disagree, those count whose direction is known:
/// k = 1/(σ² + 3μ²L′) with L′ the variance of the cosine at the usual distance m, m² = a²μ² + 2b²s₀². λ, the mean of
/// σ²/(σ² + 3μ²L′) plus 0.3 (1−t)², is what is left of the latents' own covariance beside that: of a pair alone only σ may soften
/// the spring.
///
/// So coupled bonds and angles contract together from the size of the latents to a bond's. A sum of pair forces must get that rate
/// right within a few percent in each direction, since a width shrinks as (1−t) to the power of it. Integrated without any
/// training, it gives bonds and angles of alanine dipeptide 1.1 times as wide as those of frames, which it places within 0.2 of
/// their deviation. It has no parameters, and the symmetries of the Euclidean group and of atoms of one class.
struct HarmonicGuide: Sendable {
  let atoms: Int
  /// Σ₀⁺, `[N][N]`, and what holds the mean.
  private let precision: [Double]
  private var springs: [Spring]
  /// ρ
  private let overlap: Double

  private struct Spring: Sendable {
    var first: Int
    var second: Int
    /// μ², σ² and s₀²
    var mean: Double
    var late: Double
    var early: Double
  }

  /// Pairs whose σ is below `stiffness` · s₀; nil where there are none.
  init?(_ statistics: CartesianStatistics, classes: PairClasses, stiffness: Double) {
    atoms = classes.ofAtoms.count
    springs = AtomPairs(atoms: atoms).pairs.enumerated().compactMap { pair, ends in
      let number = classes.ofPairs[pair]
      let (mean, deviation) = (statistics.distanceMeans[number], statistics.distanceDeviations[number])
      let (square, variance) = (mean * mean, deviation * deviation)
      let early = (square + variance) / 3
      guard variance < stiffness * stiffness * early else { return nil }
      return Spring(first: ends.first, second: ends.second, mean: square, late: variance, early: early)
    }
    guard !springs.isEmpty, let base = EquivariantNormalProposal(covariance: statistics.covariance, atoms: atoms),
      let precision = Self.pseudoinverse(statistics.covariance, order: atoms)
    else { return nil }
    self.precision = precision
    let (z, _) = base.draw(0..<2 * Self.trials, from: RandomStream(seed: 0))
    overlap = Self.overlap(z, classes: classes.interchangeable)
  }

  private static let trials = 128

  /// ρ of two independent latents, one turned onto the other: Σ z·z′ / Σ z².
  private static func overlap(_ z: borrowing Configurations, classes: [[Int]]) -> Double {
    var (products, squares) = (0.0, 0.0)
    for trial in 0..<trials {
      let to = (0..<z.dimension).map { z[2 * trial, $0] }
      let from = MatchingPairs.aligned((0..<z.dimension).map { z[2 * trial + 1, $0] }, to: to, classes: classes)
      products += zip(from, to).reduce(0) { $0 + $1.0 * $1.1 }
      squares += zip(from, to).reduce(0) { $0 + 0.5 * ($1.0 * $1.0 + $1.1 * $1.1) }
    }
    return products / squares
  }

  /// The inverse on mean-free vectors, and 1 for the mean.
  private static func pseudoinverse(_ covariance: [Double], order: Int) -> [Double]? {
    guard let (values, vectors) = SymmetricMatrix(order: order, elements: covariance).eigensystem() else { return nil }
    var result = [Double](repeating: 1 / Double(order), count: order * order)
    for (number, value) in values.enumerated().dropFirst() {
      for i in 0..<order {
        for j in 0..<order {
          result[i * order + j] += vectors[number * order + i] * vectors[number * order + j] / value
        }
      }
    }
    return result
  }

  /// Velocities of scaled coordinates and, where wanted, divergences `[samples]`; `[3][atoms × samples]` row by row.
  func velocities(
    of x: [Double], times: [Double], wantsDivergence: Bool
  ) -> (velocity: [Double], divergence: [Double]) {
    let samples = times.count
    var velocity = [Double](repeating: 0, count: x.count)
    var divergence = [Double](repeating: 0, count: wantsDivergence ? samples : 0)
    let order = 3 * atoms
    var place = [Double](repeating: 0, count: order)
    var matrix = [Double](repeating: 0, count: order * order)
    var pull = place
    for sample in 0..<samples {
      let path = Path(time: times[sample], overlap: overlap, springs: springs)
      for atom in 0..<atoms {
        for axis in 0..<3 { place[3 * atom + axis] = x[(axis * atoms + atom) * samples + sample] }
      }
      let mean = (0..<3).map { axis in
        stride(from: axis, to: order, by: 3).reduce(0) { $0 + place[$1] } / Double(atoms)
      }
      let links = springs.indices.map { Link(springs[$0], at: place, path, strength: path.strengths[$0]) }
      fill(&matrix, &pull, links, prior: path.prior, factor: path.left * path.left)
      let system = SymmetricMatrix(order: order, elements: matrix)
      guard let solution = system.solving(pull) else {
        // Atoms on one another, or numbers that are none: lost.
        for c in 0..<order { velocity[c * samples + sample] = .nan }
        continue
      }
      for atom in 0..<atoms {
        for axis in 0..<3 {
          velocity[(axis * atoms + atom) * samples + sample] =
            path.stretch * (place[3 * atom + axis] - mean[axis]) - path.left * solution[3 * atom + axis]
        }
      }
      guard wantsDivergence else { continue }
      var unit = [Double](repeating: 0, count: order * order)
      for c in 0..<order { unit[c * order + c] = 1 }
      guard let inverse = system.solving(unit) else {
        divergence[sample] = .nan
        continue
      }
      let sum = links.reduce(0) { $0 + trace($1, inverse: inverse, solution: solution, path) }
      divergence[sample] = Double(3 * (atoms - 1)) * path.stretch - path.left * sum
    }
    return (velocity, divergence)
  }

  /// What depends on the time alone.
  private struct Path {
    /// 1 − t, a, b², α and (α − 1)/(1 − t)
    let left: Double
    let a: Double
    let noise: Double
    let scale: Double
    let stretch: Double
    /// λ a²/(1−ρ²)
    let prior: Double
    /// k of each spring.
    let strengths: [Double]

    init(time: Double, overlap: Double, springs: [Spring]) {
      left = 1 - time
      a = 1 - left * (1 - overlap)
      let free = 1 - overlap * overlap
      noise = left * left * free
      scale = a / (a * a + noise)
      stretch = (a * (1 - overlap) - left * free) / (a * a + noise)
      var shares = 0.0
      let (a, noise) = (a, noise)
      strengths = springs.map { spring in
        let usual = (a * a * spring.mean + 2 * noise * spring.early).squareRoot()
        let concentration = a * spring.mean.squareRoot() * usual / (noise * spring.early)
        let width = spring.late + 3 * spring.mean * Langevin(concentration).slope
        shares += spring.late / width
        return 1 / width
      }
      prior = min(1, shares / Double(springs.count) + 0.3 * left * left) * a * a / free
    }
  }

  /// L(κ) = coth κ − 1/κ and L′; κ may be infinite.
  private struct Langevin {
    let value: Double
    let slope: Double
    /// κ L′
    let scaledSlope: Double

    init(_ concentration: Double) {
      let x = concentration
      if x > 20 {
        (value, slope, scaledSlope) = (1 - 1 / x, 1 / (x * x), 1 / x)
      } else {
        value = x < 1e-2 ? x / 3 - x * x * x / 45 : 1 / tanh(x) - 1 / x
        slope = x < 1e-2 ? 1.0 / 3 - x * x / 15 : 1 - value * value - 2 * value / x
        scaledSlope = x * slope
      }
    }
  }

  private struct Link {
    var first: Int
    var second: Int
    var n: (Double, Double, Double)
    var distance: Double
    /// αd − r and its derivative by d.
    var stretch: Double
    var slope: Double
    var k: Double

    init(_ spring: Spring, at x: [Double], _ path: Path, strength: Double) {
      (first, second, k) = (spring.first, spring.second, strength)
      let (a, b) = (3 * first, 3 * second)
      let d = (x[a] - x[b], x[a + 1] - x[b + 1], x[a + 2] - x[b + 2])
      distance = (d.0 * d.0 + d.1 * d.1 + d.2 * d.2 + HarmonicGuide.softening).squareRoot()
      n = (d.0 / distance, d.1 / distance, d.2 / distance)
      let length = spring.mean.squareRoot()
      let direction = Langevin(path.a * length * distance / (path.noise * spring.early))
      stretch = path.scale * distance - length * direction.value
      slope = path.scale - length * direction.scaledSlope / distance
    }
  }

  /// Two atoms at one place pull nowhere.
  private static let softening = PairField.softening

  private func fill(
    _ matrix: inout [Double], _ pull: inout [Double], _ links: [Link], prior: Double, factor: Double
  ) {
    let order = 3 * atoms
    for i in 0..<atoms {
      for j in 0..<atoms {
        for a in 0..<3 {
          for b in 0..<3 {
            matrix[(3 * i + a) * order + 3 * j + b] = a == b ? prior * precision[i * atoms + j] : 0
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
        pull[i + a] += link.k * link.stretch * n[a]
        pull[j + a] -= link.k * link.stretch * n[a]
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

  /// What a spring adds to tr ∂(A⁻¹ Σ k (αd − r) n)/∂x, with w = A⁻¹ Σ k (αd − r) n, ω = w_i − w_j and B the block of A⁻¹ for
  /// xᵢ − xⱼ: k [(α − r′) nᵀBn + (αd − r)/d tr B P − (1−t)² (tr B P n·ω + nᵀBPω)/d], P = 1 − nnᵀ.
  private func trace(_ link: Link, inverse: [Double], solution: [Double], _ path: Path) -> Double {
    let order = 3 * atoms
    let n = [link.n.0, link.n.1, link.n.2]
    let (i, j) = (3 * link.first, 3 * link.second)
    func block(_ a: Int, _ b: Int) -> Double {
      inverse[(i + a) * order + i + b] + inverse[(j + a) * order + j + b]
        - inverse[(i + a) * order + j + b] - inverse[(j + a) * order + i + b]
    }
    // With softening n is shorter than 1, and ∂n/∂x = (1 − nnᵀ)/d as well.
    let omega = (0..<3).map { solution[i + $0] - solution[j + $0] }
    let along = (0..<3).reduce(0) { $0 + n[$1] * omega[$1] }
    var (whole, inner, bent) = (0.0, 0.0, 0.0)
    for a in 0..<3 {
      for b in 0..<3 {
        let value = block(a, b)
        if a == b { whole += value }
        inner += n[a] * value * n[b]
        bent += n[a] * value * (omega[b] - n[b] * along)
      }
    }
    let across = whole - inner
    let turned = link.stretch * across - path.left * path.left * (across * along + bent)
    return link.k * (link.slope * inner + turned / link.distance)
  }
}
