import Energies
import Synchronization

/// What `body` gives for each of the contiguous ranges into which 0 ..< count is cut, one for each thread, in order.
///
/// - Throws: of the errors of all ranges that of the first.
func parallelResults<Value: Sendable>(
  of count: Int, threads: Int, _ body: @Sendable (Range<Int>) throws -> Value
) throws -> [Value] {
  let shards = max(1, min(threads, count))
  let results = Mutex([Result<Value, any Error>?](repeating: nil, count: shards))
  inParallelShards(of: count, shards: shards) { shard, range in
    let result = Result { try body(range) }
    results.withLock { $0[shard] = result }
  }
  return try results.withLock { $0 }.map { try $0!.get() }
}
