import COpenBLAS
import Foundation
import MolFlow
import NeuralNetworks
import Randomness

/// `molsample bench couplings`: rational-quadratic spline couplings as they stand in other programs, with the share of the
/// machine's own speed of matrix products that training reaches.
struct CouplingBenchmark {
  private struct Result: Encodable {
    var dimension: Int
    var couplings: Int
    var width: Int
    var bins: Int
    var parameters: Int
    var threads: Int
    var batch: Int
    var samples_with_log_q_per_second: Double
    /// Of maximum likelihood, gradient and optimiser.
    var training_samples_per_second: Double
    /// Floating-point operations of the networks' matrix products for one trained sample.
    var training_flop_per_sample: Double
    /// The fastest of several sizes of sgemm, all threads at once.
    var sgemm_peak_gflops: Double
    var share_of_sgemm_peak: Double
  }

  private let dimension: Int
  private let couplings: Int
  private let width: Int
  private let bins: Int
  private let batch: Int
  private let shard: Int
  private let threads: Int
  private let seconds: Double

  init(_ overrides: inout Overrides) throws {
    dimension = try overrides.takeInteger("dimension", in: 2...10_000) ?? 60
    couplings = try overrides.takeInteger("couplings", in: 1...1000) ?? 12
    width = try overrides.takeInteger("width", in: 1...10_000) ?? 256
    bins = try overrides.takeInteger("bins", in: 2...64) ?? 8
    batch = try overrides.takeInteger("batch", in: 1...1_000_000) ?? 1024
    // Two shards at least, each large enough for products of matrices to be fast.
    shard = try overrides.takeInteger("shard", in: 1...1_000_000) ?? max(32, min(256, batch / 2))
    threads = try overrides.takeThreads()
    seconds = try overrides.takeNumber("seconds") ?? 5
    try overrides.finish(known: [
      "dimension", "couplings", "width", "bins", "batch", "shard", "threads", "seconds",
    ])
  }

  func run(json: Bool) throws {
    let (dimension, batch, width) = (self.dimension, self.batch, self.width)
    var builder = ParameterBuilder(seed: 1)
    let shape = MonotoneSpline(ends: .identity, bins: bins, lower: -5, upper: 5)
    let steps = (0..<couplings).map { step -> any Bijector in
      Coupling(
        "coupling.\(step)", dimension: dimension,
        transforming: (0..<dimension).filter { $0 % 2 == step % 2 }, by: Spline(shape), hidden: [width, width],
        in: &builder)
    }
    let flow = Chain(steps)
    var store = builder.store
    let computation = ShardedComputation(shardSize: shard, threads: threads)
    let stream = RandomStream(seed: 2)
    @Sendable func normals(_ samples: Range<Int>, _ round: Int) -> [Double] {
      var random = stream.child(round).child(samples.lowerBound)
      return (0..<dimension * samples.count).map { _ in random.normal() }
    }

    let drawn = try MeasuredRate.perSecond(items: batch, seconds: seconds) { round in
      _ = try computation.run(count: batch, parameters: store, wantsGradient: false) { tape, range in
        tape.isRecording = false
        let z = normals(range, round)
        let result = flow.forward(tape.variable(z, rows: dimension, columns: range.count), given: nil)
        var logQ = result.logDet.values(samples: range.count).map { -$0 }
        for (i, value) in z.enumerated() { logQ[i % range.count] -= 0.5 * value * value }
        return (result.value.values, logQ)
      }
    }
    var optimizer = AdamW(count: store.count)
    let data = normals(0..<batch, 0)
    let rows = dimension
    let trained = try MeasuredRate.perSecond(items: batch, seconds: seconds) { _ in
      let (_, gradient) = try computation.run(count: batch, parameters: store, wantsGradient: true) { tape, range in
        var x = [Double](repeating: 0, count: rows * range.count)
        for row in 0..<rows {
          for column in 0..<range.count {
            x[row * range.count + column] = data[row * batch + range.lowerBound + column]
          }
        }
        let result = flow.inverse(tape.variable(x, rows: rows, columns: range.count), given: nil)
        let weight = -1 / Double(batch)
        tape.pullBack(
          [(result.value, result.value.values.map { -weight * $0 })]
            + result.logDet.seeds([Double](repeating: weight, count: range.count)))
      }
      let norm = globalNorm(of: gradient)
      optimizer.update(&store, gradient: gradient, scale: clippingScale(norm: norm, largest: 10), rate: 1e-6)
    }
    let weights = zip(store.parameters, store.decays).reduce(0) { $0 + ($1.1 ? $1.0.count : 0) }
    // Two operations for each weight and sample, once forwards, twice backwards; the first layer of the coupling nearest the
    // data has no derivative with respect to its input, which is neglected.
    let flop = 6 * Double(weights)
    let peak = Self.sgemmPeak(threads: threads)
    let result = Result(
      dimension: dimension, couplings: couplings, width: width, bins: bins, parameters: store.count, threads: threads,
      batch: batch, samples_with_log_q_per_second: drawn, training_samples_per_second: trained,
      training_flop_per_sample: flop, sgemm_peak_gflops: peak * 1e-9, share_of_sgemm_peak: flop * trained / peak)
    if json { return try JSONOutput.print(result) }
    print(
      "\(couplings) spline couplings, \(dimension) dimensions, \(store.count) parameters, \(threads) threads, batch \(batch)"
    )
    print("  \(significant(drawn, 3)) samples with log q per second")
    print("  \(significant(trained, 3)) trained samples per second")
    print(
      "  \(significant(100 * result.share_of_sgemm_peak, 3)) % of this machine's sgemm peak, "
        + "\(significant(result.sgemm_peak_gflops, 3)) GFLOP/s")
  }

  /// Operations per second of C = AB in single precision, each thread with matrices of its own.
  private static func sgemmPeak(threads: Int) -> Double {
    let sizes: [(m: Int, n: Int, k: Int)] = [(256, 256, 256), (256, 1024, 256), (512, 512, 512), (1024, 1024, 1024)]
    return sizes.map { m, n, k in
      let repeats = max(1, 2_000_000_000 / (2 * m * n * k))
      var best = 0.0
      for _ in 0..<4 {
        let begin = ContinuousClock.now
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
          let a = [Float](repeating: 1e-3, count: m * k)
          let b = [Float](repeating: 1e-3, count: k * n)
          var c = [Float](repeating: 0, count: m * n)
          for _ in 0..<repeats {
            cblas_sgemm(
              CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(k), b, Int32(n), 0,
              &c,
              Int32(n))
          }
        }
        let spent = begin.duration(to: .now).components
        let seconds = Double(spent.seconds) + 1e-18 * Double(spent.attoseconds)
        best = max(best, Double(threads * repeats) * 2 * Double(m * n * k) / seconds)
      }
      return best
    }.max()!
  }
}
