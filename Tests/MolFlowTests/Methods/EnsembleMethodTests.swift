import Energies
import Estimators
import Foundation
import MolFlow
import Randomness
import Sampling
import Testing

/// A target with known answers, and a proposal that is a poor likeness of it.
struct MethodTarget: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let proposal: any Proposal
  let target: any TargetDensity
  /// For random walks, or kT/m of dynamics.
  let step: Double
  let logPartitionFunction: Double
  /// Whether a configuration is inside the region of the free-energy difference.
  let isInside: @Sendable (Configurations, Int) -> Bool
  /// Share of the region, by quadrature.
  let share: Double

  static let unit = ThermodynamicState(temperature: 1 / Units.gasConstant)

  /// ∫ f by the trapezoidal rule, exact to rounding where f is smooth and periodic or vanishes at the ends.
  static func integral(_ a: Double, _ b: Double, _ f: (Double) -> Double) -> Double {
    let n = 20_000
    return (0..<n).reduce(0.0) { $0 + f(a + (b - a) * (Double($1) + 0.5) / Double(n)) } * (b - a) / Double(n)
  }

  static let doubleWell: MethodTarget = {
    let model = AsymmetricDoubleWell(dimension: 2, a: 0.5, b: 3, c: 0.5, d: 1)
    let well = { (x: Double) in exp(-model.well.value(x)) }
    let all = integral(-6, 6, well)
    return MethodTarget(
      testDescription: "double well",
      proposal: MixtureProposal(
        [
          NormalProposal(means: [-1.4, 0.3], widths: [0.8, 1.3]),
          NormalProposal(means: [1.9, -0.2], widths: [0.9, 1.2]),
        ],
        shares: [0.6, 0.4]),
      target: BoltzmannDensity(model, state: unit), step: 0.7, logPartitionFunction: model.logPartitionFunction!,
      isInside: { $0[$1, 0] > 0 }, share: integral(0, 6, well) / all)
  }()

  static let manyWell: MethodTarget = {
    let model = ManyWell(dimension: 6)
    let well = { (x: Double) in exp(-model.well.value(x)) }
    let pair = MixtureProposal(
      [NormalProposal(means: [-1.6], widths: [0.4]), NormalProposal(means: [1.6], widths: [0.4])], shares: [0.35, 0.65])
    return MethodTarget(
      testDescription: "many-well",
      proposal: PairsOfProposals(even: pair, odd: NormalProposal(means: [0.1], widths: [1.1]), pairs: 3),
      target: BoltzmannDensity(model, state: unit), step: 0.3, logPartitionFunction: model.logPartitionFunction!,
      isInside: { $0[$1, 2] > 0 }, share: integral(0, 5, well) / integral(-5, 5, well))
  }()

  /// Four atoms in a row with a lopsided torsion and nothing between the first and the last; drawn as at another temperature.
  static let oneTorsion: MethodTarget = {
    let elements: [Element] = [.carbon, .nitrogen, .oxygen, .sulfur]
    let molecule = Molecule(
      atoms: elements.enumerated().map { Atom(name: "A\($0)", element: $1, mass: 12, residue: 0) },
      residues: [Residue(name: "TST", number: 1, atoms: 0..<4)], bonds: (0..<3).map { Bond($0, $0 + 1) })
    let bonds = (0..<3).map {
      HarmonicBonds.Parameters($0, $0 + 1, length: 0.12 + 0.02 * Double($0), forceConstant: 8e4)
    }
    let angles = (0..<2).map {
      HarmonicAngles.Parameters($0, $0 + 1, $0 + 2, angle: 1.7 + 0.2 * Double($0), forceConstant: 150)
    }
    let torsions: [PeriodicTorsions.Parameters] = [
      .init(0, 1, 2, 3, periodicity: 1, phase: 0.7, forceConstant: 3),
      .init(0, 1, 2, 3, periodicity: 2, phase: -0.3, forceConstant: 4),
    ]
    let system = MolecularSystem(
      molecule: molecule, terms: [HarmonicBonds(bonds), HarmonicAngles(angles), PeriodicTorsions(torsions)])
    let state = ThermodynamicState(temperature: 300)
    let beta = 1 / state.kT
    let ofTorsion = { (phi: Double) in
      exp(-beta * torsions.reduce(0) { $0 + $1.forceConstant * (1 + cos(Double($1.periodicity) * phi - $1.phase)) })
    }
    var logZ = log(integral(-Double.pi, Double.pi, ofTorsion))
    for bond in bonds {
      logZ += log(
        integral(0.05, 0.4) { $0 * $0 * exp(-beta * 0.5 * bond.forceConstant * pow($0 - bond.length, 2)) })
    }
    for angle in angles {
      logZ += log(
        integral(0, Double.pi) { sin($0) * exp(-beta * 0.5 * angle.forceConstant * pow($0 - angle.angle, 2)) })
    }
    return MethodTarget(
      testDescription: "one torsion",
      proposal: try! ForceFieldProposal(system, reference: nil, state: ThermodynamicState(temperature: 420)),
      target: BoltzmannDensity(MolecularEnergy(system, threads: 1), state: state), step: 2e-3,
      logPartitionFunction: logZ,
      isInside: { x, sample in
        let places = (0..<4).map { x.position(sample: sample, atom: $0) }
        let phi = Dihedral(places[0], places[1], places[2], places[3]).angle
        return phi > 0 && phi < 1.5
      }, share: integral(0, 1.5, ofTorsion) / integral(-Double.pi, Double.pi, ofTorsion))
  }()

  static let all = [doubleWell, manyWell, oneTorsion]
}

/// Coordinates 0, 2, … from one proposal and 1, 3, … from another.
struct PairsOfProposals<Even: Proposal, Odd: Proposal>: Proposal {
  let even: Even
  let odd: Odd
  let pairs: Int
  var dimension: Int { 2 * pairs }

  func draw(_ range: Range<Int>, from random: RandomStream) throws -> (x: Configurations, logQ: [Double]) {
    var x = Configurations(count: range.count, dimension: dimension)
    var logQ = [Double](repeating: 0, count: range.count)
    for pair in 0..<pairs {
      let a = try even.draw(range, from: random.child(-100 - 2 * pair))
      let b = try odd.draw(range, from: random.child(-101 - 2 * pair))
      for row in 0..<range.count {
        (x[row, 2 * pair], x[row, 2 * pair + 1]) = (a.x[row, 0], b.x[row, 0])
        logQ[row] += a.logQ[row] + b.logQ[row]
      }
    }
    return (x, logQ)
  }

  func logDensities(of x: borrowing Configurations) throws -> [Double] {
    var logQ = [Double](repeating: 0, count: x.count)
    for coordinate in 0..<dimension {
      let column = Configurations(count: x.count, dimension: 1, coordinates: x.column(coordinate))
      let own = try coordinate % 2 == 0 ? even.logDensities(of: column) : odd.logDensities(of: column)
      for row in logQ.indices { logQ[row] += own[row] }
    }
    return logQ
  }
}

/// One method as a run would use it. A line in `all` runs the checks of this suite on it.
struct MethodCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// Whether the mean weight estimates Z, which chains leave to their pilot.
  let hasPartitionFunction: Bool
  /// Samples of one run: whole portions.
  let samples: Int
  /// Last the number of threads.
  let make: @Sendable (MethodTarget, RandomStream, Int) throws -> any EnsembleMethod

  static let all = [
    MethodCase("importance", samples: 1000) { setting, random, _ in
      func method(_ proposal: some Proposal, _ target: some TargetDensity) -> any EnsembleMethod {
        ImportanceMethod(from: proposal, to: target, using: random, portion: 500)
      }
      return method(setting.proposal, setting.target)
    },
    MethodCase("stochastic layers", samples: 1000) { setting, random, threads in
      func method(_ proposal: some Proposal, _ target: some TargetDensity) -> any EnsembleMethod {
        AnnealedImportanceMethod(
          along: GeometricPath(from: proposal, to: target),
          sampler: AnnealedImportanceSampler(
            kernel: guided(setting, target), schedule: AnnealingSchedule(levels: 3), stepsAtTarget: 1),
          using: random, threads: threads, portion: 500)
      }
      return method(setting.proposal, setting.target)
    },
    MethodCase("annealed importance", samples: 1000) { setting, random, threads in
      func method(_ proposal: some Proposal, _ target: some TargetDensity) -> any EnsembleMethod {
        AnnealedImportanceMethod(
          along: GeometricPath(from: proposal, to: target),
          sampler: AnnealedImportanceSampler(
            kernel: RandomWalkMetropolis(stepSize: setting.step), schedule: AnnealingSchedule(levels: 8)),
          using: random, threads: threads, portion: 500)
      }
      return method(setting.proposal, setting.target)
    },
    MethodCase("sequential Monte Carlo", samples: 2000) { setting, random, threads in
      func method(_ proposal: some Proposal, _ target: some TargetDensity) -> any EnsembleMethod {
        SequentialMonteCarloMethod(
          along: GeometricPath(from: proposal, to: target),
          sampler: SequentialMonteCarlo(
            kernel: RandomWalkMetropolis(stepSize: setting.step), ladder: .fixed(AnnealingSchedule(levels: 4)),
            resamplingThreshold: 0.7, islands: 1), using: random, threads: threads, population: 50)
      }
      return method(setting.proposal, setting.target)
    },
    MethodCase("independence Metropolis", hasPartitionFunction: false, samples: 2048) { setting, random, threads in
      func method(_ proposal: some Proposal, _ target: some TargetDensity) -> any EnsembleMethod {
        IndependenceMetropolisMethod(
          from: proposal, to: target, kernel: RandomWalkMetropolis(stepSize: setting.step), stepsPerRound: 1,
          burnIn: 12,
          chains: 64, pool: 1024, logPartitionFunction: 0, using: random, threads: threads)
      }
      return method(setting.proposal, setting.target)
    },
  ]

  init(
    _ description: String, hasPartitionFunction: Bool = true, samples: Int,
    _ make: @escaping @Sendable (MethodTarget, RandomStream, Int) throws -> any EnsembleMethod
  ) {
    testDescription = description
    (self.hasPartitionFunction, self.samples, self.make) = (hasPartitionFunction, samples, make)
  }

  private static func guided<Target: TargetDensity>(
    _ setting: MethodTarget, _ target: Target
  ) -> GuidedHamiltonianMonteCarlo<Target> {
    let isMolecule = target.dimension == 12
    return GuidedHamiltonianMonteCarlo(
      guide: target, variances: [Double](repeating: isMolecule ? 2.5 / 12 : 1, count: target.dimension),
      stepSize: isMolecule ? 2e-3 : 0.15, leapfrogSteps: 5)
  }
}

@Suite struct EnsembleMethodTests {
  struct Ensemble {
    var x: Configurations
    var logWeights: [Double] = []
    var walkers: [Int]?
    var dependence: SampleDependence
  }

  static func ensemble<Method: EnsembleMethod>(_ method: Method, samples: Int) throws -> Ensemble {
    var result = Ensemble(x: Configurations(count: 0, dimension: 1), dependence: method.dependence)
    var state = try method.start()
    var parts: [Configurations] = []
    var drawn = 0
    while drawn < samples {
      let portion = try method.sample(drawn..<min(drawn + method.portion, samples), state: &state)
      parts.append(portion.samples.x)
      result.logWeights += portion.samples.logWeights
      if let walkers = portion.walkers { result.walkers = (result.walkers ?? []) + walkers }
      drawn += portion.samples.x.count
      #expect(portion.evaluations >= portion.samples.x.count)
    }
    result.x = Configurations(joining: parts, dimension: parts[0].dimension)
    if let walkers = result.walkers { result.dependence = .groups(walkers) }
    return result
  }

  /// z of ΔF and of log Z over `seeds` runs, with what the 95 % interval needs in place of 1.96: Student's quantile for groups.
  static func scores(
    _ method: MethodCase, _ target: MethodTarget, seeds: Int
  ) throws -> (z: [Double], zOfZ: [Double], quantile: Double) {
    let exact = -log(target.share / (1 - target.share))
    var z: [Double] = []
    var zOfZ: [Double] = []
    var quantile = 1.96
    for seed in 0..<seeds {
      let made = try method.make(target, RandomStream(seed: 1000 + UInt64(seed)), 2)
      let found = try ensemble(made, samples: method.samples)
      let inside = (0..<found.x.count).map { target.isInside(found.x, $0) }
      let difference = try RegionFreeEnergy(
        inside: inside, logWeights: found.logWeights, dependence: found.dependence)
      z.append((difference.value - exact) / difference.standardError!)
      if method.hasPartitionFunction {
        let statistics = try WeightStatistics(logWeights: found.logWeights, dependence: found.dependence)
        // Ẑ has no bias; the error of ln Ẑ is that of Ẑ over Z.
        zOfZ.append(
          (exp(statistics.logPartitionFunction - target.logPartitionFunction) - 1) / statistics
            .logPartitionFunctionError!)
      }
      if case .groups(let groups) = found.dependence {
        let freedom = Double(Set(groups).count - 1)
        // Cornish and Fisher's first term.
        quantile = 1.96 * (1 + (1.96 * 1.96 + 1) / (4 * freedom))
      }
    }
    return (z, zOfZ, quantile)
  }

  /// 200 seeds a method and target; where slow tests are not asked for 100, with bounds √2 times as wide. For the mean of z,
  /// |mean| √200 > 4.5 has probability 7·10⁻⁶; the standard deviation of 200 z scores is known to 5 %, so that it leaves
  /// 1 ± 0.22 with 10⁻⁵. Coverages of a method over three targets and two numbers, 1200 intervals (600 of chains), leave
  /// 95 ± 2 % with 0.0015 (0.025 of chains) for exact ones; seeds are fixed.
  @Test("Estimates of every method are right, and so are their errors", arguments: MethodCase.all)
  func unbiasedness(_ method: MethodCase) throws {
    let seeds = SlowTests.count(100, slow: 200)
    let wider = (200 / Double(seeds)).squareRoot()
    var covered = 0, intervals = 0
    for target in MethodTarget.all {
      let (z, zOfZ, quantile) = try Self.scores(method, target, seeds: seeds)
      for (name, scores) in [("ΔF", z), ("log Z", zOfZ)] where !scores.isEmpty {
        let mean = scores.reduce(0, +) / Double(scores.count)
        let deviation = (scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scores.count - 1)).squareRoot()
        let within = scores.count { abs($0) < quantile }
        #expect(
          abs(mean) * Double(scores.count).squareRoot() < 4.5 * max(1, deviation), "\(target) \(name): mean z \(mean)")
        #expect(abs(deviation - 1) < 0.22 * wider, "\(target) \(name): width \(deviation)")
        covered += within
        intervals += scores.count
      }
    }
    let coverage = Double(covered) / Double(intervals)
    #expect(abs(coverage - 0.95) < 0.02 * wider, "\(coverage) of \(intervals)")
  }

  /// One particle of each of 4000 populations. Resampling leaves particles in the order of their ancestors; the first of them would have the wrong
  /// odds. |z| > 4.5 has probability 7·10⁻⁶.
  @Test func `Of a population that is not all wanted any particle may stay`() throws {
    let target = MethodTarget.doubleWell
    let populations = try #require(MethodCase.all.first { $0.testDescription == "sequential Monte Carlo" })
    func one<Method: EnsembleMethod>(_ method: Method) throws -> (logWeight: Double, isInside: Bool) {
      var state = try method.start()
      let portion = try method.sample(0..<1, state: &state)
      #expect(portion.samples.x.count == 1 && portion.walkers == [0])
      return (portion.samples.logWeights[0], target.isInside(portion.samples.x, 0))
    }
    let found = try (0..<4000).map { try one(try populations.make(target, RandomStream(seed: 9000 + UInt64($0)), 1)) }
    let difference = try RegionFreeEnergy(
      inside: found.map(\.isInside), logWeights: found.map(\.logWeight), dependence: .independent)
    let exact = -log(target.share / (1 - target.share))
    let z = (difference.value - exact) / difference.standardError!
    #expect(abs(z) < 4.5, "z = \(z)")
  }

  @Test("Portions and threads change nothing", arguments: MethodCase.all)
  func portions(_ method: MethodCase) throws {
    let target = MethodTarget.doubleWell
    let first = try Self.ensemble(try method.make(target, RandomStream(seed: 3), 2), samples: method.samples)
    for threads in [1, 3] {
      let again = try Self.ensemble(try method.make(target, RandomStream(seed: 3), threads), samples: method.samples)
      #expect(first.x == again.x && first.logWeights == again.logWeights, "\(threads) threads")
    }
    func resumed<Method: EnsembleMethod>(_ method: Method, samples: Int) throws -> Configurations {
      var state = try method.start()
      _ = try method.sample(0..<method.portion, state: &state)
      // What a checkpoint holds.
      var read = try JSONDecoder().decode(Method.State.self, from: JSONEncoder().encode(state))
      return try method.sample(method.portion..<samples, state: &read).samples.x
    }
    let made = try method.make(target, RandomStream(seed: 3), 2)
    let portion = made.portion
    #expect(
      try resumed(made, samples: 2 * portion).coordinates
        == first.x.slice(portion..<2 * portion).coordinates)
  }
}
