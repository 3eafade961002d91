/// What independent replica exchanges say together about one free energy, and whether they know it.
///
/// They do where each is within `largestDifference` of its errors of their mean, the mean's error is at most `largestError`, and walkers of
/// each went round between the ends of the ladder at least as often as there are walkers. The last because runs begin alike: before walkers
/// have been to the hot end and back, runs agree about where they began. (Two runs of lysine-glutamine with a round trip for four
/// walkers each agreed on 3.98 ± 0.17 kT; with five for each walker they have 4.41 ± 0.12, and the weights of a flow 4.49 ± 0.09.)
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
  ///   - walkers: of each run, of all states.
  public init(_ runs: [(value: Double?, standardError: Double?)], roundTrips: Int, walkers: Int) {
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
    if agree, error <= Self.largestError, roundTrips >= walkers { verdict = .known }
  }
}
