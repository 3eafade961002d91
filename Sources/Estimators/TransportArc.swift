/// An arc of a transport problem, from a source to a sink.
struct TransportArc {
  let source: Int32
  /// The sink's number as a node, after all sources.
  let sinkNode: Int32
  let cost: Double
}
