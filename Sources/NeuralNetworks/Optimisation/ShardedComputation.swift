import CLaneKernels
import Dispatch

/// Computations over the samples of a batch, cut into shards of a fixed size that threads share.
///
/// Every shard has a gradient of its own, and these are added in the order of the shards: the result depends on the shard
/// size, never on the number of threads.
public final class ShardedComputation {
  public let shardSize: Int
  public let threads: Int
  public let backend: any NetworkBackend
  private var gradients: [UnsafeMutableBufferPointer<Float>] = []
  private var tapes: [Tape] = []
  private var parameters = UnsafeMutableBufferPointer<Float>.allocate(capacity: 0)

  public init(shardSize: Int, threads: Int) {
    precondition(shardSize > 0 && threads > 0)
    self.shardSize = shardSize
    self.threads = threads
    backend = SinglePrecisionBackend()
  }

  /// With parameters that stay as they are.
  convenience init(shardSize: Int, threads: Int, holding store: ParameterStore) {
    self.init(shardSize: shardSize, threads: threads)
    prepare(store, shards: 0)
  }

  deinit {
    parameters.deallocate()
    for gradient in gradients { gradient.deallocate() }
  }

  /// The shards of `count` samples.
  public func shards(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: shardSize).map { $0..<min($0 + shardSize, count) }
  }

  /// Runs `body` for every shard with a fresh tape over the parameters, and adds the shards' gradients up.
  ///
  /// - Returns: what `body` returned for each shard, and Σ of the gradients, empty unless wanted.
  public func run<Result: Sendable>(
    count: Int, parameters store: ParameterStore, wantsGradient: Bool,
    _ body: @Sendable (_ tape: Tape, _ samples: Range<Int>) throws -> Result
  ) throws -> (results: [Result], gradient: [Float]) {
    prepare(store, shards: wantsGradient ? shards(of: count).count : 0)
    let results = try evaluate(count: count, wantsGradient: wantsGradient, body)
    var sum: [Float] = []
    if wantsGradient {
      sum = [Float](repeating: 0, count: store.count)
      for gradient in gradients[0..<results.count] {
        for i in sum.indices { sum[i] += gradient[i] }
      }
    }
    return (results, sum)
  }

  /// Without gradients, over the parameters that the computation holds.
  func run<Result: Sendable>(
    count: Int, _ body: @Sendable (_ tape: Tape, _ samples: Range<Int>) throws -> Result
  ) throws -> [Result] {
    try evaluate(count: count, wantsGradient: false, body)
  }

  private func evaluate<Result: Sendable>(
    count: Int, wantsGradient: Bool, _ body: @Sendable (_ tape: Tape, _ samples: Range<Int>) throws -> Result
  ) throws -> [Result] {
    let shards = shards(of: count)
    var results = [Swift.Result<Result, any Error>?](repeating: nil, count: shards.count)
    let workers = min(threads, max(1, shards.count))
    results.withUnsafeMutableBufferPointer { results in
      // Shard s belongs to worker s mod workers, and everything of a shard is touched by its worker only.
      nonisolated(unsafe) let results = results
      nonisolated(unsafe) let gradients = gradients
      nonisolated(unsafe) let parameters = UnsafeMutableRawPointer(parameters.baseAddress!)
      nonisolated(unsafe) let this = self
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        // Tails of Gaussians and of softmax are full of subnormal numbers, which slow matrix products down sixtyfold.
        let before = lane_flush_subnormals_here()
        defer { lane_restore_subnormals_here(before) }
        for shard in stride(from: worker, to: shards.count, by: workers) {
          let gradient = wantsGradient ? gradients[shard] : nil
          gradient?.update(repeating: 0)
          let tape = this.tape(
            worker, parameters: parameters, gradient: gradient.map { UnsafeMutableRawPointer($0.baseAddress!) })
          results[shard] = Swift.Result { try body(tape, shards[shard]) }
        }
      }
    }
    return try results.map { try $0!.get() }
  }

  private func prepare(_ store: ParameterStore, shards: Int) {
    if parameters.count != store.count {
      parameters.deallocate()
      // One more: a model without parameters is a model.
      parameters = .allocate(capacity: store.count + 1)
      parameters = UnsafeMutableBufferPointer(start: parameters.baseAddress, count: store.count)
      for gradient in gradients { gradient.deallocate() }
      gradients = []
    }
    _ = parameters.update(fromContentsOf: store.values)
    while gradients.count < shards {
      let gradient = UnsafeMutableBufferPointer<Float>.allocate(capacity: store.count + 1)
      gradients.append(UnsafeMutableBufferPointer(start: gradient.baseAddress, count: store.count))
    }
    while tapes.count < threads { tapes.append(Tape(backend: backend)) }
  }

  private func tape(_ worker: Int, parameters: NetworkBuffer, gradient: NetworkBuffer?) -> Tape {
    let tape = tapes[worker]
    tape.reset(parameters: parameters, gradient: gradient)
    return tape
  }
}
