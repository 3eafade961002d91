import Energies
import Estimators
import Randomness
import Sampling

/// A proposal within a region: q(x)/P(region) inside, 0 outside, drawn by rejection.
///
/// Sample i is the first of the draws number i of the proposal's children streams that lies inside.
struct RestrictedProposal<Whole: Proposal>: Proposal {
  let proposal: Whole
  /// Whether a sample of a batch lies inside.
  let isInside: @Sendable (borrowing Configurations, Int) -> Bool
  /// ln P(region) under the proposal.
  let logShare: Double

  init(
    _ proposal: Whole, logShare: Double, to isInside: @escaping @Sendable (borrowing Configurations, Int) -> Bool
  ) {
    (self.proposal, self.logShare, self.isInside) = (proposal, logShare, isInside)
  }

  var dimension: Int { proposal.dimension }

  func draw(_ range: Range<Int>, from random: RandomStream) throws -> (x: Configurations, logQ: [Double]) {
    var (x, logQ) = try proposal.draw(range, from: random)
    var open = Array(0..<range.count).filter { !isInside(x, $0) }
    var round = 0
    while !open.isEmpty {
      round += 1
      let (next, density) = try proposal.draw(range, from: random.child(-1000 - round))
      open.removeAll { row in
        guard isInside(next, row) else { return false }
        for c in 0..<dimension { x[row, c] = next[row, c] }
        logQ[row] = density[row]
        return true
      }
    }
    return (x, logQ.map { $0 - logShare })
  }

  func logDensities(of x: borrowing Configurations) throws -> [Double] {
    let logQ = try proposal.logDensities(of: x)
    return logQ.indices.map { isInside(x, $0) ? logQ[$0] - logShare : -.infinity }
  }
}
