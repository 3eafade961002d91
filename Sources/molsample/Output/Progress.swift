import Foundation

/// A line on stderr that says how far a long job is: rewritten in place on a terminal, now and then otherwise.
struct Progress {
  private let total: Int
  private let start = Date()
  private let skipped: Int
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var lastPrinted = Date.distantPast

  private let unit: String

  /// - Parameter skipped: items that were done before this run.
  init(total: Int, skipped: Int, unit: String = "samples") {
    self.unit = unit
    self.total = total
    self.skipped = skipped
  }

  mutating func update(done: Int, detail: String) {
    let now = Date()
    guard done == total || now.timeIntervalSince(lastPrinted) > (isTerminal ? 0.2 : 10) else { return }
    lastPrinted = now
    let elapsed = max(now.timeIntervalSince(start), 1e-3)
    let rate = Double(done - skipped) / elapsed
    let left = rate > 0 ? Double(total - done) / rate : .infinity
    let line = "\(done)/\(total) \(unit), \(significant(rate, 3))/s, \(Self.duration(left)) left, \(detail)"
    FileHandle.standardError.write(
      Data((isTerminal ? "\r\u{1B}[K\(line)" + (done == total ? "\n" : "") : line + "\n").utf8))
  }

  /// Ends the line where the job stopped before its total.
  func finish(done: Int) {
    guard isTerminal, done < total else { return }
    FileHandle.standardError.write(Data("\n".utf8))
  }

  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite else { return "unknown time" }
    if seconds < 120 { return "\(Int(seconds.rounded(.up))) s" }
    if seconds < 7200 { return "\(Int(seconds / 60)) min" }
    return String(format: "%.1f h", seconds / 3600)
  }
}
