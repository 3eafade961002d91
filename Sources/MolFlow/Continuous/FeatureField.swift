import NeuralNetworks

/// The equivariant graph network on positions together with features of atoms: rows x, y, z and one row for each feature. Positions move
/// as those of a `GraphField`, features by a linear map of what the network knows of each atom in the end, and neither sees which atom
/// is which.
///
/// Source: Satorras, Hoogeboom, Fuchs, Posner & Welling 2021, E(n) equivariant normalizing flows, arXiv:2105.09016.
public struct FeatureField: VelocityField {
  public let features: Int
  private let graph: GraphField
  private let embedding: Linear
  private let output: Linear

  public var atoms: Int { graph.atoms }
  public var interchangeable: [[Int]] { [Array(0..<atoms)] }

  public init(atoms: Int, features: Int, width: Int, layers: Int, in builder: inout ParameterBuilder) {
    self.features = features
    graph = GraphField(
      classes: PairClasses(ofAtoms: [Int](repeating: 0, count: atoms), bonds: []), width: width, layers: layers,
      in: &builder)
    (embedding, output) = builder.scope("features") { builder in
      (
        Linear("embedding", inputs: features, outputs: width, hasBias: false, in: &builder),
        Linear("output", inputs: width, outputs: features, start: .normal(gain: 0.01), in: &builder)
      )
    }
  }

  public func velocity(_ x: Variable, times: Variable) -> Variable {
    let positions = x.rows(0..<3)
    var place = positions
    var h = graph.start(FieldStart.features(of: times), atoms: atoms) + embedding(x.rows(3..<3 + features))
    for layer in graph.layers { (h, place) = graph.passed(layer, h, place) }
    return (place - positions).removingMean(atoms: atoms).stacked(with: output(h))
  }
}
