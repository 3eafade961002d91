import Energies
import Estimators
import Foundation
import MolFlow
import Randomness
import Sampling

/// Draws from a model, weights them by the energy, and compares them with a reference ensemble.
struct ModelEvaluation {
  var samples: Int
  var seed: UInt64
  /// What model= says; the system's usual one where nothing is said.
  var model: String?
  var reference: String?
  var transportSamples: Int
  var integrator: FlowIntegrator?
  var mostFrames: Int?
  var threads: Int
  /// Whether energies with forces are timed, to say what replica exchange would take.
  var ratesForces = false
  /// Whether samples of a continuous flow are taken back and forth, which costs as much as drawing twice as many as are taken, 128 at most.
  var goesBackAndForth = true

  struct Result: Encodable {
    var system: String
    var model: String
    var temperature_K: Double
    var atoms: Int
    var samples: Int
    var seed: UInt64
    var ess_fraction: Double
    @ExplicitNull var ess_fraction_trimmed: Double?
    var trim = "the largest 0.2 % of the weights dropped"
    @ExplicitNull var ess_fraction_halves: [Double]?
    /// Half of what lies between the quantiles of 16 and 84 % of ln w.
    @ExplicitNull var log_weight_spread: Double?
    var largest_weight_share: Double
    @ExplicitNull var pareto_k: Double?
    var log_z: Double
    @ExplicitNull var log_z_error: Double?
    var impossible_samples: Int
    /// Samples whose distances tell the molecule's bonds and no others; see `BondGraphCheck`.
    @ExplicitNull var valid_bond_graph_fraction: Double?
    /// The weight of these samples, of all weight.
    @ExplicitNull var valid_bond_graph_weight: Double?
    /// Samples whose stereocentres all have the handedness of the reference, or of the system's structure.
    @ExplicitNull var correct_chirality_fraction: Double?
    var free_energies: [FreeEnergyResult]
    @ExplicitNull var reference: String?
    @ExplicitNull var reference_frames: Int?
    /// Those of the reference's frames whose density was asked for.
    @ExplicitNull var likelihood_frames: Int?
    /// Mean of −log q of these frames, nm and rad, 3N − 6 coordinates.
    @ExplicitNull var negative_log_likelihood: Double?
    /// What half of the frames are below, and all but a twentieth: a few frames that the model all but forbids decide the mean.
    @ExplicitNull var negative_log_likelihood_quantiles: [Double]?
    @ExplicitNull var forward_ess_fraction: Double?
    @ExplicitNull var forward_ess_doubt: String?
    var distances: [ReferenceComparison.Distance]
    /// Of continuous flows: the first samples taken back and forth.
    @ExplicitNull var round_trip: RoundTripError?
    var provenance: [String: String]
    var seconds: Double
    var milliseconds_per_weighted_sample: Double
    /// Energies with forces a second, with as many threads; null where nobody asked.
    @ExplicitNull var forces_per_second: Double?
  }

  func run(_ description: SystemDescription) throws -> Result {
    let start = Date()
    let usual = ModelCatalog.defaultModel(of: description)
    let word = model ?? (usual == ModelCatalog.forceField ? "autoregressive" : usual)
    let referencePath = reference ?? ReferenceEnsemble.path(of: description)
    let prepared = try PreparedSystem(description, needsStructure: referencePath == nil)
    let path = try ModelCatalog.path(ofModel: word, system: description.name)
    let model = try ModelCatalog.load(path, prepared: prepared, integrator: integrator)
    ModelScope.remark(on: model, named: word, of: prepared)
    let target = BoltzmannDensity(MolecularEnergy(prepared.system, threads: threads), state: prepared.state)
    let proposal = FlowProposal(model.flow, threads: threads)
    let drawing = Date()
    let drawn = try ImportanceSampler().sample(
      0..<samples, from: proposal, to: target, using: RandomStream(seed: seed))
    let drawingSeconds = Date().timeIntervalSince(drawing)
    let statistics = try WeightStatistics(logWeights: drawn.logWeights)

    let roundTrip =
      goesBackAndForth
      ? try RoundTripError(model.flow, of: drawn.x, most: max(16, min(128, samples / 8)), threads: threads) : nil
    let molecule = prepared.system.molecule
    let frames = try referencePath.map { path -> SampledFrames in
      var read = try SampledFrames.read(path, atomCount: molecule.atomCount, temperature: description.temperature)[0]
      read.place(in: prepared.system)
      return read
    }
    let likelihood = try frames.map { frames -> (sorted: [Double], forward: ForwardEffectiveSampleSize) in
      // Densities of continuous flows take milliseconds each.
      let most = mostFrames ?? (model.flow.architecture is ContinuousArchitecture ? 1000 : frames.x.count)
      let stride = max(1, frames.x.count / most)
      let x = frames.x.rows(Array(Swift.stride(from: 0, to: frames.x.count, by: stride)))
      // The file's coordinates are rounded, so their energies are computed anew.
      let u = try target.reducedPotentials(of: x)
      if let stored = frames.potentialEnergies?[0] {
        try StoredEnergy(stored, of: frames.path).require(
          u[0] * prepared.state.kT, advice: "give a reference of this molecule and force field")
      }
      let logQ = try proposal.logDensities(of: x)
      return (
        logQ.map { -$0 }.sorted(),
        try ForwardEffectiveSampleSize(logWeights: zip(u, logQ).map { -$0 - $1 })
      )
    }
    var ensemble = SampledFrames(
      path: path, x: drawn.x, replicas: [Int](repeating: 0, count: samples))
    ensemble.potentialEnergies = drawn.reducedPotentials.map { $0 * prepared.state.kT }
    ensemble.logWeights = drawn.logWeights
    let hasBonds = molecule.bonds.isEmpty ? nil : BondGraphCheck(molecule).agrees(with: drawn.x)
    let distances = frames.map {
      ReferenceComparison(
        ensemble: ensemble, reference: $0, features: EnsembleFeatures(molecule), kT: prepared.state.kT,
        transportSamples: transportSamples, seed: seed
      ).distances(tica: nil)
    }
    return Result(
      system: description.name, model: path, temperature_K: description.temperature, atoms: molecule.atomCount,
      samples: samples, seed: seed,
      ess_fraction: statistics.effectiveFraction, ess_fraction_trimmed: statistics.trimmedEffectiveFraction,
      ess_fraction_halves: statistics.splitHalfEffectiveFractions.map { [$0.lowerBound, $0.upperBound] },
      log_weight_spread: statistics.logWeightSpread, largest_weight_share: statistics.largestShare,
      pareto_k: statistics.paretoShape,
      log_z: statistics.logPartitionFunction, log_z_error: statistics.logPartitionFunctionError,
      impossible_samples: statistics.zeroWeightCount,
      valid_bond_graph_fraction: hasBonds.map { has in Double(has.count { $0 }) / Double(has.count) },
      valid_bond_graph_weight: try hasBonds.map { has in
        try zip(has, LogWeights(drawn.logWeights).normalized).reduce(0) { $0 + ($1.0 ? exp($1.1) : 0) }
      },
      correct_chirality_fraction: (frames?.x ?? prepared.structure).flatMap { chirality(molecule, drawn.x, like: $0) },
      free_energies: description.regions.map {
        FreeEnergyResult(
          $0, angles: drawn.x.dihedrals($0.atoms), logWeights: drawn.logWeights, dependence: .independent,
          temperature: description.temperature, doubt: Verdict.doubtOfErrors(statistics)?.text)
      },
      reference: referencePath, reference_frames: frames?.count,
      likelihood_frames: likelihood?.sorted.count,
      negative_log_likelihood: likelihood.map { $0.sorted.reduce(0, +) / Double($0.sorted.count) },
      negative_log_likelihood_quantiles: likelihood.map { values in
        [0.5, 0.95].map { values.sorted[Int($0 * Double(values.sorted.count - 1))] }
      },
      forward_ess_fraction: likelihood?.forward.fraction,
      forward_ess_doubt: likelihood?.forward.doubt.map { "\($0)" }, distances: distances ?? [], round_trip: roundTrip,
      provenance: model.header.provenance, seconds: Date().timeIntervalSince(start),
      milliseconds_per_weighted_sample: 1000 * drawingSeconds / Double(samples),
      forces_per_second: ratesForces
        ? try forcesPerSecond(MolecularEnergy(prepared.system, threads: threads, precision: .single), drawn.x) : nil)
  }

  /// In single precision, as steps of replica exchange are made, for about a second.
  private func forcesPerSecond(_ energy: MolecularEnergy, _ x: Configurations) throws -> Double {
    let batch = x.rows(Array(0..<min(x.count, 1024)))
    var forces = Configurations(count: batch.count, dimension: batch.dimension)
    return try MeasuredRate.perSecond(items: batch.count, seconds: 1) { _ in
      _ = try energy.energies(of: batch, forces: &forces)
    }
  }

  /// Share of samples with every stereocentre as in the first frame of `reference`; nil without stereocentres.
  private func chirality(_ molecule: Molecule, _ x: Configurations, like reference: Configurations) -> Double? {
    let centers = ChiralCenters(molecule).centers
    guard !centers.isEmpty else { return nil }
    let signs = centers.map { ChiralCenters.volume(of: $0, in: reference, sample: 0) > 0 }
    let right = (0..<x.count).count { sample in
      zip(centers, signs).allSatisfy { (ChiralCenters.volume(of: $0, in: x, sample: sample) > 0) == $1 }
    }
    return Double(right) / Double(x.count)
  }

  static func text(_ r: Result) -> String {
    var table = TextTable()
    func percent(_ value: Double) -> String { "\(significant(100 * value, 3)) %" }
    table.add("samples", "\(r.samples) (seed \(r.seed))")
    table.add("ESS", "\(percent(r.ess_fraction)) of N (Kish, nothing clipped)")
    table.add("", "\(percent(r.ess_fraction_trimmed ?? .nan)) after the largest 0.2 % of the weights dropped")
    if let spread = r.log_weight_spread { table.add("ln w", "two thirds of it within ± \(significant(spread, 3))") }
    table.add("largest weight", "\(percent(r.largest_weight_share)) of all weight")
    if let k = r.pareto_k { table.add("Pareto k", significant(k, 3)) }
    table.add("log Z", significant(r.log_z, 6) + (r.log_z_error.map { " ± \(significant($0, 2))" } ?? ""))
    if let valid = r.valid_bond_graph_fraction {
      table.add(
        "right bonds", percent(valid) + (r.valid_bond_graph_weight.map { ", \(percent($0)) of the weight" } ?? ""))
    }
    if let chirality = r.correct_chirality_fraction { table.add("right handedness", percent(chirality)) }
    for energy in r.free_energies {
      table.add(
        "ΔF(\(energy.name))",
        energy.text { error in
          (error.map { significant($0, 2) } ?? "unknown") + (energy.reason == nil ? "" : " or more")
        })
    }
    if let trip = r.round_trip {
      table.add(
        "back and forth", trip.text)
    }
    table.add("cost", "\(significant(r.milliseconds_per_weighted_sample, 3)) ms for each weighted sample")
    if let reference = r.reference, let frames = r.reference_frames {
      table.add(
        "reference",
        "\(reference), \(frames) frames" + (r.likelihood_frames.map { $0 < frames ? ", densities of \($0)" : "" } ?? "")
      )
      if let nll = r.negative_log_likelihood {
        let quantiles = (r.negative_log_likelihood_quantiles ?? []).map { significant($0, 4) }.joined(separator: ", ")
        table.add("−log q of it", "\(significant(nll, 6)) (half and 19 in 20 below \(quantiles))")
      }
      if let forward = r.forward_ess_fraction {
        table.add("forward ESS", percent(forward) + (r.forward_ess_doubt.map { ", doubtful: \($0)" } ?? ""))
      }
    }
    for distance in r.distances {
      let floor = distance.noise_floor.map { floor in
        "(two parts of the reference: \(significant(floor, 3))"
          + (distance.noise_floor_deviation.map { " ± \(significant($0, 1))" } ?? "") + ")"
      }
      table.add(
        distance.name, distance.value.map { "\(significant($0, 3)) \(distance.unit)" } ?? distance.reason ?? "",
        floor ?? "")
    }
    return table.text
  }
}
