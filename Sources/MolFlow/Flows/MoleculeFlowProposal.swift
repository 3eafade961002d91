import Energies
import Foundation
import NeuralNetworks
import Randomness
import Sampling

/// Draws molecules from a flow with their exact log q, in blocks of a fixed size.
///
/// Sample i is number i mod `blockSize` of block i / `blockSize`, whatever part of a block is asked for, so it has the same
/// bytes for any range and any number of threads. A sample whose bond or angle is impossible (probability below 10⁻²⁰ where
/// widths are sensible) has all atoms at one place, where every energy is +∞.
public struct MoleculeFlowProposal: Proposal {
  public static let blockSize = 128

  public let flow: MoleculeFlow
  public var threads: Int

  public init(_ flow: MoleculeFlow, threads: Int = 1) {
    self.flow = flow
    self.threads = threads
  }

  public var dimension: Int { 3 * flow.coordinates.zMatrix.atomCount }

  public func draw(_ range: Range<Int>, from random: RandomStream) throws -> (x: Configurations, logQ: [Double]) {
    let size = Self.blockSize
    let first = range.lowerBound / size
    let blocks = range.isEmpty ? 0 : (range.upperBound - 1) / size - first + 1
    let computation = ShardedComputation(shardSize: 1, threads: threads)
    let flow = flow
    let results = try computation.run(count: blocks, parameters: flow.parameters, wantsGradient: false) { tape, block in
      let start = (first + block.lowerBound) * size
      return flow.draw(start..<start + size, from: random, on: tape)
    }.results
    var x = Configurations(count: range.count, dimension: dimension)
    var logQ = [Double](repeating: 0, count: range.count)
    for sample in range {
      let (block, place) = ((sample / size) - first, sample % size)
      let target = sample - range.lowerBound
      logQ[target] = results[block].logQ[place]
      let from = results[block].x.coordinates[place * dimension..<(place + 1) * dimension]
      x.coordinates.replaceSubrange(target * dimension..<(target + 1) * dimension, with: from)
    }
    return (x, logQ)
  }

  public func logDensities(of x: borrowing Configurations) throws -> [Double] {
    guard x.dimension == dimension else {
      throw EnergyError.dimensionMismatch(expected: dimension, found: x.dimension)
    }
    let (q, minusLogJ) = flow.coordinates.inverseAndLogDet(x)
    let computation = ShardedComputation(shardSize: Self.blockSize, threads: threads)
    let flow = flow
    let results = try computation.run(count: q.count, parameters: flow.parameters, wantsGradient: false) {
      tape, range in
      flow.logDensities(ofMatrix: flow.matrix(q, range), samples: range.count, on: tape)
    }.results
    return zip(results.joined(), minusLogJ).map { $0 + $1 }
  }
}

extension MoleculeFlow {
  /// Configurations and log q of samples `range`.
  func draw(_ range: Range<Int>, from random: RandomStream, on tape: Tape) -> (x: Configurations, logQ: [Double]) {
    tape.isRecording = false
    let (latents, logDensities) = latents(range, from: random)
    let samples = range.count
    let z = tape.variable(latents, rows: architecture.rows, columns: architecture.tokens * samples)
    let result = architecture.forward(z)
    let q = internalCoordinates(result.value.values, samples: samples)
    var (x, logJ) = coordinates.forwardAndLogDet(q)
    let logDet = result.logDet.values(samples: samples)
    var logQ = [Double](repeating: 0, count: samples)
    for sample in 0..<samples {
      if q[sample, 0].isNaN {
        for c in 0..<x.dimension { x[sample, c] = 0 }
        logJ[sample] = 0
      }
      logQ[sample] = logDensities[sample] - logDet[sample] - logVolume - logJ[sample]
    }
    return (x, logQ)
  }

  /// log p(q) of a matrix of scaled coordinates, the density on internal coordinates.
  func logDensities(ofMatrix values: [Double], samples: Int, on tape: Tape) -> [Double] {
    tape.isRecording = false
    let y = tape.variable(values, rows: architecture.rows, columns: architecture.tokens * samples)
    let result = architecture.inverse(y)
    let base = logDensities(ofLatents: result.value.values, samples: samples)
    return zip(base, result.logDet.values(samples: samples)).map { $0 + $1 - logVolume }
  }
}
