/// What independent replica exchanges say together about one free energy, and whether they know it.
///
/// They do where each is within `largestDifference` of its errors of their mean, the mean's error is at most `largestError`, and walkers of
/// each went round between the ends of the ladder at least once for each ladder. The last because runs begin alike: before walkers have been
/// to the hot end and back, runs agree about where they began.
public struct RunAgreement: Sendable {
  /// Most that a run differs from the mean, in units of its error.
  public static let largestDifference = 3.0
  /// Most that the mean's error may be, kT.
  public static let largestError = 0.25

  public enum Verdict: Sendable {
    case known, unknown
    /// No run has a value: none has been on both sides.
    case oneSide
  }

  public private(set) var verdict: Verdict
  /// kT; nil where a run has none.
  public private(set) var mean: Double?
  /// The larger of two: of the runs' own errors, and of their scatter.
  public private(set) var standardError: Double?

  /// - Parameters:
  ///   - runs: free energies, kT, with standard errors; nil where a run was on one side only.
  ///   - roundTrips: of the walkers of the run that has fewest.
  ///   - ladders: of each run.
  public init(_ runs: [(value: Double?, standardError: Double?)], roundTrips: Int, ladders: Int) {
    let values = runs.compactMap(\.value)
    let errors = runs.compactMap(\.standardError)
    verdict = values.isEmpty ? .oneSide : .unknown
    guard !values.isEmpty, values.count == runs.count, errors.count == runs.count else { return }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let own = errors.reduce(0) { $0 + $1 * $1 }.squareRoot() / count
    let scatter =
      count > 1 ? (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count * (count - 1))).squareRoot() : 0
    let error = max(own, scatter)
    let agree = zip(values, errors).allSatisfy { abs($0 - mean) <= Self.largestDifference * max($1, 1e-3) }
    (self.mean, standardError) = (mean, error)
    if agree, error <= Self.largestError, roundTrips >= ladders { verdict = .known }
  }
}
