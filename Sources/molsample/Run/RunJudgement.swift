import Energies
import Estimators
import Foundation
import MolFlow
import Randomness
import Sampling
import Trajectories

/// What is known of a run's samples beside their weights: whether they are the molecule, how far they are from the reference,
/// and whether dynamics from them leaves what the model draws.
struct RunJudgement {
  /// The first samples of the run, for what need not see all.
  let ensemble: SampledFrames
  let reference: SampledFrames?
  private(set) var evidence = Verdict.Evidence()
  private(set) var check: RunSummary.ForwardCheckResult?
  /// Evaluations of energy and forces a second in the check.
  private(set) var evaluationRate: Double?
  private(set) var forwardEffectiveFraction: Double?
  private(set) var distances: [ReferenceComparison.Distance] = []

  /// Samples that are read back from the file.
  static let largestEnsemble = 20_000
  /// Points of optimal transport in two dimensions: a second each.
  static let transportSamples = 2000

  /// - Parameters:
  ///   - effectiveSamples: what the ensemble is worth.
  ///   - statistics: of weighted draws of the proposal itself, which the frames of the check are held against.
  init(
    _ configuration: RunConfiguration, ensembleFile: String, prepared: PreparedSystem, proposal: some Proposal,
    effectiveSamples: Double, ofProposal statistics: WeightStatistics, threads: Int
  ) throws {
    let molecule = prepared.system.molecule
    let reader = try AmberTrajectoryReader(path: ensembleFile)
    let ensemble = try SampledFrames.beginning(of: reader, path: ensembleFile, largest: Self.largestEnsemble)
    let (x, logQ) = (ensemble.x, ensemble.logProposals!)
    let u = zip(ensemble.logWeights!, logQ).map { -$0 - $1 }
    self.ensemble = ensemble
    reference = try ReferenceEnsemble.path(of: prepared.description).map { path in
      var read = try SampledFrames.read(
        path, atomCount: molecule.atomCount, temperature: prepared.description.temperature)[0]
      read.place(in: prepared.system)
      return read
    }
    evidence.validShare = try Self.validShare(molecule, ensemble, like: reference?.x ?? prepared.structure)
    let isWorthChecking = effectiveSamples >= Verdict.fewestEffectiveSamples
    if let reference, let energies = reference.potentialEnergies {
      // The file's coordinates are rounded, its energies are not.
      let frames = Self.densityFrames(of: proposal, among: energies.count)
      let logWeights = zip(frames, try proposal.logDensities(of: reference.x.rows(frames))).map {
        -energies[$0] / prepared.state.kT - $1
      }
      let forward = try? ForwardEffectiveSampleSize(logWeights: logWeights)
      forwardEffectiveFraction = forward?.fraction
      let limit =
        statistics.logPartitionFunction + log(ForwardCheck.threshold / max(statistics.effectiveFraction, 1e-12))
      evidence.missedOfReference =
        isWorthChecking ? Double(logWeights.count { $0 > limit }) / Double(logWeights.count) : nil
      distances = ReferenceComparison(
        ensemble: ensemble, reference: reference, features: EnsembleFeatures(molecule), kT: prepared.state.kT,
        transportSamples: Self.transportSamples, seed: configuration.seed
      ).distances(tica: nil)
    }
    guard configuration.checks, isWorthChecking else { return }
    Molsample.report("looking for what the model never draws: replica exchange from its samples")
    let masses = try molecule.masses(hydrogenMass: 3)
    let plan = ForwardCheck.Plan(atomCount: molecule.atomCount)
    let found: ForwardCheck
    let start = Date()
    do {
      found = try Self.check(
        plan, from: WeightedSamples(x: x, reducedPotentials: u, logProposals: logQ), proposal, prepared, masses,
        threads: threads, seed: configuration.seed)
    } catch let error as SamplingError {
      evidence.failureOfCheck = "\(error)"
      return
    }
    evaluationRate = Double(found.evaluations) / max(1e-3, Date().timeIntervalSince(start))
    let missed = found.missed(
      logPartitionFunction: statistics.logPartitionFunction, effectiveFraction: statistics.effectiveFraction)
    evidence.missed = missed
    check = RunSummary.ForwardCheckResult(
      frames: found.frames.count, ladders: plan.replicas, missed_share: missed.share, missed_ladders: missed.ladders,
      energy_evaluations: found.evaluations)
  }

  /// The reference's frames whose density is asked for: all, or some evenly spaced where a density takes a tenth of a second.
  private static func densityFrames(of proposal: some Proposal, among count: Int) -> [Int] {
    let isContinuous = (proposal as? FlowProposal)?.flow.architecture is ContinuousArchitecture
    return Array(stride(from: 0, to: count, by: isContinuous ? max(1, count / 1000) : 1))
  }

  private static func check(
    _ plan: ForwardCheck.Plan, from samples: WeightedSamples, _ proposal: some Proposal, _ prepared: PreparedSystem,
    _ masses: [Double], threads: Int, seed: UInt64
  ) throws -> ForwardCheck {
    func density(threads: Int, _ precision: ArithmeticPrecision) -> BoltzmannDensity<MolecularEnergy> {
      BoltzmannDensity(
        MolecularEnergy(prepared.system, threads: threads, precision: precision), state: prepared.state)
    }
    return try ForwardCheck(
      from: samples, proposal: proposal, target: density(threads: threads, .double),
      moving: density(threads: 1, .single),
      kernel: LangevinDynamics(
        velocityVariances: masses.flatMap { [Double](repeating: prepared.state.kT / $0, count: 3) }, stepSize: 3e-3,
        friction: 1), plan: plan, threads: threads, using: RandomStream(seed: seed).child(.forwardCheck)
    ) {
      guard Interruption.isRequested else { return }
      throw Interrupted(
        description: "interrupted while looking for what the model never draws; the same command goes on from there")
    }
  }

  /// Weighted share of samples whose bonds are the molecule's and whose stereocentres are those of the first of `structures`.
  private static func validShare(
    _ molecule: Molecule, _ ensemble: SampledFrames, like structures: Configurations?
  ) throws -> Double {
    let bonds = BondGraphCheck(molecule).agrees(with: ensemble.x)
    let centers = ChiralCenters(molecule)
    let wrong = structures.map { centers.wrongCenters(in: ensemble.x, reference: centers.signs(of: $0)) }
    let shares = try LogWeights(ensemble.logWeights!).normalized.map { exp($0) }
    return shares.indices.reduce(0) { sum, sample in
      sum + (bonds[sample] && (wrong?[sample].isEmpty ?? true) ? shares[sample] : 0)
    }
  }
}
