import Dispatch

/// Runs `body(shard, range)` for `shards` contiguous ranges that together cover 0 ..< count, in parallel.
///
/// The ranges depend on `count` and `shards` only; ranges ascend with the shard's index.
public func inParallelShards(of count: Int, shards: Int, _ body: @Sendable (_ shard: Int, _ range: Range<Int>) -> Void)
{
  precondition(shards > 0)
  if shards == 1 {
    body(0, 0..<count)
    return
  }
  DispatchQueue.concurrentPerform(iterations: shards) { shard in
    body(shard, count * shard / shards..<count * (shard + 1) / shards)
  }
}
