import NeuralNetworks

/// xᵢ = z at `order[i]`. log |det| = 0.
public struct Permutation: Bijector {
  private let order: [Int]
  private let back: [Int]

  public init(_ order: [Int]) {
    precondition(Set(order) == Set(0..<order.count) && !order.isEmpty, "every variable once")
    self.order = order
    var back = order
    for (place, source) in order.enumerated() { back[source] = place }
    self.back = back
  }

  public var dimension: Int { order.count }

  public func forward(_ z: Variable, given context: Variable?) -> Transformed {
    Transformed(z.gatheringRows(order), logDet: .zero)
  }

  public func inverse(_ x: Variable, given context: Variable?) -> Transformed {
    Transformed(x.gatheringRows(back), logDet: .zero)
  }
}
