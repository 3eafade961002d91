import Synchronization

/// Computations over one model's fixed parameters, lent to one caller at a time: their copy of the parameters and their tapes'
/// memory are made once, not for every batch.
public final class ComputationPool: Sendable {
  public let threads: Int
  private let parameters: ParameterStore
  private struct Lendable: @unchecked Sendable {
    let computation: ShardedComputation
  }
  private let idle = Mutex<[Int: [Lendable]]>([:])

  /// - Parameter threads: of each computation.
  public init(parameters: ParameterStore, threads: Int) { (self.parameters, self.threads) = (parameters, threads) }

  /// What `body` gives for every shard of `shardSize` samples, in order.
  public func run<Result: Sendable>(
    count: Int, shardSize: Int, _ body: @Sendable (_ tape: Tape, _ samples: Range<Int>) throws -> Result
  ) throws -> [Result] {
    let lent =
      idle.withLock { $0[shardSize]?.popLast() }
      ?? Lendable(computation: ShardedComputation(shardSize: shardSize, threads: threads, holding: parameters))
    defer { idle.withLock { $0[shardSize, default: []].append(lent) } }
    return try lent.computation.run(count: count, body)
  }
}
