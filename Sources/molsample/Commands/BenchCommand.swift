import ArgumentParser
import Energies
import Foundation
import MolFlow
import Randomness

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures evaluations per second on this machine.",
    discussion: """
      EXAMPLES
        molsample bench energy alanine-dipeptide threads=1
        molsample bench energy GYDPETGTWG --json threads=2 instructions=portable
        molsample bench energy alanine-dipeptide threads=1 precision=single
        molsample bench coordinates alanine-dipeptide threads=2
        molsample bench dynamics alanine-dipeptide threads=1 time_step_fs=1
        molsample bench flow alanine-dipeptide threads=2
        molsample bench field alanine-dipeptide model=my-model/model.safetensors tolerances=1e-3,1e-4
        molsample bench layers alanine-dipeptide model=my-model/model.safetensors layers=1,2,3 turns=4
        molsample bench couplings dimension=60 couplings=12 width=256 threads=2
        molsample bench mbar reduced_potentials=u.npy counts=5000,5000 rounds=5
      """)

  @OptionGroup var arguments: SystemArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  private struct EnergyResult: Encodable {
    var system: String
    var atoms: Int
    var batch: Int
    var threads: Int
    var instructions: String
    var precision: String
    var energy_per_second: Double
    var energy_and_forces_per_second: Double
  }

  private struct CoordinatesResult: Encodable {
    var system: String
    var atoms: Int
    var batch: Int
    var threads: Int
    var instructions: String
    var cartesian_to_internal_per_second: Double
    var internal_to_cartesian_per_second: Double
  }

  private static let kinds = ["energy", "coordinates", "dynamics", "flow", "field", "layers", "couplings", "mbar"]

  func run() throws {
    guard let kind = arguments.plainWords.first, Self.kinds.contains(kind)
    else {
      throw UsageError(
        "bench measures one of: \(Self.kinds.joined(separator: ", "))",
        advice: "for example `molsample bench energy AK`")
    }
    var overrides = try Overrides(arguments.words)
    if kind == "mbar" { return try benchMBAR(&overrides) }
    if kind == "couplings" { return try CouplingBenchmark(&overrides).run(json: json) }
    if kind == "dynamics" {
      let description = try arguments.description(skipping: 1, overrides: &overrides)
      return try DynamicsBenchmark(description, &overrides).run(json: json)
    }
    if kind == "field" {
      let description = try arguments.description(skipping: 1, overrides: &overrides)
      return try FieldBenchmark(description, &overrides).run(json: json)
    }
    if kind == "layers" {
      let description = try arguments.description(skipping: 1, overrides: &overrides)
      return try LayerBenchmark(description, &overrides).run(json: json)
    }
    if kind == "flow" {
      let description = try arguments.description(skipping: 1, overrides: &overrides)
      return try FlowBenchmark(description, &overrides).run(json: json)
    }
    let description = try arguments.description(skipping: 1, overrides: &overrides)
    let threads = try overrides.takeThreads()
    let batch = try overrides.takeInteger("batch", in: 1...1_000_000)
    let seconds = try overrides.takeNumber("seconds") ?? 2
    if let name = overrides.takeText("instructions") {
      guard let set = InstructionSet(rawValue: name), InstructionSet.use(set) else {
        throw UsageError(
          "instructions=\(name) is not to be had here",
          advice: InstructionSet.available.map(\.rawValue).joined(separator: " or "))
      }
    }
    let precision = try kind == "energy" ? takePrecision(&overrides) : .double
    let known = ["temperature", "threads", "batch", "seconds", "instructions"]
    try overrides.finish(known: kind == "energy" ? known + ["precision"] : known)
    let prepared = try PreparedSystem(description, needsStructure: true)
    guard let structure = prepared.structure else {
      throw UsageError("the system has no structure", advice: "add --inpcrd")
    }
    let atoms = prepared.system.molecule.atomCount

    // The structure with 5 pm of noise on each coordinate: geometries such as sampling meets.
    let count = batch ?? max(256, 2048 * 22 / atoms)
    var random = RandomStream(seed: 1)
    var x = Configurations(count: count, dimension: structure.dimension)
    for sample in 0..<count {
      for c in 0..<x.dimension { x[sample, c] = structure[0, c] + 0.005 * random.normal() }
    }

    if kind == "energy" {
      let energy = MolecularEnergy(prepared.system, threads: threads, precision: precision)
      var forces = Configurations(count: count, dimension: x.dimension)
      let plain = try MeasuredRate.perSecond(items: count, seconds: seconds) { _ in _ = try energy.energies(of: x) }
      let withForces = try MeasuredRate.perSecond(items: count, seconds: seconds) { _ in
        _ = try energy.energies(of: x, forces: &forces)
      }
      let result = EnergyResult(
        system: description.name, atoms: atoms, batch: count, threads: threads,
        instructions: InstructionSet.current.rawValue, precision: precision.rawValue, energy_per_second: plain,
        energy_and_forces_per_second: withForces)
      if json { return try JSONOutput.print(result) }
      print(
        "\(description.name), \(atoms) atoms, \(threads) threads, \(result.instructions) instructions, "
          + "\(result.precision) precision")
      print("  \(significant(plain)) energies/s\n  \(significant(withForces)) energies and forces/s")
    } else {
      let coordinates = try InternalCoordinates(prepared.system.molecule, threads: threads)
      let q = coordinates.inverseAndLogDet(x).value
      let inverse = try MeasuredRate.perSecond(items: count, seconds: seconds) { _ in
        _ = coordinates.inverseAndLogDet(x)
      }
      let forward = try MeasuredRate.perSecond(items: count, seconds: seconds) { _ in
        _ = coordinates.forwardAndLogDet(q)
      }
      let result = CoordinatesResult(
        system: description.name, atoms: atoms, batch: count, threads: threads,
        instructions: InstructionSet.current.rawValue, cartesian_to_internal_per_second: inverse,
        internal_to_cartesian_per_second: forward)
      if json { return try JSONOutput.print(result) }
      print("\(description.name), \(atoms) atoms, \(threads) threads, \(result.instructions) instructions")
      print("  \(significant(inverse)) Cartesian to internal/s\n  \(significant(forward)) internal to Cartesian/s")
    }
  }

  private func takePrecision(_ overrides: inout Overrides) throws -> ArithmeticPrecision {
    guard let name = overrides.takeText("precision") else { return .double }
    guard let precision = ArithmeticPrecision(rawValue: name) else {
      throw UsageError("precision=\(name) is not to be had", advice: "precision=double or precision=single")
    }
    return precision
  }

  private func benchMBAR(_ overrides: inout Overrides) throws {
    guard let path = overrides.takeText("reduced_potentials"), let text = overrides.takeText("counts") else {
      throw UsageError("bench mbar needs reduced_potentials=FILE.npy and counts=N1,N2,…")
    }
    let counts = text.split(separator: ",", omittingEmptySubsequences: false).compactMap { Int($0) }
    guard counts.count == text.split(separator: ",", omittingEmptySubsequences: false).count else {
      throw UsageError("counts=\(text) is not a list of whole numbers with commas between")
    }
    let rounds = try overrides.takeInteger("rounds", in: 1...10_000) ?? 5
    let threads = try overrides.takeInteger("threads", in: 1...1024) ?? 1
    try overrides.finish(known: ["reduced_potentials", "counts", "rounds", "threads"])
    try MBARBenchmark.run(reducedPotentials: path, counts: counts, rounds: rounds, threads: threads)
  }
}
