import ArgumentParser
import Foundation

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "How good a trained model is: weights, likelihood, distances from a reference.",
    discussion: """
      EXAMPLES
        molsample evaluate alanine-dipeptide
        molsample evaluate alanine-dipeptide model=my-model/model.safetensors samples=100000 --json
        molsample evaluate --set datasets/dipeptides/validation.txt model=my-model/model.safetensors output=evaluation

      Draws samples from the model, weights them by the energy, and compares them with the system's reference ensemble, or
      with that of --reference. The forward ESS and the likelihood are those of the reference's frames: a region that the
      model never visits shows there, not in the ESS of its own samples. Each distance stands beside that of two parts of the
      reference of the same size. Writes OUTPUT/evaluation.json where output= is given.

      --set LIST draws samples= (10,000) of every peptide of a list, as `dataset` reads and samples them, and prints a table: raw and
      trimmed ESS, forward ESS and error of ΔF(φ) where --reference has the peptide, right bonds and handedness, time, and the
      time that replica exchange needs for the same error. --reference is a data set, or a folder with SEQUENCE.nc and free
      energies in SEQUENCE.json; of more of them the first that has a peptide counts. Writes OUTPUT/evaluation.csv, .json, and
      evaluation.html with pictures and distances from the reference. --resume goes on after a kill, and shows an evaluation that is done; none is replaced.

      reference_frames= asks for the densities of about that many frames (all; 1000 of continuous flows). Continuous flows:
      steps= or tolerance= integrates otherwise than the model says, and (without --set) samples taken back and forth show what the integration leaves undone.
      """)

  @OptionGroup var arguments: SystemArguments

  @Option(
    help: ArgumentHelp(
      "Ensemble or trajectory to compare with; with --set a folder of them; repeat for more.", valueName: "path"))
  var reference: [String] = []

  @Option(help: ArgumentHelp("Text file of sequences that are evaluated one after the other.", valueName: "list"))
  var set: String?

  @Flag(help: "Go on with the evaluation of a set in output= where it stopped, or show it if it is done.")
  var resume = false

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  static let keys = [
    "samples", "seed", "model", "temperature", "transport_samples", "reference_frames", "steps", "tolerance",
    "output", "threads",
  ]

  func run() throws {
    var overrides = try Overrides(arguments.words)
    if let set { try arguments.refuseSystem(beside: set) }
    let temperature = try set == nil ? nil : overrides.takeNumber("temperature")
    let description = try set == nil ? arguments.description(overrides: &overrides) : nil
    var evaluation = ModelEvaluation(
      samples: try overrides.takeInteger("samples", in: 10...100_000_000) ?? (set == nil ? 100_000 : 10_000),
      seed: try overrides.takeSeed() ?? 0, model: overrides.takeText("model"), reference: reference.first,
      transportSamples: try overrides.takeInteger("transport_samples", in: 10...100_000)
        ?? (set == nil ? 10_000 : 1_000),
      integrator: try overrides.takeIntegrator(),
      mostFrames: try overrides.takeInteger("reference_frames", in: 10...100_000_000),
      threads: try overrides.takeThreads())
    let output = overrides.takeText("output")
    try overrides.finish(known: Self.keys)
    if set == nil, reference.count > 1 {
      throw UsageError("one molecule has one --reference", advice: "give one, or a list of peptides with --set")
    }
    if set != nil, evaluation.model == nil {
      guard let shipped = ModelCatalog.transferable else {
        throw UsageError("--set needs a transferable model", advice: "give its file with model=PATH")
      }
      evaluation.model = shipped
    }
    if resume, set == nil || output == nil {
      throw UsageError("--resume goes on with the evaluation of a set in its folder", advice: "give --set and output=")
    }
    let folder = try output.map { try OutputFolder(path: $0) }
    try folder?.lock()
    guard let description else {
      return try PeptideSetEvaluation(
        list: PeptideList(path: set!), temperature: temperature,
        references: reference.map { try ReferencePeptides(folder: $0) }, evaluation: evaluation, folder: folder
      ).run(json: json, resuming: resume)
    }
    let result = try evaluation.run(description)
    try folder?.write(try JSONOutput.encode(result) + "\n", as: "evaluation.json")
    if json { return try JSONOutput.print(result) }
    print("\(description.name), \(result.model)\n\(ModelEvaluation.text(result))")
  }
}
