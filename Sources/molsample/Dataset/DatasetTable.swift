import Energies
import Estimators
import Foundation

/// `dataset.csv`: a line for every peptide that is done. Scripts rely on the names.
struct DatasetTable {
  struct Row {
    var sequence: String
    var atoms: Int
    var frames: Int
    /// ΔF of the first φ, kT, and its error; nil where one side was never seen.
    var freeEnergy: Double?
    var error: Double?
    /// The same of each run.
    var ofRuns: [Double?]
    var errorsOfRuns: [Double?]
    /// Of walkers between the ends of the ladder, of the run that has fewest.
    var roundTrips: Int
    var steps: Int
    var evaluations: Int
    var seconds: Double
    var state: State
    var digest: String
  }

  enum State: String {
    case converged
    /// No run has seen the other side of φ, or φ turns about a bond of a ring, as in proline.
    case oneSide = "one_side"
    case notConverged = "not_converged"

    init(_ verdict: RunAgreement.Verdict) {
      self =
        switch verdict {
        case .known: .converged
        case .oneSide: .oneSide
        case .unknown: .notConverged
        }
    }
  }

  static let name = "dataset.csv"
  private static let header = [
    "sequence", "atoms", "frames", "delta_f_phi_kT", "error_kT", "delta_f_of_runs_kT", "errors_of_runs_kT",
    "round_trips", "steps", "energy_evaluations", "seconds", "state", "digest",
  ]

  private(set) var rows: [Row] = []
  private let folder: OutputFolder

  init(folder: OutputFolder) throws {
    self.folder = folder
    let path = folder.file(Self.name)
    guard let data = FileManager.default.contents(atPath: path) else { return }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    guard lines.first == Self.header else {
      throw InputError(
        path, line: 1, "is no table of a data set of this version", expected: Self.header.joined(separator: ","),
        found: lines.first?.joined(separator: ",") ?? "", advice: "choose another output=")
    }
    for (index, words) in lines.enumerated().dropFirst() {
      guard let row = Row(words) else {
        throw InputError(
          path, line: index + 1, "cannot be read", found: words.joined(separator: ","),
          advice: "remove the line; its peptide is then sampled again")
      }
      rows.append(row)
    }
  }

  subscript(sequence: String) -> Row? { rows.first { $0.sequence == sequence } }

  /// Adds a line, or replaces the peptide's; the file is whole at any moment.
  mutating func add(_ row: Row) throws {
    rows.removeAll { $0.sequence == row.sequence }
    rows.append(row)
    try folder.write(
      ([Self.header] + rows.map(\.words)).map { $0.joined(separator: ",") + "\n" }.joined(), as: Self.name)
  }
}

extension DatasetTable.Row {
  fileprivate var words: [String] {
    func word(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    return [
      sequence, "\(atoms)", "\(frames)", word(freeEnergy), word(error), ofRuns.map(word).joined(separator: " "),
      errorsOfRuns.map(word).joined(separator: " "), "\(roundTrips)", "\(steps)", "\(evaluations)",
      "\((10 * seconds).rounded() / 10)", state.rawValue, digest,
    ]
  }

  fileprivate init?(_ words: [String]) {
    func list(_ text: String) -> [Double?] {
      text.split(separator: " ", omittingEmptySubsequences: false).map { Double($0) }
    }
    guard words.count == 13, let atoms = Int(words[1]), let frames = Int(words[2]), let roundTrips = Int(words[7]),
      let steps = Int(words[8]), let evaluations = Int(words[9]), let seconds = Double(words[10]),
      let state = DatasetTable.State(rawValue: words[11])
    else { return nil }
    self.init(
      sequence: words[0], atoms: atoms, frames: frames, freeEnergy: Double(words[3]), error: Double(words[4]),
      ofRuns: list(words[5]), errorsOfRuns: list(words[6]), roundTrips: roundTrips, steps: steps,
      evaluations: evaluations, seconds: seconds, state: state, digest: words[12])
  }
}
