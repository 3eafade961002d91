import NeuralNetworks

/// Transforms every variable by a function whose parameters a masked network computes from the variables before it (MAF:
/// Papamakarios, Pavlakou & Murray 2017, arXiv:1705.07057). One pass from data to latent, one pass per variable from latent
/// to data; `inverted` is the inverse autoregressive flow (IAF: Kingma et al. 2016, arXiv:1606.04934), fast the other way.
public struct MaskedAutoregressive: Bijector {
  public let dimension: Int
  public let contextFeatures: Int
  private let transform: any ElementwiseTransform
  private let network: MaskedNetwork

  public init(
    _ name: String, dimension: Int, by transform: any ElementwiseTransform, hidden: [Int], contextFeatures: Int = 0,
    in builder: inout ParameterBuilder
  ) {
    precondition(!transform.isPeriodic, "masked networks see numbers, not angles")
    self.dimension = dimension
    self.contextFeatures = contextFeatures
    self.transform = transform
    network = MaskedNetwork(
      name, variables: dimension, outputs: transform.parameterCount, hidden: hidden, contextFeatures: contextFeatures,
      in: &builder)
  }

  public func inverse(_ x: Variable, given context: Variable?) -> Transformed {
    let (value, logSlope) = transform.inverse(x, parameters: network(x, context: context))
    return Transformed(value, logDet: LogDensity(logSlope))
  }

  public func forward(_ z: Variable, given context: Variable?) -> Transformed {
    let count = transform.parameterCount
    let tape = z.tape
    var known: [Variable] = []
    var logDet = LogDensity.zero
    for variable in 0..<dimension {
      // Variables that are not known yet are masked, whatever stands there.
      let rest = tape.constant(0, rows: dimension - variable, columns: z.columns)
      let parameters = network(tape.stacking(known + [rest]), context: context)
      let (value, logSlope) = transform.forward(
        z.rows(variable..<variable + 1), parameters: parameters.rows(variable * count..<(variable + 1) * count))
      known.append(value)
      logDet += LogDensity(logSlope)
    }
    return Transformed(tape.stacking(known), logDet: logDet)
  }
}
