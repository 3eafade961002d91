import Energies
import Foundation
import Testing
import Trajectories

/// Writes the files that `crosscheck/trajectory_readers.py` opens with other programs.
@Suite("Files for other programs")
struct CrosscheckFiles {
  private static let folder = ProcessInfo.processInfo.environment["MOLFLOW_CROSSCHECK_FOLDER"]

  @Test("write", .enabled(if: folder != nil))
  func write() throws {
    let folder = Self.folder! + "/"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let frames = SampleFrames.full(count: 6, atoms: 22)
    try NumPyArray(frames.coordinates).write(to: folder + "coordinates.npy")
    try NumPyArray(frames.velocities!).write(to: folder + "velocities.npy")
    try PDBWriter.write(frames.coordinates, of: AlanineDipeptide.molecule, to: folder + "models.pdb")

    let trajectory = try AmberTrajectoryWriter(
      path: folder + "trajectory.nc", atomCount: 22, contents: .all, information: SampleFrames.information)
    try trajectory.append(frames)
    try trajectory.close()

    let ensemble = try Ensemble(
      configurations: frames.coordinates, logWeights: [-1, -2, -.infinity, 3, 1, 0],
      values: [
        .potentialEnergy: [-10, 20, .infinity, 40, 50, 60], .reducedPotential: [-4, 8, .infinity, 16, 20, 24],
        .logProposal: [1, 2, 3, 4, 5, 6], .sampleID: [0, 1, 2, 3, 4, 5],
      ], provenance: SampleFrames.provenance)
    try EnsembleFile.write(ensemble, to: folder + "ensemble.nc")

    try AmberRestartNetCDF(
      coordinates: frames.coordinates.slice(0..<1), velocities: frames.velocities!.slice(0..<1), time: 2.5,
      cell: UnitCell(lengths: SIMD3(3, 4, 5))
    ).write(to: folder + "restart.ncrst", information: SampleFrames.information)
  }
}
