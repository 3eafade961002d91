import Foundation
import NeuralNetworks

/// The density of a torsion in a transferable flow, which starts from what the force field says of it.
///
/// It is linear between the nodes φₖ of a grid, p(φₖ) ∝ (1 − ε) softmaxₖ(−Σᵢ λᵢ uᵢₖ + Σₘ aₘ cos mφₖ + bₘ sin mφₖ) + ε/K, with the energies u of
/// `TorsionGuide`: of the atom itself, of those that follow it, of what lies ahead, and a potential of the distances of what stands. λ, a and b come from
/// networks. At the start λ is 1 for the atom itself, and all else is 0.
struct GuidedTorsion: Sendable {
  /// Of the uniform density in every torsion: what the guide holds impossible is drawn now and then.
  static let floor = 0.002
  /// Sums of neighbouring nodes that the networks read.
  private static let coarse = 24

  private let nodes: Int
  /// Coefficients a and b.
  private let harmonics: Int
  private let ownHead: MultilayerPerceptron
  /// What the atoms that follow a torsion change about it; nothing at the start.
  private let followerHead: MultilayerPerceptron
  /// The same of what lies ahead.
  private let aheadHead: MultilayerPerceptron
  /// And of distances.
  private let shellHead: MultilayerPerceptron
  /// cos mφₖ and sin mφₖ, `[nodes][harmonics]`.
  private let waves: ConstantMatrix

  /// - Parameter given: numbers that are known of a torsion beside what the guide says.
  init(given: Int, options: GuidedNetwork.Options, in builder: inout ParameterBuilder) {
    nodes = options.nodes
    harmonics = 2 * options.harmonics
    let (nodes, width) = (options.nodes, options.headWidth)
    ownHead = StiffConditionals.head(
      "torsion", inputs: given + Self.coarse, headWidth: width, 1 + harmonics, in: &builder)
    func head(_ name: String, reading: Int, _ outputs: Int, _ builder: inout ParameterBuilder) -> MultilayerPerceptron {
      MultilayerPerceptron(name, widths: [given + reading, width, outputs], outputStart: .zero, in: &builder)
    }
    followerHead = head("followers", reading: Self.coarse, 2 + harmonics, &builder)
    aheadHead = head("ahead", reading: Self.coarse, 1 + harmonics, &builder)
    shellHead = head("shells", reading: 0, RadialShells.count, &builder)
    waves = ConstantMatrix(
      (0..<nodes).flatMap { k -> [Double] in
        let angle = -Double.pi + 2 * Double.pi * Double(k) / Double(nodes)
        return (1...options.harmonics).map { cos(Double($0) * angle) }
          + (1...options.harmonics).map { sin(Double($0) * angle) }
      }, rows: nodes, columns: harmonics)
  }

  /// What the guide says of torsions.
  struct Guidance {
    /// Numbers of a column, those of all nodes for each.
    private static let own = 0, contact = 1, electrostatic = 2, ahead = 3, shells = 4
    private static let count = shells + RadialShells.count

    let nodes: Int
    let columns: Int
    /// `[columns][count][nodes]`: numbers come column by column.
    private var values: [Double]

    init(nodes: Int, columns: Int) {
      (self.nodes, self.columns) = (nodes, columns)
      values = [Double](repeating: 0, count: columns * Self.count * nodes)
    }

    mutating func set(_ column: Int, _ energies: TorsionGuide.TorsionEnergies) {
      var start = column * Self.count * nodes
      for numbers in [energies.own, energies.contact, energies.electrostatic, energies.ahead, energies.shells] {
        values.replaceSubrange(start..<start + numbers.count, with: numbers)
        start += numbers.count
      }
    }

    /// The same as `[nodes][columns]`.
    var own: [Double] { matrix(Self.own) }
    var contact: [Double] { matrix(Self.contact) }
    var electrostatic: [Double] { matrix(Self.electrostatic) }
    var ahead: [Double] { matrix(Self.ahead) }
    func shell(_ number: Int) -> [Double] { matrix(Self.shells + number) }

    /// Shares of the atom itself, of it and those that follow, and of what lies ahead, `[bins][columns]` each.
    func coarseShares(_ bins: Int) -> (own: [Double], following: [Double], ahead: [Double]) {
      (
        shares(bins, of: [Self.own]), shares(bins, of: [Self.own, Self.contact, Self.electrostatic]),
        shares(bins, of: [Self.ahead])
      )
    }

    private func matrix(_ quantity: Int) -> [Double] {
      let (columns, nodes, stride) = (columns, nodes, Self.count * nodes)
      return [Double](unsafeUninitializedCapacity: nodes * columns) { matrix, count in
        count = nodes * columns
        values.withUnsafeBufferPointer { values in
          // Eight columns at a time, as many as a line of the cache holds.
          for first in Swift.stride(from: 0, to: columns, by: 8) {
            let end = min(first + 8, columns)
            for k in 0..<nodes {
              for column in first..<end {
                matrix[k * columns + column] = values[column * stride + quantity * nodes + k]
              }
            }
          }
        }
      }
    }

    /// softmax(−u) of the sum of some energies in bins, scaled to 1 where it is uniform.
    private func shares(_ bins: Int, of quantities: [Int]) -> [Double] {
      let group = nodes / bins
      var shares = [Double](repeating: 0, count: bins * columns)
      var energy = [Double](repeating: 0, count: nodes)
      for column in 0..<columns {
        let start = column * Self.count * nodes
        for k in 0..<nodes { energy[k] = quantities.reduce(0) { $0 + values[start + $1 * nodes + k] } }
        let lowest = energy.min()!
        var total = 0.0
        for k in 0..<nodes {
          let share = exp(lowest - energy[k])
          shares[k / group * columns + column] += share
          total += share
        }
        for bin in 0..<bins { shares[bin * columns + column] *= Double(bins) / total }
      }
      return shares
    }
  }

  /// (1 − ε) softmax + ε/K at the nodes, `[nodes][columns]`.
  func shares(_ given: Variable, _ guidance: Guidance) -> Variable {
    let tape = given.tape
    let columns = guidance.columns
    func read(_ shares: [Double]) -> Variable {
      given.stacked(with: tape.variable(shares, rows: Self.coarse, columns: columns))
    }
    let coarse = guidance.coarseShares(Self.coarse)
    let raw = ownHead(read(coarse.own)), further = followerHead(read(coarse.following)),
      beyond = aheadHead(read(coarse.ahead))
    func scaled(_ strength: Variable, _ energies: [Double]) -> Variable {
      strength * tape.variable(energies, rows: nodes, columns: columns)
    }
    let strengths = shellHead(given)
    let potential = (1..<RadialShells.count).reduce(scaled(strengths.rows(0..<1), guidance.shell(0))) {
      $0 + scaled(strengths.rows($1..<$1 + 1), guidance.shell($1))
    }
    let logits =
      tape.variable(waves).times(
        raw.rows(1..<1 + harmonics) + further.rows(2..<2 + harmonics) + beyond.rows(1..<1 + harmonics))
      - scaled(2 * raw.rows(0..<1).applying(.sigmoid), guidance.own)
      - scaled(2 * further.rows(0..<1).applying(.tanh), guidance.contact)
      - scaled(2 * further.rows(1..<2).applying(.tanh), guidance.electrostatic)
      - scaled(2 * beyond.rows(0..<1).applying(.tanh), guidance.ahead) - potential
    return (1 - Self.floor) * logits.softmax() + Self.floor / Double(nodes)
  }

  /// log 2πp(φ), and the uniform angle of φ: −π + 2π times the cumulative distribution.
  func inverse(_ angles: [Double], shares: Variable) -> (value: Variable, logSlope: Variable) {
    let tape = shares.tape
    let columns = angles.count
    let values = shares.values
    var basis = [Double](repeating: 0, count: nodes * columns)
    var latents = [Double](repeating: 0, count: columns)
    for column in 0..<columns {
      let position = (remainder(angles[column], 2 * Double.pi) + Double.pi) / (2 * Double.pi) * Double(nodes)
      // An angle that is no number has a density that is none.
      guard position.isFinite else {
        for k in 0..<nodes { basis[k * columns + column] = .nan }
        latents[column] = .nan
        continue
      }
      let k = min(Int(position), nodes - 1)
      let t = position - Double(k)
      let next = (k + 1) % nodes
      basis[k * columns + column] += 1 - t
      basis[next * columns + column] += t
      var cumulative = 0.0
      for m in 0..<k {
        cumulative += 0.5 * (values[m * columns + column] + values[(m + 1) * columns + column])
      }
      let (left, right) = (values[k * columns + column], values[next * columns + column])
      latents[column] = 2 * Double.pi * (cumulative + t * left + 0.5 * t * t * (right - left)) - Double.pi
    }
    return (tape.variable(latents, rows: 1, columns: columns), logDensity(shares, basis: basis, columns: columns))
  }

  func forward(_ latents: [Double], shares: Variable) -> (values: [Double], logSlope: Variable) {
    let columns = latents.count
    let values = shares.values
    var basis = [Double](repeating: 0, count: nodes * columns)
    let angles = (0..<columns).map { column -> Double in
      let wanted = (latents[column] + Double.pi) / (2 * Double.pi)
      var cumulative = 0.0
      for k in 0..<nodes {
        let next = (k + 1) % nodes
        let (left, right) = (values[k * columns + column], values[next * columns + column])
        let mass = 0.5 * (left + right)
        // The last cell takes what rounding leaves over.
        if cumulative + mass < wanted, k < nodes - 1 {
          cumulative += mass
          continue
        }
        let rest = min(max(wanted - cumulative, 0), mass)
        let slope = right - left
        let t = min(1, 2 * rest / (left + max(0, left * left + 2 * slope * rest).squareRoot()))
        basis[k * columns + column] += 1 - t
        basis[next * columns + column] += t
        return -Double.pi + 2 * Double.pi * (Double(k) + t) / Double(nodes)
      }
      preconditionFailure("the cells cover the circle")
    }
    return (angles, -logDensity(shares, basis: basis, columns: columns))
  }

  private func logDensity(_ shares: Variable, basis: [Double], columns: Int) -> Variable {
    let tape = shares.tape
    return (Double(nodes) * (shares * tape.variable(basis, rows: nodes, columns: columns)).sumOfRows())
      .log()
  }
}
