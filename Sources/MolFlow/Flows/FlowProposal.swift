import Energies
import Estimators
import Foundation
import NeuralNetworks
import Randomness
import Sampling

/// Draws molecules from a flow with their exact log q, in blocks of a fixed size.
///
/// Sample i is number i mod `blockSize` of block i / `blockSize`, whatever part of a block is asked for, so it has the same
/// bytes for any range and any number of threads. A sample whose bond or angle is impossible (probability below 10⁻²⁰ where
/// widths are sensible) has all atoms at one place, where every energy is +∞.
public struct FlowProposal: Proposal {
  public let flow: NormalizingFlow
  private let pool: ComputationPool
  /// Whole blocks are drawn. A sample of a continuous flow takes 15 ms to seconds, so few are thrown away.
  private let blockSize: Int

  public init(_ flow: NormalizingFlow, threads: Int = 1) {
    self.flow = flow
    blockSize = flow.architecture is ContinuousArchitecture ? 16 : 128
    pool = ComputationPool(parameters: flow.parameters, threads: threads)
  }

  public var dimension: Int { flow.chart.dimension }
  public var dependence: SampleDependence { flow.base.dependence }

  public func draw(_ range: Range<Int>, from random: RandomStream) throws -> (x: Configurations, logQ: [Double]) {
    let size = blockSize
    let first = range.lowerBound / size
    let blocks = range.isEmpty ? 0 : (range.upperBound - 1) / size - first + 1
    let flow = flow
    let results = try pool.run(count: blocks, shardSize: 1) { tape, block in
      let start = (first + block.lowerBound) * size
      return try flow.draw(start..<start + size, from: random, on: tape)
    }
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
    let (q, minusLogJ) = flow.chart.inverseAndLogDet(x)
    let flow = flow
    let results = try pool.run(count: q.count, shardSize: blockSize) { tape, range in
      try flow.logDensities(ofMatrix: flow.matrix(q.slice(range)), samples: range.count, on: tape)
    }
    return zip(results.joined(), minusLogJ).map { $0 + $1 }
  }
}

extension NormalizingFlow {
  /// Configurations and log q of samples `range`.
  func draw(
    _ range: Range<Int>, from random: RandomStream, on tape: Tape
  ) throws -> (x: Configurations, logQ: [Double]) {
    tape.isRecording = false
    let (latents, logDensities) = try latents(range, from: random)
    let samples = range.count
    let z = tape.variable(latents, rows: architecture.rows, columns: architecture.tokens * samples)
    let result = architecture.forward(z)
    let (x, logJ) = configurations(of: chartCoordinates(result.value.values, samples: samples))
    let logDet = result.logDet.values(samples: samples)
    return (x, (0..<samples).map { logDensities[$0] - logDet[$0] - logVolume - logJ[$0] })
  }

  /// log p(q) of a matrix of scaled coordinates, the density on the chart's coordinates.
  func logDensities(ofMatrix values: [Double], samples: Int, on tape: Tape) throws -> [Double] {
    tape.isRecording = false
    let y = tape.variable(values, rows: architecture.rows, columns: architecture.tokens * samples)
    let result = architecture.inverse(y)
    let base = try logDensities(ofLatents: result.value.values, samples: samples)
    return zip(base, result.logDet.values(samples: samples)).map { $0 + $1 - logVolume }
  }
}
