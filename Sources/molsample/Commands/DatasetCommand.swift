import ArgumentParser
import Foundation

struct DatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset",
    abstract: "Equilibrium frames of many peptides by replica exchange, for transferable models.",
    discussion: """
      EXAMPLES
        molsample dataset datasets/dipeptides/validation.txt
        molsample dataset datasets/dipeptides/train.txt seconds=7200 output=my-data
        molsample dataset few.txt model=better/model.safetensors output=drawn-dataset

      LIST is a text file of sequences (AK, ACE-ALA-NME; # begins a remark). Each is sampled in amber14 with OBC1, a cutoff of
      2 nm, at 310 K, by two independent replica exchanges up to 800 K (runs=2, max_temperature=800) of replicas=16 walkers in each state,
      whose hotter states draw the first φ gently to its rare side: steps=50000 after equilibration=20000, a frame every stride=500.
      Where a run's ΔF(φ) is more than three errors from the mean of the runs, the mean's error is above 0.25 kT, or walkers of a run went
      round between the ends of the ladder fewer times than there are walkers, both go on for twice as long, up to most_steps (eight times
      steps). That takes some minutes for a dipeptide on two cores; with steps=8000 most_steps=8000 equilibration=3000
      stride=160 it takes a quarter of a minute, and does not converge: rare states are as common as where the walkers began.

      With model= frames are drawn from a transferable model and by their weights instead, which has the odds of states right where a
      simulation is slow to: samples=4000 configurations at first, as many again while they are worth fewer than half of
      frames=1600, up to most_samples=32000; no weight counts for more than √N times their mean. `train` takes a peptide that several
      sets hold from the last.

      Writes to OUTPUT (trajectories/LIST-dataset without output=): SEQUENCE.nc (frames at the temperature, with energies) and
      dataset.csv (ΔF(φ) of both runs, round trips, evaluations, and whether it converged). The same command goes on after
      a kill, or after seconds=, to the same bytes for any number of threads; peptides that are there are not sampled again. Exit code 0 even
      if some did not converge (column state), 5 where seconds= was used up.
      """)

  @Argument(help: "LIST, then key=value words that change the settings.")
  var words: [String] = []

  func run() throws {
    var overrides = try Overrides(words)
    let plain = words.filter { !$0.contains("=") }
    guard plain.count == 1 else {
      throw UsageError(
        plain.isEmpty ? "no list of sequences is named" : "more than one list: \(plain.joined(separator: ", "))",
        advice: "for example datasets/dipeptides/validation.txt")
    }
    let list = try PeptideList(path: plain[0])
    let configuration = try DatasetConfiguration(overrides: &overrides)
    let seconds = try overrides.takeNumber("seconds")
    let threads = try overrides.takeThreads()
    let stem = ((plain[0] as NSString).lastPathComponent as NSString).deletingPathExtension
    let output = overrides.takeText("output") ?? "trajectories/\(folderName(stem))-dataset"
    try overrides.finish(known: DatasetConfiguration.keys)

    let folder = try OutputFolder(path: output)
    try folder.lock()
    let table = try DatasetRun(configuration: configuration, folder: folder, threads: threads, budget: seconds).run(
      list)
    let rows = list.sequences.compactMap { table[$0] }
    let bad = rows.filter { $0.state == .notConverged }
    let remedy = configuration.model == nil ? "most_steps" : "most_samples"
    print(
      "\(rows.count) peptides, \(rows.reduce(0) { $0 + $1.frames }) frames, "
        + "\(significant(Double(rows.reduce(0) { $0 + $1.evaluations }), 3)) energy evaluations: \(folder.path)")
    if !bad.isEmpty {
      print(
        "not converged: \(bad.map(\.sequence).joined(separator: " ")); a larger \(remedy) in another output= helps")
    }
  }
}
