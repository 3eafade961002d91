import Energies
import Foundation
import NeuralNetworks
import Randomness
import Sampling

/// What minibatches hold.
extension TransferableTrainer {
  /// A peptide as the flow sees it, with its frames as coordinates of the flow's chart.
  public struct Peptide: Sendable {
    public var name: String
    /// With the sizes of the model; its own parameters are not used.
    public var flow: NormalizingFlow
    public var target: any TargetDensity
    public var q: Configurations
    /// u − log J of each frame.
    public var reducedEnergies: [Double]
    /// The same of configurations that are not distributed by the target.
    public var heated: (q: Configurations, reducedEnergies: [Double])?

    /// - Parameters:
    ///   - reducedPotentials: u of each frame, kT.
    ///   - heated: configurations that are not distributed by the target, with theirs.
    public init(
      name: String, flow: NormalizingFlow, target: any TargetDensity, frames: Configurations,
      reducedPotentials: [Double], heated: (configurations: Configurations, reducedPotentials: [Double])? = nil
    ) {
      (self.name, self.flow, self.target) = (name, flow, target)
      func charted(_ x: Configurations, _ u: [Double]) -> (q: Configurations, reducedEnergies: [Double]) {
        let (q, minusLogJ) = flow.chart.inverseAndLogDet(x)
        return (q, zip(u, minusLogJ).map { $0 + $1 })
      }
      (q, reducedEnergies) = charted(frames, reducedPotentials)
      self.heated = heated.map { charted($0.configurations, $0.reducedPotentials) }
    }
  }

  /// Some samples of one peptide.
  struct Group: Sendable {
    var peptide: Int
    var q: Configurations
    var reducedEnergies: [Double]
    /// The first so many are frames.
    var frames: Int
  }

  /// Frames, and after them what is heated.
  func frames(of peptide: Int, _ count: Int, using random: inout RandomStream) -> Group {
    let all = peptides[peptide]
    let hot = all.heated == nil ? 0 : min(count - 1, Int((plan.heatedFraction * Double(count)).rounded()))
    let chosen = (0..<count - hot).map { _ in Int.random(in: 0..<all.q.count, using: &random) }
    var group = Group(
      peptide: peptide, q: all.q.rows(chosen), reducedEnergies: chosen.map { all.reducedEnergies[$0] },
      frames: chosen.count)
    if let heated = all.heated, hot > 0 {
      let chosen = (0..<hot).map { _ in Int.random(in: 0..<heated.q.count, using: &random) }
      group.q = group.q.appending(heated.q.rows(chosen))
      group.reducedEnergies += chosen.map { heated.reducedEnergies[$0] }
    }
    return group
  }

  func frameGroups(variances: [Double], using random: inout RandomStream) -> [Group] {
    let chosen = draw(peptidesAtOnce, variances: variances, using: &random)
    return chosen.map { frames(of: $0, max(1, plan.batch / peptidesAtOnce), using: &random) }
  }

  /// Numbers of peptides, each by itself.
  private func draw(_ count: Int, variances: [Double], using random: inout RandomStream) -> [Int] {
    // None is left out: what is known to a hundredth of a kT² may be forgotten.
    let weights = variances.map { pow(max($0, 0.01), plan.varianceFocus) }
    let cumulative = weights.reduce(into: [0.0]) { $0.append($0.last! + $1) }
    return (0..<count).map { _ in
      let place = random.uniform() * cumulative.last!
      return min(cumulative.lastIndex { $0 <= place }!, weights.count - 1)
    }
  }

  /// Samples of the flow as it is, of some peptides.
  func drawOwn(_ random: RandomStream) throws -> [Group] {
    let count = max(peptidesAtOnce, plan.pool / 2 / Self.ownSamples)
    var choice = random.child(0)
    let variances = state.variances.isEmpty ? [Double](repeating: 1, count: peptides.count) : state.variances
    let (chosen, peptides) = (draw(count, variances: variances, using: &choice), peptides)
    return try computation.run(count: count, parameters: state.flow.parameters, wantsGradient: false) { tape, shard in
      let peptide = peptides[chosen[shard.lowerBound]]
      let (q, energies) = try peptide.flow.samplesWithEnergies(
        0..<Self.ownSamples, from: random.child(1).child(shard.lowerBound), target: peptide.target, on: tape)
      // Impossible samples have no coordinates, and no derivative that is a number.
      let possible = (0..<q.count).filter { !q[$0, 0].isNaN }
      return Group(
        peptide: chosen[shard.lowerBound], q: q.rows(possible), reducedEnergies: possible.map { energies[$0] },
        frames: 0)
    }.results
  }

  /// As many frames beside samples of the flow; every own sample once in a round, those of one peptide spread over it.
  func mixedGroups(_ own: [Group], step: Int, using random: inout RandomStream) -> [Group] {
    let half = max(1, plan.batch / peptidesAtOnce / 2)
    return (0..<peptidesAtOnce).map { place in
      let number = step * peptidesAtOnce + place
      let group = own[number % own.count]
      let start = number / own.count * half
      let chosen = group.q.count == 0 ? [] : (start..<start + half).map { $0 % group.q.count }
      var mixed = frames(of: group.peptide, half, using: &random)
      mixed.q = mixed.q.appending(group.q.rows(chosen))
      mixed.reducedEnergies += chosen.map { group.reducedEnergies[$0] }
      return mixed
    }
  }
}
