import NeuralNetworks

/// x = z + u tanh(wᵀz + b) (Rezende & Mohamed 2015, arXiv:1505.05770), with u shifted along w so that wᵀu > −1 and the map
/// has an inverse. log |det| = log(1 + (1 − tanh²) wᵀu).
public struct Planar: Bijector {
  public let dimension: Int
  private let u: Parameter
  private let w: Parameter
  private let b: Parameter

  public init(_ name: String, dimension: Int, in builder: inout ParameterBuilder) {
    self.dimension = dimension
    let deviation = 1 / Double(dimension).squareRoot()
    (u, w, b) = builder.scope(name) { builder in
      (
        builder.normal("u", rows: dimension, columns: 1, standardDeviation: deviation, decays: false),
        builder.normal("w", rows: dimension, columns: 1, standardDeviation: deviation, decays: false),
        builder.constant("b", rows: 1)
      )
    }
  }

  private struct Direction {
    var u: Variable
    /// Row vector.
    var w: Variable
    var b: Variable
    /// wᵀu
    var along: Variable
  }

  private func direction(on tape: Tape) -> Direction {
    let (u, w) = (tape.variable(u), tape.variable(w))
    let raw = (w * u).sumOfRows()
    let along = raw.applying(.softplus) - 1
    return Direction(
      u: u + w * ((along - raw) / w.squared().sumOfRows()), w: w.reshaped(rows: 1, columns: dimension),
      b: tape.variable(b), along: along)
  }

  private func logDet(_ d: Direction, _ t: Variable) -> Variable { (d.along * (1 - t.squared()) + 1).log() }

  public func forward(_ z: Variable, given context: Variable?) -> Transformed {
    let d = direction(on: z.tape)
    let t = (d.w.times(z) + d.b).tanh()
    return Transformed(z + d.u * t, logDet: LogDensity(logDet(d, t)))
  }

  public func inverse(_ x: Variable, given context: Variable?) -> Transformed {
    let d = direction(on: x.tape)
    // a = wᵀz solves a + wᵀu tanh(a + b) = wᵀx.
    let a = solutionOfTanhEquation(r: d.along, q: x.tape.constant(1), k: d.b, c: d.w.times(x))
    let t = (a + d.b).tanh()
    return Transformed(x - d.u * t, logDet: LogDensity(logDet(d, t), scale: -1))
  }
}
