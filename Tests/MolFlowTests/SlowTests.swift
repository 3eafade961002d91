import Foundation

/// Statistical tests do less by default: `make test-slow` asks for all of it.
enum SlowTests {
  static let areAsked = ProcessInfo.processInfo.environment["MOLFLOW_SLOW_TESTS"] == "1"

  static func count(_ usual: Int, slow: Int) -> Int { areAsked ? slow : usual }
}
