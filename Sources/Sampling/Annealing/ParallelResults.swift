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

/// What `body` gives for each of 0 ..< count; threads take every so-manieth, as the first pieces are often the longest.
func parallelPieces<Value: Sendable>(
  _ count: Int, threads: Int, _ body: @Sendable (Int) throws -> Value
) throws -> [Value] {
  let workers = max(1, min(threads, count))
  let results = Mutex([Result<Value, any Error>?](repeating: nil, count: count))
  inParallelShards(of: workers, shards: workers) { worker, _ in
    for piece in stride(from: worker, to: count, by: workers) {
      let result = Result { try body(piece) }
      results.withLock { $0[piece] = result }
    }
  }
  return try results.withLock { $0 }.map { try $0!.get() }
}
