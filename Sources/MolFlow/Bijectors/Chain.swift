import NeuralNetworks

/// Bijectors one after another, the first nearest to the latent.
public struct Chain: Bijector {
  public let steps: [any Bijector]
  public let contextFeatures: Int

  public init(_ steps: [any Bijector]) {
    precondition(!steps.isEmpty && Set(steps.map(\.dimension)).count == 1, "steps of one dimension")
    let contexts = Set(steps.map(\.contextFeatures)).subtracting([0])
    precondition(contexts.count <= 1, "steps with one context")
    self.steps = steps
    contextFeatures = contexts.first ?? 0
  }

  public var dimension: Int { steps[0].dimension }

  public func forward(_ z: Variable, given context: Variable?) -> Transformed {
    var result = Transformed(z, logDet: .zero)
    for step in steps {
      let next = step.forward(result.value, given: step.contextFeatures == 0 ? nil : context)
      result = Transformed(next.value, logDet: result.logDet + next.logDet)
    }
    return result
  }

  public func inverse(_ x: Variable, given context: Variable?) -> Transformed {
    var result = Transformed(x, logDet: .zero)
    for step in steps.reversed() {
      let next = step.inverse(result.value, given: step.contextFeatures == 0 ? nil : context)
      result = Transformed(next.value, logDet: result.logDet + next.logDet)
    }
    return result
  }
}
