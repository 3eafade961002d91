/// A network whose outputs for variable i depend on the variables before i only (MADE: Germain, Gregor, Murray & Larochelle
/// 2015, arXiv:1502.03509), and on a context.
///
/// Shapes: x `[variables][columns]`, context `[contextFeatures][columns]`, result `[variables × outputs][columns]`, the
/// outputs of a variable one below another.
public struct MaskedNetwork: Sendable {
  private struct Layer: Sendable {
    var weight: Parameter
    var mask: ConstantMatrix
    var bias: Parameter
    var context: Parameter?
  }

  private let layers: [Layer]
  private let activation: ElementaryFunction

  public init(
    _ name: String, variables: Int, outputs: Int, hidden: [Int], contextFeatures: Int = 0,
    activation: ElementaryFunction = .silu, outputStart: Linear.Start = .zero, in builder: inout ParameterBuilder
  ) {
    self.activation = activation
    // Degree d: may depend on the first d variables. Hidden units take the degrees 0 … variables − 1 in turn, so that the
    // constant part of every output is learned through all layers too.
    var degrees = [Array(1...variables)]
    degrees += hidden.map { width in (0..<width).map { $0 % variables } }
    let outputDegrees = (0..<variables * outputs).map { $0 / outputs }
    layers = builder.scope(name) { builder in
      (0...hidden.count).map { layer in
        let from = degrees[layer]
        let isLast = layer == hidden.count
        let to = isLast ? outputDegrees : degrees[layer + 1]
        let mask = to.flatMap { degree in from.map { $0 <= degree ? 1.0 : 0.0 } }
        // Counts what the mask leaves, on average.
        let seen = max(1, mask.reduce(0, +) / Double(to.count))
        var deviation = 1 / seen.squareRoot()
        if isLast, case .zero = outputStart { deviation = 0 }
        return builder.scope("\(layer)") { builder in
          Layer(
            weight: builder.normal("weight", rows: to.count, columns: from.count, standardDeviation: deviation),
            mask: ConstantMatrix(mask, rows: to.count, columns: from.count),
            bias: builder.constant("bias", rows: to.count),
            context: contextFeatures == 0
              ? nil
              : builder.normal(
                "context", rows: to.count, columns: contextFeatures,
                standardDeviation: isLast ? 0 : 1 / Double(contextFeatures).squareRoot()))
        }
      }
    }
  }

  public func callAsFunction(_ x: Variable, context: Variable? = nil) -> Variable {
    let tape = x.tape
    var x = x
    for (index, layer) in layers.enumerated() {
      let weight = tape.variable(layer.weight) * tape.variable(layer.mask)
      var next = weight.times(index == 0 ? x : x.applying(activation), plus: tape.variable(layer.bias))
      if let weights = layer.context {
        guard let context else { preconditionFailure("the network was made for a context") }
        next = next + tape.variable(weights).times(context)
      }
      x = next
    }
    return x
  }
}
