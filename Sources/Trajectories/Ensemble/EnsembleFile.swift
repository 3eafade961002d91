import Energies

/// The ensemble file: an AMBER NetCDF trajectory with extra per-frame variables for energies and weights.
///
/// Every AMBER-aware program reads it as a trajectory. Coordinates are float Å; `potential_energy` (kJ/mol),
/// `reduced_potential`, `log_proposal` and `log_weight` are double.
public enum EnsembleFile {
  /// Writes the ensemble; the file appears when it is whole.
  ///
  /// Throws `WeightError` unless the weights sum to 1, `OutputError` when the file cannot be written.
  public static func write(_ ensemble: Ensemble, to path: String) throws {
    let logWeights = ensemble.logWeights
    try NormalisedWeights.check(logWeights)
    var values = ensemble.values
    values[.logWeight] = nil
    let writer = try EnsembleWriter(
      path: path, atomCount: ensemble.atomCount, variables: values.keys.sorted { $0.name < $1.name },
      provenance: ensemble.provenance)
    do {
      try writer.append(ensemble.configurations, values: values)
      try writer.finish(logWeights: logWeights)
    } catch {
      // Nobody can resume this one.
      PendingOutput(renaming: EnsembleWriter.unfinishedPath(of: path), to: path).discard()
      throw error
    }
  }

  /// Reads a whole ensemble, with every per-frame variable that the file has.
  ///
  /// For a file too large for memory, use `AmberTrajectoryReader`. Throws `InputError` when it is no ensemble file, is
  /// damaged, or its weights do not sum to 1.
  public static func read(path: String) throws(InputError) -> Ensemble {
    let reader = try AmberTrajectoryReader(path: path)
    guard reader.frameVariables.contains(.logWeight) else {
      throw InputError(
        path, "is an AMBER trajectory, but not an ensemble file", expected: "the per-frame variable 'log_weight'")
    }
    let provenance = try EnsembleProvenance(of: reader)
    var values: [FrameVariable: [Double]] = [:]
    for variable in reader.frameVariables { values[variable] = try reader.values(of: variable) }
    let logWeights = values[.logWeight]!
    if !logWeights.isEmpty, logWeights.allSatisfy(\.isNaN) {
      throw InputError(path, "is an unfinished ensemble: its weights were not written", advice: "resume the run")
    }
    do throws(WeightError) { try NormalisedWeights.check(logWeights) } catch {
      throw InputError(path, "has unusable weights: \(error)")
    }
    return Ensemble(configurations: try reader.configurations(), checkedValues: values, provenance: provenance)
  }
}
