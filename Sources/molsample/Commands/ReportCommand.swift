import ArgumentParser
import Energies
import Estimators
import Foundation
import Sampling
import Trajectories

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "The report of a finished run once more: its summary, and report.html anew.",
    discussion: """
      EXAMPLES
        molsample report alanine-dipeptide
        molsample report alanine-dipeptide --input my-run --json

      Reads INPUT (trajectories/SYSTEM-run without --input) and draws nothing: after an update of the program, or where
      the page was lost. The exit code is that of the run's verdict.
      """)

  @OptionGroup var arguments: SystemArguments

  @Option(help: ArgumentHelp("Folder of a run.", valueName: "folder"))
  var input: String?

  @Flag(help: "Print the summary as one JSON object.")
  var json = false

  func run() throws {
    var overrides = try Overrides(arguments.words)
    let description = try arguments.description(overrides: &overrides)
    try overrides.finish(known: [])
    let path = input ?? "trajectories/\(folderName(description.name))-run"
    let file = path + "/summary.json"
    guard let data = FileManager.default.contents(atPath: file) else {
      throw InputError(file, "there is no such file", expected: "a folder that `molsample run` finished")
    }
    let summary: RunSummary
    do {
      summary = try JSONDecoder().decode(RunSummary.self, from: data)
    } catch {
      throw InputError(
        file, "is not the summary of a run of this version", found: "\(error)".prefix(160).description,
        advice: "run again; samples that are there are not drawn again")
    }
    guard summary.system == description.name else {
      throw InputError(file, "is of another system", expected: description.name, found: summary.system)
    }
    let prepared = try PreparedSystem(description, needsStructure: false)
    let folder = try OutputFolder(path: path)
    let reader = try AmberTrajectoryReader(path: folder.file("ensemble.nc"))
    guard let logWeights = try reader.values(of: .logWeight) else {
      throw InputError(folder.file("ensemble.nc"), "has no weights")
    }
    let atomCount = prepared.system.molecule.atomCount
    try RunReport.write(
      summary, to: folder, features: EnsembleFeatures(prepared.system.molecule),
      ensemble: try SampledFrames.beginning(
        of: reader, path: folder.file("ensemble.nc"), largest: RunJudgement.largestEnsemble),
      reference: try summary.reference.map {
        try SampledFrames.read($0, atomCount: atomCount, temperature: description.temperature)[0]
      }, logWeights: logWeights)
    if json {
      try JSONOutput.print(summary)
    } else {
      print("\(summary.system)\n\(summary.text)\nwritten: \(folder.file("report.html"))")
    }
    if summary.verdict == Verdict.Grade.notConverged.rawValue { throw NotConverged() }
  }
}
