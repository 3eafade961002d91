import Energies
import Randomness

/// A product of proposals, each for some of the coordinates: log q = Σ log qₖ(xₖ).
public struct ProductProposal: DifferentiableProposal {
  public struct Field: Sendable {
    /// Which coordinates the proposal is for, in its order.
    public var coordinates: [Int]
    public var proposal: any DifferentiableProposal

    public init(_ coordinates: [Int], _ proposal: any DifferentiableProposal) {
      precondition(coordinates.count == proposal.dimension, "a coordinate for each of the proposal's")
      (self.coordinates, self.proposal) = (coordinates, proposal)
    }
  }

  public let fields: [Field]
  public let dimension: Int

  /// - Parameter fields: together every coordinate once.
  public init(_ fields: [Field]) {
    dimension = fields.reduce(0) { $0 + $1.coordinates.count }
    precondition(Set(fields.flatMap(\.coordinates)) == Set(0..<dimension), "every coordinate once")
    self.fields = fields
  }

  public func draw(_ range: Range<Int>, from random: RandomStream) throws -> (x: Configurations, logQ: [Double]) {
    var x = Configurations(count: range.count, dimension: dimension)
    var logQ = [Double](repeating: 0, count: range.count)
    for (number, field) in fields.enumerated() {
      let (part, logPart) = try field.proposal.draw(range, from: random.child(-1 - number))
      for sample in 0..<range.count {
        for (from, to) in field.coordinates.enumerated() { x[sample, to] = part[sample, from] }
        logQ[sample] += logPart[sample]
      }
    }
    return (x, logQ)
  }

  public func logDensities(of x: borrowing Configurations) throws -> [Double] {
    var logQ = [Double](repeating: 0, count: x.count)
    for field in fields {
      for (sample, value) in try field.proposal.logDensities(of: part(x, field)).enumerated() { logQ[sample] += value }
    }
    return logQ
  }

  public func logDensities(of x: borrowing Configurations, gradient: inout Configurations) throws -> [Double] {
    gradient = Configurations(count: x.count, dimension: dimension)
    var logQ = [Double](repeating: 0, count: x.count)
    for field in fields {
      var slopes = Configurations(count: 0, dimension: 1)
      for (sample, value) in try field.proposal.logDensities(of: part(x, field), gradient: &slopes).enumerated() {
        logQ[sample] += value
        for (from, to) in field.coordinates.enumerated() { gradient[sample, to] = slopes[sample, from] }
      }
    }
    return logQ
  }

  private func part(_ x: borrowing Configurations, _ field: Field) -> Configurations {
    precondition(x.dimension == dimension)
    var part = Configurations(count: x.count, dimension: field.coordinates.count)
    for sample in 0..<x.count {
      for (to, from) in field.coordinates.enumerated() { part[sample, to] = x[sample, from] }
    }
    return part
  }
}
