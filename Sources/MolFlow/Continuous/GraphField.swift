import NeuralNetworks

/// The equivariant graph network of Satorras, Hoogeboom & Welling 2021 (arXiv:2102.09844) as a velocity field, in the form of Klein &
/// Noé 2024 (arXiv:2406.14426): features of atoms and time, attention, bounded steps of coordinates, v = x_L − x₀ without its mean.
///
/// mᵢⱼ = silu(W₂ silu(W₁ [hᵢ, hⱼ, dᵢⱼ²])), times σ(a·mᵢⱼ); xᵢ += Σⱼ (xᵢ − xⱼ)/(1 + dᵢⱼ) r tanh(φ(mᵢⱼ)); hᵢ += network([hᵢ, Σⱼ mᵢⱼ]).
/// W₁ is split into products for each atom, which halves the work of a pair.
public struct GraphField: VelocityField {
  public let atoms: Int
  public let interchangeable: [[Int]]
  private let pairs: AtomPairs
  private let start: FieldStart
  private let layers: [Layer]
  private let range: Double

  private struct Layer: Sendable {
    var first: Linear
    var second: Linear
    var distance: Parameter
    var edge: Linear
    var attention: Linear
    var coordinate: Linear
    var step: Linear
    var own: Linear
    var received: Linear
    var output: Linear
  }

  public init(classes: PairClasses, width: Int, layers: Int, in builder: inout ParameterBuilder) {
    atoms = classes.ofAtoms.count
    interchangeable = classes.interchangeable
    pairs = AtomPairs(atoms: atoms)
    range = 15 / Double(layers)
    (start, self.layers) = builder.scope("field") { builder in
      let start = FieldStart(classes: classes, width: width, in: &builder)
      let made = (0..<layers).map { layer in
        builder.scope("layers.\(layer)") { builder in
          func linear(_ name: String, _ outputs: Int, bias: Bool = true, gain: Double = 1) -> Linear {
            Linear(name, inputs: width, outputs: outputs, hasBias: bias, start: .normal(gain: gain), in: &builder)
          }
          return Layer(
            first: linear("first", width), second: linear("second", width, bias: false),
            distance: builder.normal("distance", rows: width, columns: 1, standardDeviation: 0.5),
            edge: linear("edge", width), attention: linear("attention", 1), coordinate: linear("coordinate", width),
            step: linear("step", 1, bias: false, gain: 0.001), own: linear("own", width),
            received: linear("received", width, bias: false), output: linear("output", width))
        }
      }
      return (start, made)
    }
  }

  public func velocity(_ x: Variable, times: Variable) -> Variable {
    let tape = x.tape
    let samples = x.columns / atoms
    let firsts = pairs.orderedPairs.map(\.first)
    let seconds = pairs.orderedPairs.map(\.second)
    let ofPairs = pairs.orderedPairs.map { pairs.place($0.first, $0.second) }
    let toFirst = pairs.orderedPairs.enumerated().map { TokenMove(from: $0.offset, to: $0.element.first) }
    var h = start(times.timeEmbedding(features: FieldStart.timeFeatures, highest: 20), atoms: atoms)
    var place = x
    for layer in layers {
      let differences =
        place.gatheringTokens(firsts, samples: samples) - place.gatheringTokens(seconds, samples: samples)
      let squares = differences.gatheringTokens(
        pairs.pairs.map { pairs.orderedPlace($0.first, $0.second) }, samples: samples
      ).squared().sumOfRows()
      let sums = layer.first(h).pairSums(
        layer.second(h), tape.variable(layer.distance).times(squares), pairs, samples: samples)
      let edge = layer.edge(sums.applying(.silu)).applying(.silu)
      let messages = edge * layer.attention(edge).applying(.sigmoid)
      let scores = range * layer.step(layer.coordinate(messages).applying(.silu)).tanh()
      let reach = ((squares + PairField.softening).squareRoot() + 1).reciprocal()
        .gatheringTokens(ofPairs, samples: samples)
      place = place + (differences * (scores * reach)).addingTokens(toFirst, of: atoms, samples: samples)
      let received = messages.addingTokens(toFirst, of: atoms, samples: samples)
      h = h + layer.output((layer.own(h) + layer.received(received)).applying(.silu))
    }
    return (place - x).removingMean(atoms: atoms)
  }
}
