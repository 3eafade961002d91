import Energies
import NeuralNetworks

/// What the integration of a continuous flow leaves undone: samples are carried back to latents and forth again, and should be where
/// they were, with log |det ∂z/∂x| + log |det ∂x/∂z| = 0.
///
/// Contracting directions are the sensitive ones: an error that is small beside a latent is large beside a bond's width.
public struct RoundTripError: Sendable, Equatable, Codable {
  public var samples: Int
  /// Root mean square over coordinates, and the largest of a coordinate, nm.
  public var position: Double
  public var largestPosition: Double
  /// Root mean square, and largest, of the difference in log q.
  public var logDensity: Double
  public var largestLogDensity: Double
  /// Samples whose path is lost on the way.
  public var lost: Int

  enum CodingKeys: String, CodingKey {
    case samples, lost
    case position = "x_rms_nm"
    case largestPosition = "x_largest_nm"
    case logDensity = "log_q_rms"
    case largestLogDensity = "log_q_largest"
  }

  /// - Parameter x: configurations `[count][3N]`; the first `most` of them are used.
  /// - Returns: nil for flows that are not integrated.
  public init?(_ flow: NormalizingFlow, of x: borrowing Configurations, most: Int = 128, threads: Int = 1) throws {
    guard let architecture = flow.architecture as? ContinuousArchitecture else { return nil }
    let q = flow.chart.inverseAndLogDet(x.slice(0..<min(most, x.count))).value
    /// nm; rotations and translations of internal coordinates are fixed.
    @Sendable func positions(_ matrix: [Double], samples: Int) -> Configurations {
      flow.chart.forwardAndLogDet(flow.chartCoordinates(matrix, samples: samples)).value
    }
    // Few samples are for many threads too.
    let computation = ShardedComputation(shardSize: max(1, min(16, q.count / 8)), threads: threads)
    let (parts, _) = try computation.run(count: q.count, parameters: flow.parameters, wantsGradient: false) {
      tape, range -> (positions: [Double], logDets: [Double], lost: Int) in
      let samples = range.count
      let start = flow.matrix(q.slice(range))
      let back = architecture.integrated(start, samples: samples, from: 1, to: 0, on: tape)
      let forth = architecture.integrated(back.x, samples: samples, from: 0, to: 1, on: tape)
      let isFine = (0..<samples).map { !back.isLost[$0] && !forth.isLost[$0] }
      let (before, after) = (positions(start, samples: samples), positions(forth.x, samples: samples))
      return (
        (0..<samples).filter { isFine[$0] }.flatMap { sample in
          (0..<before.dimension).map { after[sample, $0] - before[sample, $0] }
        },
        (0..<samples).filter { isFine[$0] }.map { back.logDet[$0] + forth.logDet[$0] }, isFine.count { !$0 }
      )
    }
    let (changes, logDets) = (parts.flatMap(\.positions), parts.flatMap(\.logDets))
    func rootMeanSquare(_ values: [Double]) -> Double {
      values.isEmpty ? .nan : (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    }
    samples = q.count
    lost = parts.reduce(0) { $0 + $1.lost }
    (position, logDensity) = (rootMeanSquare(changes), rootMeanSquare(logDets))
    largestPosition = changes.map(abs).max() ?? .nan
    largestLogDensity = logDets.map(abs).max() ?? .nan
  }
}
