import NeuralNetworks

/// x = z + β (z − c)/(a + r), r = |z − c|, a > 0, β > −a (Rezende & Mohamed 2015, arXiv:1505.05770): an expansion or
/// contraction about a centre. With h = β/(a + r): log |det| = (D − 1) log(1 + h) + log(1 + h a/(a + r)).
public struct Radial: Bijector {
  public let dimension: Int
  private let center: Parameter
  private let rawA: Parameter
  private let rawBeta: Parameter

  public init(_ name: String, dimension: Int, in builder: inout ParameterBuilder) {
    self.dimension = dimension
    (center, rawA, rawBeta) = builder.scope(name) { builder in
      (
        builder.normal("center", rows: dimension, columns: 1, standardDeviation: 1, decays: false),
        builder.constant("a", rows: 1), builder.constant("beta", rows: 1)
      )
    }
  }

  private func constants(on tape: Tape) -> (center: Variable, a: Variable, beta: Variable) {
    let a = tape.variable(rawA).applying(.softplus)
    return (tape.variable(center), a, tape.variable(rawBeta).applying(.softplus) - a)
  }

  private func logDet(h: Variable, a: Variable, r: Variable) -> LogDensity {
    LogDensity((h + 1).log(), scale: Double(dimension - 1)) + LogDensity((h * a / (a + r) + 1).log())
  }

  public func forward(_ z: Variable, given context: Variable?) -> Transformed {
    let (center, a, beta) = constants(on: z.tape)
    let away = z - center
    let r = away.squared().sumOfRows().squareRoot()
    let h = beta / (a + r)
    return Transformed(z + h * away, logDet: logDet(h: h, a: a, r: r))
  }

  public func inverse(_ x: Variable, given context: Variable?) -> Transformed {
    let (center, a, beta) = constants(on: x.tape)
    let away = x - center
    let s = away.squared().sumOfRows().squareRoot()
    // r + β r/(a + r) = s is quadratic in r.
    let p = s - (a + beta)
    let r = 0.5 * (p + (p.squared() + 4 * (s * a)).squareRoot())
    let h = beta / (a + r)
    return Transformed(center + away / (h + 1), logDet: -logDet(h: h, a: a, r: r))
  }
}
