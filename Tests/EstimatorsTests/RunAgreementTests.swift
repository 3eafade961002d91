import Estimators
import Testing

@Suite struct RunAgreementTests {
  @Test func `Runs that agree know it only when their walkers went round`() {
    let runs: [(value: Double?, standardError: Double?)] = [(3.5, 0.2), (3.9, 0.15)]
    // Replica exchanges of RV agreed on 3.7 kT without a round trip; weights of a flow said 5.8.
    #expect(RunAgreement(runs, roundTrips: 7, walkers: 8).verdict == .unknown)
    let known = RunAgreement(runs, roundTrips: 8, walkers: 8)
    #expect(known.verdict == .known)
    #expect(abs(known.mean! - 3.7) < 1e-12)
    // Scatter (0.4/2) above the runs' own √(0.2² + 0.15²)/2 = 0.125.
    #expect(abs(known.standardError! - 0.2) < 1e-12)
  }

  @Test func `Runs that differ, know too little or saw one side do not know it`() {
    #expect(RunAgreement([(3, 0.1), (3.7, 0.1)], roundTrips: 99, walkers: 8).verdict == .unknown)
    // Own errors above the scatter, and above what is allowed.
    let vague = RunAgreement([(3, 0.4), (3.1, 0.4)], roundTrips: 99, walkers: 8)
    #expect(vague.verdict == .unknown && abs(vague.standardError! - 0.4 / 2.0.squareRoot()) < 1e-12)
    let half = RunAgreement([(3, 0.1), (nil, nil)], roundTrips: 99, walkers: 8)
    #expect(half.verdict == .unknown && half.mean == nil)
    #expect(RunAgreement([(nil, nil), (nil, nil)], roundTrips: 99, walkers: 8).verdict == .oneSide)
  }
}
