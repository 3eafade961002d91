import Energies
import Estimators
import Foundation
import NeuralNetworks
import Randomness
import Sampling

/// The velocity that carries normal latents to a harmonic network of the stiff pairs of a molecule: what is known of a flow before
/// it is trained.
///
/// A latent z turned onto its datum y overlaps with it, in each eigenvector m of the latents' covariance Σ₀ by a share ρₘ of its own:
/// much in the molecule's length, little in its bonds. So places on the straight path are, in mode m, x = aₘ y + bₘ ε with
/// aₘ = t + (1−t)ρₘ, bₘ = (1−t)√(1−ρₘ²) and ε of the variance λₘ of both. Of y all that is known are the distances μ_p ± σ_p of stiff
/// pairs p. The velocity (⟨y⟩ − x)/(1−t) is then that of the linear estimate of y, x̃ₘ = αₘ xₘ with αₘ = aₘ/(aₘ² + bₘ²), corrected by
/// all springs together:
///
/// v = (x̃ − x)/(1−t) − (1−t) A⁻¹ Σ_p k_p (n_p·x̃_p − r_p) n_p, A = Λ + (1−t)² Σ_p k_p n_p n_pᵀ, Λₘ = λ aₘ²/((1−ρₘ²)λₘ).
///
/// r = μ L(κ), L(κ) = coth κ − 1/κ, κ = a μ d/β², is exactly ⟨n·y_p⟩ of one pair of fixed length whose direction the noise hides
/// (von Mises and Fisher's distribution on the sphere), β² the noise of a coordinate of the pair and a its own, the mean of its
/// modes' weighted with what they add to the pair. Where pairs disagree, those count whose direction is known: k = 1/(σ² + 3μ²L′)
/// with L′ the variance of the cosine at the usual distance m, m² = a²μ² + 2β². λ, the mean of σ²/(σ² + 3μ²L′) plus (1−t)², at most
/// 1, is what is left of the latents' own covariance beside that: of a pair alone only σ may soften the spring.
///
/// So coupled bonds and angles contract together from the size of the latents to a bond's. A sum of pair forces must get that rate
/// right within a few percent in each direction, since a width shrinks as (1−t) to the power of it. Integrated without any
/// training, it gives bonds of alanine dipeptide 0.95 and angles 1.01 times as wide as those of frames, which it places within 0.08 of
/// their deviation. It has no parameters, and the symmetries of the Euclidean group and of atoms of one class.
struct HarmonicGuide: Sendable {
  let atoms: Int
  private let modes: [Mode]
  private var springs: [Spring]

  /// An eigenvector of Σ₀ with its eigenvalue λ and overlap ρ.
  struct Mode: Sendable {
    var vector: [Double]
    var variance: Double
    var overlap: Double
  }

  struct Spring: Sendable {
    var first: Int
    var second: Int
    /// μ² and σ²
    var squaredMean: Double
    var variance: Double
    /// What each mode adds to the variance of a coordinate of the pair's difference.
    var shares: [Double]
  }

  /// Pairs whose σ is below `stiffness` · s₀; nil where there are none.
  init?(_ statistics: CartesianStatistics, classes: PairClasses, stiffness: Double) {
    atoms = classes.ofAtoms.count
    let atoms = atoms
    guard let base = EquivariantNormalProposal(covariance: statistics.covariance, atoms: atoms),
      let (values, vectors) = SymmetricMatrix(order: atoms, elements: statistics.covariance).eigensystem()
    else { return nil }
    var modes = (1..<atoms).map {
      Mode(vector: Array(vectors[$0 * atoms..<($0 + 1) * atoms]), variance: values[$0], overlap: 0)
    }
    let (z, _) = base.draw(0..<2 * Self.trials, from: RandomStream(seed: 0))
    Self.setOverlaps(of: &modes, z, classes: classes.interchangeable)
    self.modes = modes
    springs = AtomPairs(atoms: atoms).pairs.enumerated().compactMap { pair, ends in
      let number = classes.ofPairs[pair]
      let (mean, deviation) = (statistics.distanceMeans[number], statistics.distanceDeviations[number])
      let (square, variance) = (mean * mean, deviation * deviation)
      guard variance < stiffness * stiffness * (square + variance) / 3 else { return nil }
      return Spring(
        first: ends.first, second: ends.second, squaredMean: square, variance: variance,
        shares: modes.map { $0.variance * pow($0.vector[ends.first] - $0.vector[ends.second], 2) })
    }
    guard !springs.isEmpty else { return nil }
  }

  private static let trials = 512

  /// ρ of each mode for two independent latents, one turned onto the other: Σ z·z′ / Σ z².
  private static func setOverlaps(of modes: inout [Mode], _ z: borrowing Configurations, classes: [[Int]]) {
    var products = [Double](repeating: 0, count: modes.count)
    var squares = products
    for trial in 0..<trials {
      let to = (0..<z.dimension).map { z[2 * trial, $0] }
      let from = MatchingPairs.aligned((0..<z.dimension).map { z[2 * trial + 1, $0] }, to: to, classes: classes)
      for (number, mode) in modes.enumerated() {
        for axis in 0..<3 {
          var (a, b) = (0.0, 0.0)
          for (atom, share) in mode.vector.enumerated() {
            a += share * from[3 * atom + axis]
            b += share * to[3 * atom + axis]
          }
          products[number] += a * b
          squares[number] += 0.5 * (a * a + b * b)
        }
      }
    }
    for number in modes.indices { modes[number].overlap = min(0.99, max(0, products[number] / squares[number])) }
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
    var path: Path?
    for sample in 0..<samples {
      if path?.time != times[sample] { path = Path(time: times[sample], modes: modes, springs: springs) }
      let path = path!
      for atom in 0..<atoms {
        for axis in 0..<3 { place[3 * atom + axis] = x[(axis * atoms + atom) * samples + sample] }
      }
      let estimate = applying(path.scales, to: place)
      let links = springs.indices.map { Link(springs[$0], at: place, estimate, path.pairs[$0]) }
      fill(&matrix, &pull, links, prior: path.prior, factor: path.left * path.left)
      let system = SymmetricMatrix(order: order, elements: matrix)
      guard let solution = system.solving(pull) else {
        // Atoms on one another, or numbers that are none: lost.
        for c in 0..<order { velocity[c * samples + sample] = .nan }
        continue
      }
      let free = applying(path.rates, to: place)
      for atom in 0..<atoms {
        for axis in 0..<3 {
          velocity[(axis * atoms + atom) * samples + sample] =
            free[3 * atom + axis] - path.left * solution[3 * atom + axis]
        }
      }
      guard wantsDivergence else { continue }
      var unit = [Double](repeating: 0, count: order * order)
      for c in 0..<order { unit[c * order + c] = 1 }
      guard let inverse = system.solving(unit) else {
        divergence[sample] = .nan
        continue
      }
      let scaled = scaling(inverse, by: path.scales)
      let sum = links.reduce(0) {
        $0 + trace($1, inverse: inverse, scaled: scaled, solution: solution, left: path.left)
      }
      divergence[sample] = 3 * path.trace - path.left * sum
    }
    return (velocity, divergence)
  }

  /// A matrix between atoms, on each axis.
  private func applying(_ matrix: [Double], to x: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: x.count)
    for i in 0..<atoms {
      for j in 0..<atoms {
        let element = matrix[i * atoms + j]
        for axis in 0..<3 { result[3 * i + axis] += element * x[3 * j + axis] }
      }
    }
    return result
  }

  /// The product of a matrix between atoms, on each axis, and one of coordinates.
  private func scaling(_ inverse: [Double], by matrix: [Double]) -> [Double] {
    let order = 3 * atoms
    var result = [Double](repeating: 0, count: order * order)
    result.withUnsafeMutableBufferPointer { result in
      inverse.withUnsafeBufferPointer { inverse in
        for i in 0..<atoms {
          for j in 0..<atoms {
            let element = matrix[i * atoms + j]
            let (to, from) = (3 * i * order, 3 * j * order)
            for c in 0..<3 * order { result[to + c] += element * inverse[from + c] }
          }
        }
      }
    }
    return result
  }
}
