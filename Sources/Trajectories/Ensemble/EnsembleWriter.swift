import Energies

/// Writes an ensemble in portions while it is drawn, and its weights at the end, when they can be normalised.
///
/// Until `finish`, the frames are in a file beside the final one, `PATH.unfinished`, whole frames only, so that a run
/// that was killed can resume from it with `init(resuming:…)`.
public final class EnsembleWriter {
  public let path: String
  public var frameCount: Int { writer.frameCount }

  private let writer: AmberTrajectoryWriter

  /// The file that grows until `finish`.
  public static func unfinishedPath(of path: String) -> String { path + ".unfinished" }

  /// `variables` are those that every `append` brings values of; `log_weight` comes with `finish`.
  public init(
    path: String, atomCount: Int,
    variables: [FrameVariable] = [.potentialEnergy, .reducedPotential, .logProposal], provenance: EnsembleProvenance
  ) throws(OutputError) {
    precondition(!variables.contains(.logWeight), "log weights are written by finish")
    self.path = path
    writer = try AmberTrajectoryWriter(
      path: Self.unfinishedPath(of: path), atomCount: atomCount, variables: variables + [.logWeight],
      information: provenance.information, attributes: provenance.attributes)
  }

  /// Continues an unfinished ensemble after its first `frames` samples, those that the checkpoint counted.
  ///
  /// Throws `InputError` when what is there is no such ensemble, or one of another system, temperature, seed or
  /// configuration; `OutputError` when it cannot be written.
  public init(resuming path: String, atomCount: Int, frames: Int, provenance: EnsembleProvenance) throws {
    self.path = path
    let unfinished = Self.unfinishedPath(of: path)
    let reader = try AmberTrajectoryReader(path: unfinished)
    guard reader.frameVariables.contains(.logWeight) else {
      throw InputError(unfinished, "is not an unfinished ensemble", expected: "the per-frame variable 'log_weight'")
    }
    let found = try EnsembleProvenance(of: reader)
    guard found.identity == provenance.identity else {
      throw InputError(
        unfinished, "was begun by a run with other settings", expected: provenance.identity.joined(separator: ", "),
        found: found.identity.joined(separator: ", ").excerpt,
        advice: "resume with the settings it was begun with, or remove it to start anew")
    }
    writer = try AmberTrajectoryWriter(appendingTo: unfinished, atomCount: atomCount, keepingFrames: frames)
  }

  /// `configurations` in nm; `values` of the declared variables.
  public func append(_ configurations: Configurations, values: [FrameVariable: [Double]]) throws(OutputError) {
    var values = values
    // Not a number marks what has no weight yet.
    values[.logWeight] = [Double](repeating: .nan, count: configurations.count)
    try writer.append(TrajectoryFrames(coordinates: configurations), values: values)
  }

  /// After this, a killed run can resume from all samples appended so far.
  public func synchronise() throws(OutputError) { try writer.synchronise() }

  /// Writes the weights, normalised here so that they sum to 1, and gives the file its final name.
  ///
  /// Throws `WeightError` when the weights cannot be normalised: then the unfinished file stays.
  public func finish(logWeights: [Double]) throws {
    precondition(logWeights.count == frameCount, "there must be one weight per sample")
    let normalised = try NormalisedWeights.normalise(logWeights)
    try NormalisedWeights.check(normalised)
    try writer.replaceValues(of: .logWeight, with: normalised)
    try writer.close()
    try PendingOutput(renaming: writer.path, to: path).publish()
  }
}
