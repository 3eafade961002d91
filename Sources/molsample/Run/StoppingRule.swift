import Foundation

/// When a run has drawn enough: at a number of samples, or before it where one of the limits that are given is reached.
struct StoppingRule {
  /// At most so many.
  var samples: Int
  /// Effective samples.
  var effectiveSamples: Double?
  /// Standard error of every free-energy difference of the system, kT.
  var error: Double?
  /// Of this call of the command, not of those that it goes on from.
  var seconds: Double?
  /// Evaluations of the energy.
  var evaluations: Int?

  static let keys = ["samples", "ess", "error_kT", "seconds", "evaluations"]
  private static let defaultSamples = 20_000
  /// Where another limit is given and samples= is not.
  private static let mostSamples = 1_000_000
  /// Errors from fewer samples are not to be relied on.
  private static let fewestSamples = 2000

  init(_ overrides: inout Overrides) throws {
    func positive(_ key: String) throws -> Double? {
      guard let value = try overrides.takeNumber(key) else { return nil }
      guard value > 0 else { throw UsageError("\(key)=\(significant(value)) must be above 0") }
      return value
    }
    effectiveSamples = try positive("ess")
    error = try positive("error_kT")
    seconds = try positive("seconds")
    evaluations = try overrides.takeInteger("evaluations", in: 1...Int.max)
    let isLimited = effectiveSamples != nil || error != nil || seconds != nil || evaluations != nil
    samples =
      try overrides.takeInteger("samples", in: 1...100_000_000)
      ?? (isLimited ? Self.mostSamples : Self.defaultSamples)
  }

  /// Why to stop here, in words; nil to go on.
  ///
  /// - Parameter errors: of the free-energy differences, nil for one that is not known yet; asked for only where they decide.
  func reason(
    drawn: Int, effective: Double, evaluations spent: Int, seconds elapsed: Double, errors: () -> [Double?]
  ) -> String? {
    if drawn >= samples { return "samples=\(samples)" }
    if let evaluations, spent >= evaluations { return "evaluations=\(evaluations)" }
    if let seconds, elapsed >= seconds { return "seconds=\(significant(seconds))" }
    guard drawn >= Self.fewestSamples else { return nil }
    if let effectiveSamples, effective >= effectiveSamples { return "ess=\(significant(effectiveSamples))" }
    if let error {
      let errors = errors()
      if !errors.isEmpty, errors.allSatisfy({ $0.map { $0 <= error } ?? false }) {
        return "error_kT=\(significant(error))"
      }
    }
    return nil
  }

  var yaml: String {
    var lines = "samples: \(samples)\n"
    if let effectiveSamples { lines += "ess: \(effectiveSamples)\n" }
    if let error { lines += "error_kT: \(error)\n" }
    if let seconds { lines += "seconds: \(seconds)\n" }
    if let evaluations { lines += "evaluations: \(evaluations)\n" }
    return lines
  }
}
