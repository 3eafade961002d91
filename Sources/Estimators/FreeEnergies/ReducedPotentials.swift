/// u_k(x_n): the reduced potential of every sample in every state, checked.
///
/// Samples come in the order of the states that they were drawn from: the first N₀ from state 0, then N₁ from state 1, and
/// so on. A state without samples of its own (N_k = 0) is allowed. +∞ is a sample that a state does not allow.
public struct ReducedPotentials: Sendable {
  /// u, kT, row-major, shape `[K][N]`.
  public let values: [Double]
  /// N_k, shape `[K]`.
  public let counts: [Int]
  /// N = Σ N_k
  public let sampleCount: Int
  let hasInfinities: Bool

  /// K
  public var stateCount: Int { counts.count }

  /// - Throws: `EstimatorError.tooFewStates` for K < 2, `.negativeCount`, `.tooFewSamples` where no state has any,
  ///   `.countMismatch` where there are not K·N values, `.invalidReducedPotential` for NaN and −∞,
  ///   `.impossibleSample` where a sample is not allowed in its own state.
  public init(values: [Double], counts: [Int]) throws(EstimatorError) {
    guard counts.count >= 2 else { throw .tooFewStates(found: counts.count) }
    if let state = counts.firstIndex(where: { $0 < 0 }) { throw .negativeCount(state: state) }
    let n = counts.reduce(0, +)
    guard n > 0 else { throw .tooFewSamples(found: 0, needed: 1) }
    guard values.count == counts.count * n else {
      throw .countMismatch(expected: counts.count * n, found: values.count)
    }
    var infinite = false
    let invalid = values.withUnsafeBufferPointer { u in
      u.firstIndex { value in
        if value == .infinity { infinite = true }
        return !(value > -.infinity)
      }
    }
    if let place = invalid { throw .invalidReducedPotential(state: place / n, sample: place % n) }
    if infinite {
      var first = 0
      for (state, count) in counts.enumerated() {
        for sample in first..<first + count where values[state * n + sample] == .infinity {
          throw .impossibleSample(state: state, sample: sample)
        }
        first += count
      }
    }
    self.values = values
    self.counts = counts
    sampleCount = n
    hasInfinities = infinite
  }

  /// Samples of state k.
  public func samples(of state: Int) -> Range<Int> {
    let first = counts[..<state].reduce(0, +)
    return first..<first + counts[state]
  }

  /// States with samples of their own.
  var sampledStates: [Int] { counts.indices.filter { counts[$0] > 0 } }

  /// Throws where MBAR's equations have no solution because infinite potentials cut the sampled states apart.
  ///
  /// There is an arrow from k to l where a sample of k is possible in l; a unique solution exists where arrows
  /// lead from every sampled state to every other (Vardi 1985, doi:10.1214/aos/1176346585).
  func requireConnection() throws(EstimatorError) {
    guard hasInfinities else { return }
    let states = sampledStates
    let arrows = states.map { from in
      states.map { to in samples(of: from).contains { values[to * sampleCount + $0] < .infinity } }
    }
    func reached(_ arrow: (Int, Int) -> Bool) -> [Bool] {
      var known = [Bool](repeating: false, count: states.count)
      known[0] = true
      var waiting = [0]
      while let here = waiting.popLast() {
        for next in states.indices where !known[next] && arrow(here, next) {
          known[next] = true
          waiting.append(next)
        }
      }
      return known
    }
    let from = reached { arrows[$0][$1] }
    let to = reached { arrows[$1][$0] }
    for index in states.indices where !(from[index] && to[index]) { throw .disconnectedState(state: states[index]) }
  }
}
