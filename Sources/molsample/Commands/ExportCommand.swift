import ArgumentParser
import Energies
import Foundation
import Trajectories

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Samples of a run in the format of another program.",
    discussion: """
      EXAMPLES
        molsample export alanine-dipeptide --input my-run --to samples.dcd
        molsample export alanine-dipeptide --input my-run --to samples.pdb frames=100
        molsample export alanine-dipeptide --input my-run --to starts frames=20          starts/001.rst7, …
        molsample export alanine-dipeptide --input my-run --to all.npy --weighted        and all.weights.npy

      The name says the format: .dcd, .pdb (one model a frame), .npy (nm, frames × atoms × 3, double), .nc (AMBER), or, without
      an ending, a folder of AMBER restarts. Frames are those of resampled.nc, which need no weights, or the first frames= of
      them (they are in random order). With --weighted they are those of ensemble.nc, and their weights, which sum to 1, go into
      NAME.weights.npy: averages without them are wrong.

      XTC: mdconvert (mdtraj) and cpptraj make it of the .nc or .dcd.
      """)

  @OptionGroup var arguments: SystemArguments

  @Option(help: ArgumentHelp("Folder of a run.", valueName: "folder"))
  var input: String

  @Option(help: ArgumentHelp("File or folder to write.", valueName: "path"))
  var to: String

  @Flag(help: "All samples with their weights, in place of resampled ones.")
  var weighted = false

  func run() throws {
    var overrides = try Overrides(arguments.words)
    let description = try arguments.description(overrides: &overrides)
    let wanted = try overrides.takeInteger("frames", in: 1...Int.max)
    try overrides.finish(known: ["frames"])
    let molecule = try PreparedSystem(description, needsStructure: false).system.molecule
    let source = input + (weighted ? "/ensemble.nc" : "/resampled.nc")
    guard FileManager.default.fileExists(atPath: source) else {
      throw InputError(source, "there is no such file", expected: "a folder that `molsample run` wrote")
    }
    let reader = try AmberTrajectoryReader(path: source)
    guard reader.atomCount == molecule.atomCount else {
      throw InputError(
        source, "is of another molecule", expected: "\(molecule.atomCount) atoms", found: "\(reader.atomCount) atoms")
    }
    let frames = min(wanted ?? reader.frameCount, reader.frameCount)
    if let wanted, wanted > frames { Molsample.report("\(source) has \(frames) frames, fewer than frames=\(wanted)") }
    let title = "\(description.name), MolFlow \(Version.current)"
    func portion(_ range: Range<Int>) throws -> Configurations { try reader.configurations(frames: range) }
    let folder = (to as NSString).deletingLastPathComponent
    if !folder.isEmpty { _ = try OutputFolder(path: folder) }
    switch (to as NSString).pathExtension.lowercased() {
    case "dcd":
      try DCDWriter.write(
        frames: frames, atomCount: molecule.atomCount, title: title, to: to, portion: portion)
    case "pdb":
      try PDBWriter.write(try portion(0..<frames), of: molecule, title: title, to: to)
    case "npy":
      try NumPyArray(
        shape: [frames, molecule.atomCount, 3], values: try portion(0..<frames).coordinates
      ).write(to: to)
    case "nc":
      let writer = try AmberTrajectoryWriter(
        path: to, atomCount: molecule.atomCount,
        information: AmberFileInformation(title: title, program: "MolFlow", programVersion: Version.current),
        appearance: .whenClosed)
      for first in stride(from: 0, to: frames, by: 4096) {
        try writer.append(TrajectoryFrames(coordinates: try portion(first..<min(first + 4096, frames))))
      }
      try writer.close()
    case "":
      let place = try OutputFolder(path: to)
      let digits = max(3, String(frames).count)
      for frame in 0..<frames {
        let name = String(format: "%0\(digits)d.rst7", frame + 1)
        try AmberRestartNetCDF(
          coordinates: try portion(frame..<frame + 1), time: 0, temperature: description.temperature
        ).write(
          to: place.file(name),
          information: AmberFileInformation(title: title, program: "MolFlow", programVersion: Version.current))
      }
    case let other:
      throw UsageError(
        "--to \(to): .\(other) is no format that is written here",
        advice: "take .dcd, .pdb, .npy, .nc, or a folder's name for restarts; mdconvert and cpptraj make others of .nc")
    }
    var written = to
    if weighted, let logWeights = try reader.values(of: .logWeight) {
      let name = (to as NSString).deletingPathExtension + ".weights.npy"
      let largest = logWeights[..<frames].max()!
      let weights = logWeights[..<frames].map { exp($0 - largest) }
      let sum = weights.reduce(0, +)
      try NumPyArray(shape: [frames], values: weights.map { $0 / sum }).write(to: name)
      written += ", \(name)"
    }
    print("\(frames) frames of \(source)\nwritten: \(written)")
  }
}
