import NeuralNetworks

/// Transforms some of the variables by functions whose parameters a network computes from the others (Dinh et al. 2015,
/// arXiv:1410.8516, and 2017, arXiv:1605.08803; with splines: Durkan et al. 2019, arXiv:1906.04032).
///
/// With `Shift` this is NICE, with `Affine` RealNVP, with `Spline` a neural spline flow, with `CircularSpline` one on
/// torus.
public struct Coupling: Bijector {
  public let dimension: Int
  public let contextFeatures: Int
  private let conditioning: [Int]
  private let transformed: [Int]
  private let transform: any ElementwiseTransform
  private let input: ConditionerInput
  private let network: MultilayerPerceptron
  /// Where each variable stands in (conditioning, transformed).
  private let order: [Int]

  /// - Parameters:
  ///   - transformed: which variables change; the others stay and condition them.
  ///   - periodic: which variables are angles, for the network's input; none unless given.
  ///   - hidden: widths of the network's hidden layers.
  public init(
    _ name: String, dimension: Int, transforming transformed: [Int], by transform: any ElementwiseTransform,
    periodic: Set<Int> = [], hidden: [Int], contextFeatures: Int = 0, in builder: inout ParameterBuilder
  ) {
    let kept = (0..<dimension).filter { !transformed.contains($0) }
    precondition(!transformed.isEmpty && !kept.isEmpty && Set(transformed).count == transformed.count)
    precondition(transformed.allSatisfy { (0..<dimension).contains($0) })
    self.dimension = dimension
    self.contextFeatures = contextFeatures
    self.transformed = transformed
    self.transform = transform
    conditioning = kept
    input = ConditionerInput(isPeriodic: kept.map(periodic.contains))
    network = MultilayerPerceptron(
      name, widths: [input.features + contextFeatures] + hidden + [transformed.count * transform.parameterCount],
      outputStart: .zero, in: &builder)
    let places = kept + transformed
    order = (0..<dimension).map { places.firstIndex(of: $0)! }
  }

  public func forward(_ z: Variable, given context: Variable?) -> Transformed {
    apply(z, context) { transform.forward($0, parameters: $1) }
  }

  public func inverse(_ x: Variable, given context: Variable?) -> Transformed {
    apply(x, context) { transform.inverse($0, parameters: $1) }
  }

  private func apply(
    _ x: Variable, _ context: Variable?, _ function: (Variable, Variable) -> (value: Variable, logSlope: Variable)
  ) -> Transformed {
    let kept = x.gatheringRows(conditioning)
    let parameters = network(input(kept, context: context))
    let (value, logSlope) = function(x.gatheringRows(transformed), parameters)
    return Transformed(kept.stacked(with: value).gatheringRows(order), logDet: LogDensity(logSlope))
  }
}
