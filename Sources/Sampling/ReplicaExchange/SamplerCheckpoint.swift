/// All that a `ReplicaExchange` needs to go on to the same bytes: potentials and gradients follow from positions.
public struct SamplerCheckpoint: Sendable, Codable {
  var step: Int
  /// `[state]`, each `[replica][coordinate]`.
  var positions: [PackedDoubles]
  var velocities: [PackedDoubles]?
  var exchanges: ExchangeStatistics
  var acceptanceSums: [Double]
  var moves: Int
}
