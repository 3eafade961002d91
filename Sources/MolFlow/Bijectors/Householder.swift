import NeuralNetworks

/// An orthogonal mixing, x = H₁ H₂ … z with reflections H = 1 − 2 v vᵀ/(vᵀv) (Tomczak & Welling 2016, arXiv:1611.09630).
/// log |det| = 0.
public struct Householder: Bijector {
  public let dimension: Int
  private let reflections: [Parameter]

  public init(_ name: String, dimension: Int, reflections count: Int, in builder: inout ParameterBuilder) {
    self.dimension = dimension
    reflections = builder.scope(name) { builder in
      (0..<count).map {
        builder.normal("\($0)", rows: dimension, columns: 1, standardDeviation: 1, decays: false)
      }
    }
  }

  public func forward(_ z: Variable, given context: Variable?) -> Transformed {
    Transformed(reflections.reversed().reduce(z, Self.reflect), logDet: .zero)
  }

  public func inverse(_ x: Variable, given context: Variable?) -> Transformed {
    Transformed(reflections.reduce(x, Self.reflect), logDet: .zero)
  }

  private static func reflect(_ x: Variable, _ parameter: Parameter) -> Variable {
    let v = x.tape.variable(parameter)
    let along = v.reshaped(rows: 1, columns: v.rows).times(x)
    return x - v.times((2 * along) / v.squared().sumOfRows())
  }
}
