import NeuralNetworks

/// The sum of a `HarmonicGuide` and a field that is trained: the network learns what the guide does not know.
///
/// Derivatives by coordinates that a tape takes leave the guide out; its own are in closed form.
struct GuidedField: VelocityField {
  let field: any VelocityField
  let guide: HarmonicGuide

  var atoms: Int { field.atoms }
  var interchangeable: [[Int]] { field.interchangeable }

  func velocity(_ x: Variable, times: Variable) -> Variable {
    let own = guide.velocities(of: x.values, times: times.values, wantsDivergence: false).velocity
    return field.velocity(x, times: times) + x.tape.variable(own, rows: x.rows, columns: x.columns)
  }

  func recordedVelocityAndDivergence(_ x: Variable, times: Variable) -> (Variable, divergence: Variable) {
    preconditionFailure("the guide's derivatives cannot be recorded: guided flows learn by flow matching")
  }

  func velocityAndDivergence(_ x: Variable, times: Variable) -> (velocity: Variable, divergence: [Double]) {
    let guided = guide.velocities(of: x.values, times: times.values, wantsDivergence: true)
    let (velocity, divergence) = field.velocityAndDivergence(x, times: times)
    return (
      velocity + x.tape.variable(guided.velocity, rows: x.rows, columns: x.columns),
      zip(divergence, guided.divergence).map { $0 + $1 }
    )
  }
}
