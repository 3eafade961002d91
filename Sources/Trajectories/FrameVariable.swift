/// A number that a trajectory file carries for every frame, beside AMBER's own variables.
///
/// A new one costs one line here; writers and readers take any. Two are equal when they have the same name.
public struct FrameVariable: Sendable, Hashable {
  public enum Storage: Sendable { case double, int32 }

  /// Name in the file.
  public let name: String
  /// The attribute `units`; nil for a pure number.
  public let units: String?
  public let storage: Storage

  public init(_ name: String, units: String? = nil, storage: Storage = .double) {
    self.name = name
    self.units = units
    self.storage = storage
  }

  public static func == (a: FrameVariable, b: FrameVariable) -> Bool { a.name == b.name }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// Number of the independent walker that a frame of a simulation belongs to.
  public static let replica = FrameVariable("replica", storage: .int32)

  // MARK: The ensemble file

  /// U, kJ/mol.
  public static let potentialEnergy = FrameVariable("potential_energy", units: "kilojoule/mole")
  /// u = U/kT of the target.
  public static let reducedPotential = FrameVariable("reduced_potential", units: "kT")
  /// Log q of the proposal; the density is per nm to the power of its dimension, as the run states it.
  public static let logProposal = FrameVariable("log_proposal")
  /// Log of the weights, normalised so that the weights sum to 1.
  public static let logWeight = FrameVariable("log_weight")
  /// Which draw a sample is, where samples were resampled or reordered.
  public static let sampleID = FrameVariable("sample_id", storage: .int32)
  /// The sample from which an annealed or resampled one descends.
  public static let parentID = FrameVariable("parent_id", storage: .int32)
}
