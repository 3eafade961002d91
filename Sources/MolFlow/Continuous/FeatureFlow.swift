import Energies
import Foundation
import NeuralNetworks
import Randomness

/// A continuous flow of the positions of N atoms together with the type of each: the type is made continuous by a box of its own, hₖ in
/// [½, 3⁄2) for the type k that an atom has and in [−½, ½) for the others, and read back as the largest hₖ.
///
/// Densities are with respect to mean-free positions, 3(N − 1) dimensions, and features. Since ln p(x, types) = ln ∫ q(x, h) dh ≥ E ln q(x, h)
/// with h uniform in the boxes, the mean of `logDensities` over such h is a lower bound of the likelihood of positions and
/// types (Theis, van den Oord & Bethge 2016, arXiv:1511.01844; E(n) flows: Satorras et al. 2021, arXiv:2105.09016).
public struct FeatureFlow: Sendable {
  public let field: FeatureField
  public var parameters: ParameterStore
  public let integrator: FlowIntegrator
  /// Deviation of a coordinate of mean-free positions, nm: what the network sees is of order one.
  public let length: Double

  public init(field: FeatureField, parameters: ParameterStore, integrator: FlowIntegrator, length: Double) {
    precondition(length > 0)
    (self.field, self.parameters, self.integrator, self.length) = (field, parameters, integrator, length)
  }

  private var atoms: Int { field.atoms }
  private var rows: Int { 3 + field.features }
  private var architecture: ContinuousArchitecture {
    ContinuousArchitecture(field: field, integrator: integrator, axes: rows)
  }

  /// One state for each sample, atom after atom: x, y, z in units of `length` without their mean, then features.
  private typealias States = [[Double]]

  // MARK: Types

  /// A point in the boxes of the types, `[atom][feature]`.
  public func dequantised(_ types: [Int], using random: inout RandomStream) -> [Double] {
    types.flatMap { type in (0..<field.features).map { ($0 == type ? 0.5 : -0.5) + random.uniform() } }
  }

  private func types(_ state: [Double]) -> [Int] {
    (0..<atoms).map { atom in
      let own = state[atom * rows + 3..<(atom + 1) * rows]
      return own.firstIndex(of: own.max()!)! - own.startIndex
    }
  }

  private func state(_ x: borrowing Configurations, _ sample: Int, features: [Double]) -> [Double] {
    let mean = (0..<3).map { axis in
      (0..<atoms).reduce(0) { $0 + x[sample, 3 * $1 + axis] } / Double(atoms)
    }
    return (0..<atoms).flatMap { atom in
      (0..<3).map { (x[sample, 3 * atom + $0] - mean[$0]) / length }
        + features[atom * field.features..<(atom + 1) * field.features]
    }
  }

  // MARK: Latents

  private func latent(using random: inout RandomStream) -> [Double] {
    var state = (0..<atoms * rows).map { _ in random.normal() }
    for axis in 0..<3 {
      let mean = (0..<atoms).reduce(0) { $0 + state[$1 * rows + axis] } / Double(atoms)
      for atom in 0..<atoms { state[atom * rows + axis] -= mean }
    }
    return state
  }

  /// Of mean-free normal positions and normal features.
  private func logDensity(ofLatent z: [Double]) -> Double {
    let dimension = Double(3 * (atoms - 1) + atoms * field.features)
    return -0.5 * (z.reduce(0) { $0 + $1 * $1 } + dimension * log(2 * Double.pi))
  }

  /// To and from `[rows][atoms × samples]`.
  private func matrix(_ states: States) -> [Double] {
    let samples = states.count
    var values = [Double](repeating: 0, count: rows * atoms * samples)
    for (sample, state) in states.enumerated() {
      for (place, value) in state.enumerated() {
        values[(place % rows * atoms + place / rows) * samples + sample] = value
      }
    }
    return values
  }

  private func states(_ matrix: [Double], samples: Int) -> States {
    (0..<samples).map { sample in
      (0..<atoms * rows).map { matrix[($0 % rows * atoms + $0 / rows) * samples + sample] }
    }
  }

  // MARK: Samples and densities

  public struct Samples: Sendable {
    /// Mean-free, nm.
    public var positions: Configurations
    /// Of each atom of each sample.
    public var types: [[Int]]
    /// What types are read from, `[atom][feature]`.
    public var features: [[Double]]
    /// ln q(x, h); NaN where the path is lost, and so are the positions.
    public var logDensities: [Double]
  }

  /// Samples `range` of the sequence that `random` defines.
  public func samples(_ range: Range<Int>, from random: RandomStream, threads: Int = 1) throws -> Samples {
    let latents = range.map { index -> [Double] in
      var own = random.child(index)
      return latent(using: &own)
    }
    let (ends, logDets) = try carried(latents, from: 0, to: 1, threads: threads)
    let volume = Double(3 * (atoms - 1)) * log(length)
    return Samples(
      positions: Configurations(
        count: ends.count, dimension: 3 * atoms,
        coordinates: ends.flatMap { state in
          (0..<atoms).flatMap { atom in (0..<3).map { length * state[atom * rows + $0] } }
        }),
      types: ends.map(types),
      features: ends.map { state in (0..<atoms).flatMap { state[$0 * rows + 3..<($0 + 1) * rows] } },
      logDensities: zip(latents, logDets).map { logDensity(ofLatent: $0) - $1 - volume })
  }

  /// ln q(x, h) of positions (nm; their mean does not matter) and features `[atom][feature]`; −∞ where the path is lost.
  public func logDensities(
    of x: borrowing Configurations, features: [[Double]], threads: Int = 1
  ) throws -> [Double] {
    precondition(x.dimension == 3 * atoms && features.count == x.count)
    let starts = (0..<x.count).map { state(x, $0, features: features[$0]) }
    let (latents, logDets) = try carried(starts, from: 1, to: 0, threads: threads)
    let volume = Double(3 * (atoms - 1)) * log(length)
    return zip(latents, logDets).map { $1.isNaN ? -.infinity : logDensity(ofLatent: $0) + $1 - volume }
  }

  private func carried(
    _ starts: States, from: Double, to: Double, threads: Int
  ) throws -> (ends: States, logDets: [Double]) {
    let (parts, _) = try ShardedComputation(shardSize: 64, threads: threads).run(
      count: starts.count, parameters: parameters, wantsGradient: false
    ) { tape, range -> (States, [Double]) in
      let result = architecture.integrated(
        matrix(Array(starts[range])), samples: range.count, from: from, to: to, on: tape)
      let ends = states(result.x, samples: range.count)
      return (
        zip(ends, result.isLost).map { $1 ? $0.map { _ in .nan } : $0 },
        zip(result.logDet, result.isLost).map { $1 ? .nan : $0 }
      )
    }
    return (parts.flatMap(\.0), parts.flatMap(\.1))
  }

  // MARK: Training

  /// The mean over samples and coordinates of |v − (x₁ − x₀)|² on straight paths, and its gradient: conditional flow matching (Lipman
  /// et al. 2023, arXiv:2210.02747), latents turned, reflected and permuted to where their datum is nearest (Klein, Krämer & Noé 2023,
  /// arXiv:2306.15030), atoms with their features.
  public func matchingLoss(
    of x: Configurations, types: [[Int]], by computation: ShardedComputation, using random: RandomStream
  ) throws -> (loss: Double, gradient: [Float]) {
    precondition(x.dimension == 3 * atoms && types.count == x.count)
    let scale = 1 / Double(x.count * atoms * rows)
    let (losses, gradient) = try computation.run(count: x.count, parameters: parameters, wantsGradient: true) {
      tape, range -> Double in
      var (places, targets): (States, States) = ([], [])
      var times: [Double] = []
      for sample in range {
        var own = random.child(sample)
        let datum = state(x, sample, features: dequantised(types[sample], using: &own))
        let z = nearest(latent(using: &own), to: datum)
        let t = own.uniform()
        times.append(t)
        places.append(zip(z, datum).map { (1 - t) * $0 + t * $1 })
        targets.append(zip(z, datum).map { $1 - $0 })
      }
      let v = field.velocity(
        tape.variable(matrix(places), rows: rows, columns: atoms * range.count),
        times: tape.variable(times, rows: 1, columns: range.count))
      let misses = zip(v.values, matrix(targets)).map { $0 - $1 }
      tape.pullBack([(v, misses.map { 2 * scale * $0 })])
      return scale * misses.reduce(0) { $0 + $1 * $1 }
    }
    return (losses.reduce(0, +), gradient)
  }

  /// A latent with its atoms in the cheapest order, and turned, by turns.
  private func nearest(_ z: [Double], to y: [Double]) -> [Double] {
    var z = z
    func squared(_ a: Double) -> Double { a * a }
    func positions(_ state: [Double]) -> [Double] { (0..<atoms).flatMap { state[$0 * rows..<$0 * rows + 3] } }
    for _ in 0..<2 {
      let turned = Superposition.aligned(positions(z), to: positions(y))
      for atom in 0..<atoms { for axis in 0..<3 { z[atom * rows + axis] = turned[3 * atom + axis] } }
      var costs: [Double] = []
      for i in 0..<atoms {
        for j in 0..<atoms {
          costs.append((0..<rows).reduce(0) { $0 + squared(y[i * rows + $1] - z[j * rows + $1]) })
        }
      }
      let order = Assignment.cheapest(costs, count: atoms)
      z = order.flatMap { z[$0 * rows..<($0 + 1) * rows] }
    }
    return z
  }
}
