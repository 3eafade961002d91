/// An average of parameters over training, a ← d a + (1 − d) θ, whose d grows with the number of steps t as
/// min(decay, (1 + t)/(10 + t)), so that the start is soon forgotten (Polyak & Juditsky 1992, doi:10.1137/0330046).
public struct ExponentialMovingAverage: Sendable {
  public let decay: Double
  public private(set) var steps: Int
  public private(set) var values: [Float]

  public init(decay: Double, values: [Float], steps: Int = 0) {
    precondition((0..<1).contains(decay))
    (self.decay, self.values, self.steps) = (decay, values, steps)
  }

  public mutating func update(_ current: [Float]) {
    precondition(current.count == values.count)
    let d = Float(min(decay, Double(1 + steps) / Double(10 + steps)))
    steps += 1
    for i in values.indices { values[i] += (1 - d) * (current[i] - values[i]) }
  }
}
