import NeuralNetworks

/// The equivariant graph network of Satorras, Hoogeboom & Welling 2021 (arXiv:2102.09844) as a velocity field, in the form of Klein &
/// Noé 2024 (arXiv:2406.14426): features of atoms and time, attention, bounded steps of coordinates, v = x_L − x₀ without its mean.
///
/// mᵢⱼ = silu(W₂ silu(W₁ [hᵢ, hⱼ, dᵢⱼ²])), times σ(a·mᵢⱼ); xᵢ += Σⱼ (xᵢ − xⱼ)/(1 + dᵢⱼ) r tanh(φ(mᵢⱼ)); hᵢ += network([hᵢ, Σⱼ mᵢⱼ]).
/// W₁ is split into products for each atom, which halves the work of a pair.
public struct GraphField: VelocityField {
  public let atoms: Int
  public let interchangeable: [[Int]]
  let pairs: AtomPairs
  let start: FieldStart
  let layers: [Layer]
  let range: Double

  struct Layer: Sendable {
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

  /// - Parameter context: of each atom, `[features][atoms]`, in a field for any molecule; one of a molecule's own knows atoms by their class.
  public init(
    classes: PairClasses, context: ConstantMatrix? = nil, width: Int, layers: Int, in builder: inout ParameterBuilder
  ) {
    atoms = classes.ofAtoms.count
    interchangeable = classes.interchangeable
    pairs = AtomPairs(atoms: atoms)
    range = 15 / Double(layers)
    (start, self.layers) = builder.scope("field") { builder in
      let start =
        context.map { FieldStart(context: $0, width: width, in: &builder) }
        ?? FieldStart(classes: classes, width: width, in: &builder)
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

  /// What a layer computes on its way, for each ordered pair unless said otherwise; for divergences.
  struct Step {
    /// xᵢ − xⱼ
    var differences: Variable
    /// dᵢⱼ² of pairs i < j
    var squares: Variable
    /// What the functions are taken of: silu, silu, σ, silu, tanh.
    var sums: Variable
    var edgeInput: Variable
    var attentionInput: Variable
    var coordinateInput: Variable
    var stepInput: Variable
    /// After attention, before it.
    var edge: Variable
    var messages: Variable
    /// r tanh φ, and 1/(1 + d)
    var scores: Variable
    var reach: Variable
    /// Of atoms: what silu is taken of, new features and places.
    var ownInput: Variable
    var h: Variable
    var place: Variable
  }

  func step(_ layer: Layer, _ h: Variable, _ place: Variable) -> Step {
    let tape = h.tape
    let samples = place.columns / atoms
    let differences =
      place.gatheringTokens(pairs.orderedPairs.map(\.first), samples: samples)
      - place.gatheringTokens(pairs.orderedPairs.map(\.second), samples: samples)
    let squares = differences.gatheringTokens(
      pairs.pairs.map { pairs.orderedPlace($0.first, $0.second) }, samples: samples
    ).squared().sumOfRows()
    let sums = layer.first(h).pairSums(
      layer.second(h), tape.variable(layer.distance).times(squares), pairs, samples: samples)
    let edgeInput = layer.edge(sums.applying(.silu))
    let edge = edgeInput.applying(.silu)
    let attentionInput = layer.attention(edge)
    let messages = edge * attentionInput.applying(.sigmoid)
    let coordinateInput = layer.coordinate(messages)
    let stepInput = layer.step(coordinateInput.applying(.silu))
    let scores = range * stepInput.tanh()
    let reach = ((squares + PairField.softening).squareRoot() + 1).reciprocal()
      .gatheringTokens(pairs.orderedPairs.map { pairs.place($0.first, $0.second) }, samples: samples)
    let toFirst = pairs.orderedPairs.enumerated().map { TokenMove(from: $0.offset, to: $0.element.first) }
    let received = messages.addingTokens(toFirst, of: atoms, samples: samples)
    let ownInput = layer.own(h) + layer.received(received)
    return Step(
      differences: differences, squares: squares, sums: sums, edgeInput: edgeInput, attentionInput: attentionInput,
      coordinateInput: coordinateInput, stepInput: stepInput, edge: edge, messages: messages, scores: scores,
      reach: reach, ownInput: ownInput, h: h + layer.output(ownInput.applying(.silu)),
      place: place + (differences * (scores * reach)).addingTokens(toFirst, of: atoms, samples: samples))
  }

  /// Every layer in turn.
  func steps(_ x: Variable, times: Variable) -> [Step] {
    var steps: [Step] = []
    let h = start(FieldStart.features(of: times), atoms: atoms)
    for layer in layers { steps.append(step(layer, steps.last?.h ?? h, steps.last?.place ?? x)) }
    return steps
  }

  /// Features and places after a layer, where nothing of its way is wanted.
  func passed(_ layer: Layer, _ h: Variable, _ place: Variable) -> (h: Variable, place: Variable) {
    let tape = h.tape
    let samples = place.columns / atoms
    let differences =
      place.gatheringTokens(pairs.pairs.map(\.first), samples: samples)
      - place.gatheringTokens(pairs.pairs.map(\.second), samples: samples)
    let squares = differences.squared().sumOfRows()
    func both(_ linear: Linear) -> (weight: Variable, bias: Variable) {
      (tape.variable(linear.weight), tape.variable(linear.bias!))
    }
    let weights = GraphMessageWeights(
      distance: tape.variable(layer.distance), edge: both(layer.edge), attention: both(layer.attention),
      coordinate: both(layer.coordinate), step: tape.variable(layer.step.weight))
    let (received, scores) = layer.first(h).graphMessages(
      layer.second(h), squares: squares, weights: weights, pairs, samples: samples)
    // Along a pair's difference, the first atom moves by its own score and the second by its own, the other way.
    let steps = range * scores.tanh()
    let forward = steps.gatheringTokens(pairs.pairs.map { pairs.orderedPlace($0.first, $0.second) }, samples: samples)
    let back = steps.gatheringTokens(pairs.pairs.map { pairs.orderedPlace($0.second, $0.first) }, samples: samples)
    let pulls = differences * ((squares + PairField.softening).squareRoot() + 1).reciprocal()
    let toFirst = pairs.pairs.enumerated().map { TokenMove(from: $0.offset, to: $0.element.first) }
    let toSecond = pairs.pairs.enumerated().map { TokenMove(from: $0.offset, to: $0.element.second) }
    let moved =
      (pulls * forward).addingTokens(toFirst, of: atoms, samples: samples)
      - (pulls * back).addingTokens(toSecond, of: atoms, samples: samples)
    let own = (layer.own(h) + layer.received(received)).applying(.silu)
    return (h + layer.output(own), place + moved)
  }

  public func velocity(_ x: Variable, times: Variable) -> Variable {
    var (h, place) = (start(FieldStart.features(of: times), atoms: atoms), x)
    for layer in layers { (h, place) = passed(layer, h, place) }
    return (place - x).removingMean(atoms: atoms)
  }
}
