import ArgumentParser
import Energies
import Foundation
import MolFlow
import Randomness
import Sampling
import Trajectories

struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Draws from a model as it is, with log q and without energies or weights.",
    discussion: """
      EXAMPLES
        molsample sample alanine-dipeptide samples=100000
        molsample sample alanine-dipeptide model=my-model/model.safetensors output=draws.nc seed=4

      Writes an AMBER NetCDF trajectory (trajectories/SYSTEM-samples.nc without output=) with the log-density of every
      sample, log q, in the variable log_proposal. These samples are the model's, not the equilibrium's: `molsample run`
      draws the same ones and weights them.
      """)

  @OptionGroup var arguments: SystemArguments

  /// Samples drawn at a time.
  private static let portion = 4096

  func run() throws {
    var overrides = try Overrides(arguments.words)
    let description = try arguments.description(overrides: &overrides)
    let samples = try overrides.takeInteger("samples", in: 1...100_000_000) ?? 20_000
    let seed = try overrides.takeSeed() ?? 0
    let model = overrides.takeText("model") ?? ModelCatalog.defaultModel(of: description)
    let modelPath = try ModelCatalog.path(ofProposal: model, system: description.name)
    let threads = try overrides.takeThreads()
    let output = overrides.takeText("output") ?? "trajectories/\(folderName(description.name))-samples.nc"
    try overrides.finish(known: ["samples", "seed", "model", "temperature", "output", "threads"])

    let prepared = try PreparedSystem(description, needsStructure: modelPath == nil)
    let file = try modelPath.map { try ModelCatalog.load($0, prepared: prepared) }
    if let file {
      ModelScope.remark(on: file, named: model, of: prepared)
    } else if let wordless = ModelCatalog.wordless(prepared.system.molecule) {
      Molsample.report(wordless)
    }
    let proposal: any Proposal =
      try file.map { FlowProposal($0.flow, threads: threads) }
      ?? ModelCatalog.proposal(nil, prepared: prepared, threads: threads)
    let folder = (output as NSString).deletingLastPathComponent
    if !folder.isEmpty { _ = try OutputFolder(path: folder) }
    let writer = try AmberTrajectoryWriter(
      path: output, atomCount: prepared.system.molecule.atomCount, variables: [.logProposal],
      information: AmberFileInformation(
        title: "\(description.name), drawn from \(model)", program: "MolFlow", programVersion: Version.current),
      attributes: [
        ("system", .text(description.name)), ("temperature", .number(description.temperature)),
        ("temperature_units", .text("kelvin")), ("seed", .text(String(seed))),
      ], appearance: .whenClosed)
    let random = RandomStream(seed: seed)
    var progress = Progress(total: samples, skipped: 0)
    let start = Date()
    var drawn = 0
    Interruption.watch()
    while drawn < samples {
      if Interruption.isRequested {
        throw Interrupted(
          description: "interrupted after \(drawn) samples; nothing is written, the same command starts again")
      }
      let range = drawn..<min(drawn + Self.portion, samples)
      let (x, logQ) = try proposal.draw(range, from: random)
      try writer.append(TrajectoryFrames(coordinates: x), values: [.logProposal: logQ])
      drawn = range.upperBound
      progress.update(done: drawn, detail: "drawing")
    }
    try writer.close()
    let rate = Double(samples) / max(1e-3, Date().timeIntervalSince(start))
    print("\(description.name), \(samples) samples of \(model), \(significant(rate, 3))/s\nwritten: \(output)")
  }
}
