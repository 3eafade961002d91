import Energies
import Foundation

/// Sequences of a text file, any number in a line; what stands after # is for people.
struct PeptideList {
  let path: String
  let sequences: [String]

  init(path: String) throws {
    self.path = path
    guard let data = FileManager.default.contents(atPath: path) else { throw InputError(path, "cannot be read") }
    guard let text = String(data: data, encoding: .utf8) else { throw InputError(path, "is not text in UTF-8") }
    var sequences: [String] = []
    var lines: [String: Int] = [:]
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "," }
      for word in words.map(String.init) {
        _ = try PeptideSequence(parsing: word, source: "\(path), line \(index + 1)")
        if let earlier = lines[word] {
          throw InputError(
            path, line: index + 1, "names a sequence twice", found: "\(word), in line \(earlier) too",
            advice: "every peptide is sampled once; remove one")
        }
        lines[word] = index + 1
        sequences.append(word)
      }
    }
    guard !sequences.isEmpty else {
      throw InputError(path, "names no sequence", expected: "sequences such as AK or ACE-ALA-NME")
    }
    self.sequences = sequences
  }
}
