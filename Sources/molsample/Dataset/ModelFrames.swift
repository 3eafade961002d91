import Energies
import Estimators
import Foundation
import MolFlow
import Randomness
import Sampling

/// Frames of a peptide that a transferable model draws and the energy weights, where replica exchange would take too long to have the odds of its states right.
///
/// Samples are doubled until they are worth as many as are wanted, or there are as many as there may be. Frames are drawn of them by `TruncatedResampling`.
struct ModelFrames {
  /// nm, `[frames][3 × atoms]`.
  var x: Configurations
  /// kJ/mol, `[frames]`.
  var potentialEnergies: [Double]
  /// ΔF of the first φ, kT, of all the weights.
  var freeEnergy: (value: Double?, standardError: Double?)
  /// How many were drawn.
  var samples: Int
  /// Whether they are worth as many as were wanted.
  var isWorthIt: Bool

  /// Of frames, the share that has to be independent.
  private static let wantedShare = 0.5

  /// The same for any number of threads.
  ///
  /// - Throws: `InputError` where the file is no model of this molecule, or draws nothing that is possible.
  init(_ prepared: PreparedSystem, configuration: DatasetConfiguration.OfModel, seed: UInt64, threads: Int) throws {
    let model = try ModelCatalog.load(configuration.path, prepared: prepared)
    ModelScope.remark(on: model, named: configuration.path, of: prepared)
    let target = BoltzmannDensity(MolecularEnergy(prepared.system, threads: threads), state: prepared.state)
    let proposal = FlowProposal(model.flow, threads: threads)
    let random = RandomStream(seed: seed)
    var drawn = try ImportanceSampler().sample(
      0..<configuration.samples, from: proposal, to: target, using: random.child(0))
    var statistics = try WeightStatistics(logWeights: drawn.logWeights)
    func worth() -> Double { statistics.effectiveFraction * Double(drawn.logWeights.count) }
    let wanted = Self.wantedShare * Double(configuration.frames)
    while worth() < wanted, 2 * drawn.logWeights.count <= configuration.mostSamples {
      let count = drawn.logWeights.count
      let more = try ImportanceSampler().sample(count..<2 * count, from: proposal, to: target, using: random.child(0))
      drawn = WeightedSamples(
        x: drawn.x.appending(more.x), reducedPotentials: drawn.reducedPotentials + more.reducedPotentials,
        logProposals: drawn.logProposals + more.logProposals)
      statistics = try WeightStatistics(logWeights: drawn.logWeights)
    }
    samples = drawn.logWeights.count
    isWorthIt = worth() >= wanted
    guard drawn.logWeights.contains(where: { $0 > -.infinity }) else {
      throw InputError(configuration.path, "draws no possible configuration of \(prepared.description.name)")
    }
    let chosen = TruncatedResampling().parents(
      logWeights: drawn.logWeights, count: configuration.frames, using: random.child(1))
    x = drawn.x.rows(chosen)
    potentialEnergies = chosen.map { drawn.reducedPotentials[$0] * prepared.state.kT }
    freeEnergy = (nil, nil)
    if let region = prepared.description.regions.first {
      let found = FreeEnergyResult(
        region, angles: drawn.x.dihedrals(region.atoms), logWeights: drawn.logWeights, dependence: .independent,
        temperature: prepared.description.temperature)
      freeEnergy = (found.delta_f_kT, found.error_kT)
    }
  }
}
