import Energies
import Foundation
import NeuralNetworks
import Randomness
import Sampling

/// A stochastic normalizing flow: any sequence of bijectors and stochastic layers between latents of a base and samples of a target.
///
/// A path z = y₀ → … → x has the weight ln w = −u(x) − log p_base(z) + Σ log |det| + Σ ln(P_b/P_f), whose exponential has the mean
/// Z whatever the layers; averages weighted by it are the target's. Against the flow alone, layers move samples to where
/// bijectors cannot, between modes above all.
///
/// Training is by both Kullback–Leibler divergences between paths forwards and backwards: −⟨ln w⟩ of paths from the base, and of
/// paths from data the same with the ends exchanged.
///
/// Source: Wu, Köhler, Noé 2020, arXiv:2002.06707; Nilmeier et al. 2011, doi:10.1073/pnas.1106094108.
public struct StochasticFlow: Sendable {
  public enum Block: Sendable {
    case bijector(any Bijector)
    case layer(any StochasticLayer)
  }

  /// Where paths begin.
  public enum Start: Sendable {
    /// Latents of the base, towards the target.
    case base
    /// Samples of the target, towards the base; by blocks in reverse order, each bijector inverted.
    case data(Configurations)
  }

  public let base: any DifferentiableProposal
  public let blocks: [Block]
  public var parameters: ParameterStore
  private static var shardSize: Int { 64 }

  public init(base: any DifferentiableProposal, blocks: [Block], parameters: ParameterStore) {
    for case .bijector(let bijector) in blocks {
      precondition(
        bijector.dimension == base.dimension && bijector.contextFeatures == 0, "bijectors of the base's dimension")
    }
    (self.base, self.blocks, self.parameters) = (base, blocks, parameters)
  }

  /// Weighted samples of the target, `range` of the sequence that `random` defines.
  public func sample(
    _ range: Range<Int>, target: some TargetDensity, using random: RandomStream, threads: Int
  ) throws -> WeightedSamples {
    let computation = ShardedComputation(shardSize: Self.shardSize, threads: threads)
    let parts = try computation.run(count: range.count, parameters: parameters, wantsGradient: false) { tape, part in
      tape.isRecording = false
      let own = range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound
      let start = try base.draw(own, from: random)
      let walk = try walk(
        start.x, first: own.lowerBound, isForward: true, target: target, random: random.child(-1), tape: tape)
      let u = try target.reducedPotentials(of: walk.end)
      return WeightedSamples(
        x: walk.end, reducedPotentials: u,
        // −u − ln w.
        logProposals: u.indices.map { u[$0] < .infinity ? start.logQ[$0] - walk.logGains[$0] : 0 })
    }.results
    return WeightedSamples(
      x: Configurations(joining: parts.map(\.x), dimension: base.dimension),
      reducedPotentials: parts.flatMap(\.reducedPotentials), logProposals: parts.flatMap(\.logProposals))
  }

  /// The mean over paths of u_end − Σ log |det| − Σ ln(P_b/P_f), a Kullback–Leibler divergence but for a constant, and its gradient.
  /// Paths whose loss or derivative is not finite are left out.
  ///
  /// - Parameters:
  ///   - count: of paths from the base; those from data are as many as the data.
  ///   - largestGradient: bound on the norm of a path's derivative at its end; longer ones are shortened to it.
  public func divergence(
    from start: Start, count: Int, target: some TargetDensity, largestGradient: Double = .infinity,
    using random: RandomStream, by computation: ShardedComputation
  ) throws -> (loss: Double, gradient: [Float]) {
    let isForward: Bool
    let all: Configurations
    switch start {
    case .base: (isForward, all) = (true, try base.draw(0..<count, from: random).x)
    case .data(let x): (isForward, all) = (false, x)
    }
    let (losses, gradient) = try computation.run(
      count: all.count, parameters: parameters, wantsGradient: true
    ) { tape, part in
      let walk = try walk(
        all.slice(part), first: part.lowerBound, isForward: isForward, target: target, random: random.child(-1),
        tape: tape)
      var adjoint = walk.end
      let u: [Double]
      if isForward {
        u = try target.reducedPotentials(of: walk.end, gradient: &adjoint)
      } else {
        u = try base.logDensities(of: walk.end, gradient: &adjoint).map { -$0 }
        for i in adjoint.coordinates.indices { adjoint.coordinates[i].negate() }
      }
      var weights = [Double](repeating: 1 / Double(all.count), count: part.count)
      var loss = 0.0
      for sample in 0..<part.count {
        let own = u[sample] - walk.logGains[sample]
        let norm = (0..<adjoint.dimension).reduce(0) { $0 + adjoint[sample, $1] * adjoint[sample, $1] }.squareRoot()
        if own.isFinite, norm.isFinite { loss += own * weights[sample] } else { weights[sample] = 0 }
        let scale = weights[sample] * (norm > largestGradient ? largestGradient / norm : 1)
        for c in 0..<adjoint.dimension { adjoint[sample, c] = weights[sample] > 0 ? adjoint[sample, c] * scale : 0 }
      }
      try pullBack(adjoint, weights: weights, walk, target: target, tape: tape)
      return loss
    }
    return (losses.reduce(0, +), gradient)
  }

  // MARK: Paths

  private struct Walk {
    enum Step {
      case bijector(input: Variable, output: Transformed)
      case layer(any StochasticLayer, LayerPath)
    }

    var steps: [Step] = []
    var end: Configurations
    /// Σ log |det| + Σ ln(P_b/P_f) of each path.
    var logGains: [Double]
  }

  private func walk(
    _ start: Configurations, first: Int, isForward: Bool, target: some TargetDensity, random: RandomStream, tape: Tape
  ) throws -> Walk {
    var walk = Walk(end: start, logGains: [Double](repeating: 0, count: start.count))
    let samples = start.count
    for (number, block) in isForward ? Array(blocks.enumerated()) : blocks.enumerated().reversed() {
      switch block {
      case .bijector(let bijector):
        let input = tape.variable(
          transposed(walk.end), rows: base.dimension, columns: samples, needsAdjoint: tape.isRecording)
        let output = isForward ? bijector.forward(input, given: nil) : bijector.inverse(input, given: nil)
        walk.end = configurations(output.value.values, samples: samples)
        for (sample, logDet) in output.logDet.values(samples: samples).enumerated() { walk.logGains[sample] += logDet }
        if tape.isRecording { walk.steps.append(.bijector(input: input, output: output)) }
      case .layer(let layer):
        let density = InterpolatedDensity(base: base, target: target, interpolation: layer.interpolation)
        let path = try layer.move(walk.end, first: first, density: density, using: random.child(number))
        walk.end = path.end
        for sample in 0..<samples { walk.logGains[sample] += path.logRatios[sample] }
        if tape.isRecording { walk.steps.append(.layer(layer, path)) }
      }
    }
    return walk
  }

  /// Adds the derivatives of Σ (f(end) − weight · gains) with respect to parameters to the tape's gradient, from ∂f/∂end.
  private func pullBack(
    _ adjoint: Configurations, weights: [Double], _ walk: Walk, target: some TargetDensity, tape: Tape
  ) throws {
    var adjoint = adjoint
    for step in walk.steps.reversed() {
      switch step {
      case .bijector(let input, let output):
        tape.pullBack([(output.value, transposed(adjoint))] + output.logDet.seeds(weights.map { -$0 }))
        adjoint = configurations(input.adjoint, samples: adjoint.count)
      case .layer(let layer, let path):
        let density = InterpolatedDensity(base: base, target: target, interpolation: layer.interpolation)
        adjoint = try layer.pullBack(adjoint, weights: weights, along: path, density: density)
        // What is left out must not come in again by a gradient that is not finite.
        for sample in 0..<adjoint.count where weights[sample] == 0 {
          for c in 0..<adjoint.dimension { adjoint[sample, c] = 0 }
        }
      }
    }
  }

  /// `[sample][coordinate]` to `[coordinate][sample]`.
  private func transposed(_ x: Configurations) -> [Double] { (0..<x.dimension).flatMap { x.column($0) } }

  private func configurations(_ values: [Double], samples: Int) -> Configurations {
    var x = Configurations(count: samples, dimension: base.dimension)
    for c in 0..<base.dimension { for sample in 0..<samples { x[sample, c] = values[c * samples + sample] } }
    return x
  }
}
