import Foundation
import MolFlow

/// key=value words of the command line. Every command takes out what it knows; what is left over is a mistake.
struct Overrides {
  private var values: [(key: String, value: String)]

  init(_ words: [String]) throws {
    values = []
    for word in words {
      guard let equals = word.firstIndex(of: "=") else { continue }
      let key = String(word[..<equals])
      guard !key.isEmpty else { throw UsageError("'\(word)' has no key before the equals sign") }
      guard !values.contains(where: { $0.key == key }) else { throw UsageError("\(key) is given twice") }
      values.append((key, String(word[word.index(after: equals)...])))
    }
  }

  /// Adds the keys of a configuration file that the command line does not give.
  ///
  /// - Parameter others: keys that may be there too, and that somebody else reads.
  mutating func addDefaults(from yaml: YAMLMapping, known: [String], besides others: [String] = []) throws {
    try yaml.allow(known + others)
    for key in yaml.keys where known.contains(key) && !values.contains(where: { $0.key == key }) {
      guard let words = try yaml.list(key) else { continue }
      values.append((key, words.joined(separator: ",")))
    }
  }

  /// The value without taking it.
  func peek(_ key: String) -> String? { values.first { $0.key == key }?.value }

  mutating func takeText(_ key: String) -> String? {
    guard let index = values.firstIndex(where: { $0.key == key }) else { return nil }
    return values.remove(at: index).value
  }

  mutating func takeNumber(_ key: String) throws -> Double? {
    guard let text = takeText(key) else { return nil }
    guard let value = Double(text), value.isFinite else { throw UsageError("\(key)=\(text) is not a number") }
    return value
  }

  mutating func takeInteger(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = takeText(key) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw UsageError("\(key)=\(text) is not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  mutating func takeSwitch(_ key: String) throws -> Bool? {
    switch takeText(key) {
    case nil: return nil
    case "yes": return true
    case "no": return false
    case let word?: throw UsageError("\(key)=\(word) is neither yes nor no")
    }
  }

  /// Numbers with commas between.
  mutating func takeNumbers(_ key: String, count: Int) throws -> [Double]? {
    guard let text = takeText(key) else { return nil }
    let words = text.split(separator: ",")
    let numbers = words.compactMap { Double($0) }.filter(\.isFinite)
    guard numbers.count == count, words.count == count else {
      throw UsageError("\(key)=\(text) is not \(count) numbers with commas between")
    }
    return numbers
  }

  mutating func takeSeed() throws -> UInt64? {
    guard let text = takeText("seed") else { return nil }
    guard let value = UInt64(text) else { throw UsageError("seed=\(text) is not a whole number from 0 to 2⁶⁴ − 1") }
    return value
  }

  /// The number of threads, by default one for each processor.
  mutating func takeThreads() throws -> Int {
    try takeInteger("threads", in: 1...1024) ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
  }

  /// How a continuous flow is to be integrated, or nil for its own way.
  mutating func takeIntegrator() throws -> FlowIntegrator? {
    let steps = try takeInteger("steps", in: 1...100_000)
    guard let tolerance = try takeNumber("tolerance") else {
      return steps.map { FlowIntegrator(.rungeKutta(steps: $0)) }
    }
    guard tolerance > 0, tolerance < 1 else { throw UsageError("tolerance=\(tolerance) is not between 0 and 1") }
    guard steps == nil else { throw UsageError("steps and tolerance exclude each other") }
    return FlowIntegrator(.dormandPrince(tolerance: tolerance))
  }

  /// Throws for the first word that nobody took.
  func finish(known: [String]) throws {
    guard let first = values.first else { return }
    throw UsageError("unknown key '\(first.key)'", advice: "known here: \(known.joined(separator: ", "))")
  }
}
