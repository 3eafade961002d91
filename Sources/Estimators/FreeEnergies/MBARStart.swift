import Foundation

/// Where MBAR's iteration starts: free energies from mean differences of the reduced potential between similar states.
///
/// With m_kl = ⟨u_l − u_k⟩_k, ½(m_kl − m_lk) estimates f_l − f_k to third order in the difference of the states, and
/// m_kl + m_lk is the sum of both relative entropies, which tells how different they are. The tree of the most similar pairs
/// connects all states; so the order of the states does not matter. At most 100 samples of each state are used.
///
/// A few absurd potentials can spoil means: zero is taken where the objective prefers it.
enum MBARStart {
  /// f of the states with samples, the first 0.
  static func freeEnergies(_ potentials: ReducedPotentials) -> [Double] {
    let states = potentials.sampledStates
    let k = states.count
    let n = potentials.sampleCount
    let u = potentials.values
    let some: [[Int]] = states.map { state in
      let own = potentials.samples(of: state)
      let picked = min(100, own.count)
      return (0..<picked).map { own.lowerBound + own.count * $0 / picked }
    }

    var means = [Double](repeating: 0, count: k * k)
    for from in 0..<k {
      for to in 0..<k where to != from {
        var sum = 0.0
        var finite = 0.0
        for sample in some[from] where u[states[to] * n + sample] < .infinity {
          sum += u[states[to] * n + sample] - u[states[from] * n + sample]
          finite += 1
        }
        means[from * k + to] = finite > 0 ? sum / finite : .infinity
      }
    }

    // The tree of smallest total difference (Prim 1957).
    var f = [Double](repeating: 0, count: k)
    var reached = [Bool](repeating: false, count: k)
    reached[0] = true
    for _ in 1..<max(k, 1) {
      var best = (difference: Double.infinity, from: 0, to: -1)
      for from in 0..<k where reached[from] {
        for to in 0..<k where !reached[to] {
          let difference = means[from * k + to] + means[to * k + from]
          if difference < best.difference { best = (difference, from, to) }
        }
      }
      guard best.to >= 0 else { break }
      reached[best.to] = true
      f[best.to] = f[best.from] + (means[best.from * k + best.to] - means[best.to * k + best.from]) / 2
    }

    func objective(_ f: [Double]) -> Double {
      var total = 0.0
      for own in 0..<k {
        let weight = Double(potentials.counts[states[own]]) / Double(some[own].count)
        var sum = 0.0
        for sample in some[own] {
          sum += LogSumExp.of(
            (0..<k).lazy.map { log(Double(potentials.counts[states[$0]])) + f[$0] - u[states[$0] * n + sample] })
        }
        total += weight * sum - Double(potentials.counts[states[own]]) * f[own]
      }
      return total
    }
    let zero = [Double](repeating: 0, count: k)
    let (ours, plain) = (objective(f), objective(zero))
    return ours.isFinite && ours < plain ? f : zero
  }
}
