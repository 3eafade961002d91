import Energies
import Estimators
import Foundation
import MolFlow
import Randomness
import Sampling

/// What a method of `run` is made from.
struct RunSetting {
  let prepared: PreparedSystem
  let proposal: any Proposal
  /// The same for use by several threads at once, each for its own samples.
  let ofOneThread: any Proposal
  /// The model without strata: chains that share a stratum in every round would not be independent.
  let withoutStrata: any Proposal
  let pilot: RunPilot
  let random: RandomStream
  let threads: Int

  /// The energy as weights have it.
  func target(threads: Int) -> BoltzmannDensity<MolecularEnergy> {
    BoltzmannDensity(MolecularEnergy(prepared.system, threads: threads), state: prepared.state)
  }

  func moves() throws -> GuidedHamiltonianMonteCarlo<BoltzmannDensity<MolecularEnergy>> { try prepared.shortMoves() }

  /// Levels between which so large a share of the samples stays effective.
  func schedule(
    along path: GeometricPath<some Proposal, some TargetDensity>, conditionalFraction: Double
  ) throws -> AnnealingSchedule {
    try AnnealingSchedule.found(
      along: path, kernel: moves(), acceptance: nil, conditionalFraction: conditionalFraction, threads: threads,
      using: tuning)
  }

  /// For settings that are found before sampling; samples use other streams.
  var tuning: RandomStream { random.child(.tuning) }
}

extension PreparedSystem {
  /// 0.1 ps of dynamics between two draws of chains, with heavy hydrogens.
  func chainMoves() throws -> HamiltonianMonteCarlo {
    let masses = try system.molecule.masses(hydrogenMass: 3)
    return HamiltonianMonteCarlo(
      velocityVariances: masses.flatMap { [Double](repeating: state.kT / $0, count: 3) }, stepSize: 2.5e-3,
      leapfrogSteps: 40)
  }

  /// 50 fs of the molecule's dynamics in single precision, with heavy hydrogens.
  func shortMoves() throws -> GuidedHamiltonianMonteCarlo<BoltzmannDensity<MolecularEnergy>> {
    let masses = try system.molecule.masses(hydrogenMass: 3)
    return GuidedHamiltonianMonteCarlo(
      guide: BoltzmannDensity(MolecularEnergy(system, threads: 1, precision: .single), state: state),
      variances: masses.flatMap { [Double](repeating: state.kT / $0, count: 3) }, stepSize: 2.5e-3,
      leapfrogSteps: 20)
  }
}

/// A method of `run` and how it is made.
struct RunMethod: Sendable {
  let name: String
  /// One line for people.
  let summary: String
  let make: @Sendable (RunSetting) throws -> any EnsembleMethod
}

/// The methods of `run`, one entry each.
enum RunMethods {
  static let automatic = "auto"
  /// Diagnostic of chains: share of the model's draws that they accept.
  static let acceptanceOfDraws = "acceptance_of_draws"
  static let all: [RunMethod] = [importance, stochasticFlow, annealed, population, chains]
  static var names: [String] { [automatic] + all.map(\.name) }

  /// A line for each, for `--help`.
  static var help: String {
    let lines =
      [(automatic, "importance or mcmc, by what a pilot of 2000 draws (500 of continuous flows) is worth (default)")]
      + all.map { ($0.name, $0.summary) }
    return lines.map { "  " + $0.0.padding(toLength: 12, withPad: " ", startingAt: 0) + $0.1 }.joined(separator: "\n")
  }

  static func named(_ name: String) -> RunMethod? { all.first { $0.name == name } }

  static let importance = RunMethod(
    name: "importance", summary: "independent draws of the model, weighted"
  ) { setting in
    func method(_ proposal: some Proposal) -> any EnsembleMethod {
      ImportanceMethod(from: proposal, to: setting.target(threads: setting.threads), using: setting.random)
    }
    return method(setting.proposal)
  }

  static let stochasticFlow = RunMethod(
    name: "snf", summary: "a stochastic normalizing flow: a few layers of moves after the model, learned from a pilot"
  ) { setting in
    func method(_ proposal: some Proposal) throws -> any EnsembleMethod {
      let path = GeometricPath(from: proposal, to: setting.target(threads: 1))
      let layers = try StochasticLayers.learned(
        along: path, kernel: setting.moves(), costOfDraw: costOfDraw, costOfDensity: costOfDensity,
        threads: setting.threads, using: setting.tuning)
      Molsample.report(
        "\(layers.schedule.betas.count - 1) stochastic layers, \(significant(100 * layers.effectiveFraction, 3)) % effective in the pilot"
      )
      return AnnealedImportanceMethod(
        along: path, sampler: AnnealedImportanceSampler(kernel: try setting.moves(), schedule: layers.schedule),
        using: setting.random, threads: setting.threads)
    }
    return try method(setting.ofOneThread)
  }

  /// In evaluations of energy and forces in single precision, measured for the shipped flow of 22 atoms: 0.6 ms a draw, 0.16 ms a
  /// density, 2.5 µs an evaluation. A measurement in every run would make runs differ.
  private static let costOfDraw = 250.0
  private static let costOfDensity = 70.0

  static let annealed = RunMethod(
    name: "ais", summary: "every draw is annealed to the target on a path of its own"
  ) { setting in
    func method(_ proposal: some Proposal) throws -> any EnsembleMethod {
      let path = GeometricPath(from: proposal, to: setting.target(threads: 1))
      let schedule = try setting.schedule(along: path, conditionalFraction: 0.9)
      return AnnealedImportanceMethod(
        along: path, sampler: AnnealedImportanceSampler(kernel: try setting.moves(), schedule: schedule),
        using: setting.random, threads: setting.threads)
    }
    return try method(setting.ofOneThread)
  }

  static let population = RunMethod(
    name: "smc", summary: "populations of draws are annealed to the target and resampled on the way"
  ) { setting in
    func method(_ proposal: some Proposal) throws -> any EnsembleMethod {
      let path = GeometricPath(from: proposal, to: setting.target(threads: 1))
      let schedule = try setting.schedule(along: path, conditionalFraction: 0.8)
      return SequentialMonteCarloMethod(
        along: path, sampler: SequentialMonteCarlo(kernel: try setting.moves(), ladder: .fixed(schedule), islands: 1),
        using: setting.random, threads: setting.threads)
    }
    return try method(setting.ofOneThread)
  }

  static let chains = RunMethod(
    name: "mcmc", summary: "chains of local moves and draws of the model that are accepted or not: equal weights"
  ) { setting in
    let kernel = try setting.prepared.chainMoves()
    func method(_ proposal: some Proposal) -> any EnsembleMethod {
      IndependenceMetropolisMethod(
        from: proposal, to: setting.target(threads: 1), kernel: kernel, stepsPerRound: 1, burnIn: 50,
        logPartitionFunction: setting.pilot.statistics.logPartitionFunction, using: setting.random,
        threads: setting.threads)
    }
    return method(setting.withoutStrata)
  }
}
