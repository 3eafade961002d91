/// Memory that is handed out in order and taken back all at once; a tape that runs the same computation again allocates
/// nothing.
final class Arena {
  private var chunks: [(start: UnsafeMutableRawPointer, size: Int)] = []
  private var chunk = 0
  private var used = 0
  private static let alignment = 64
  private static let smallestChunk = 1 << 22

  deinit { for chunk in chunks { chunk.start.deallocate() } }

  /// Uninitialised memory, aligned to a cache line.
  func allocate(bytes: Int) -> UnsafeMutableRawPointer {
    let size = (max(bytes, 1) + Self.alignment - 1) / Self.alignment * Self.alignment
    while chunk < chunks.count, used + size > chunks[chunk].size {
      chunk += 1
      used = 0
    }
    if chunk == chunks.count {
      let wanted = max(size, Self.smallestChunk)
      chunks.append((.allocate(byteCount: wanted, alignment: Self.alignment), wanted))
      used = 0
    }
    defer { used += size }
    return chunks[chunk].start + used
  }

  func reset() { (chunk, used) = (0, 0) }

  /// A place to which `rewind` goes back, giving free what was allocated since.
  var mark: (chunk: Int, used: Int) { (chunk, used) }

  func rewind(to mark: (chunk: Int, used: Int)) { (chunk, used) = mark }
}
